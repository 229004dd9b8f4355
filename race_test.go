//go:build race

package discount

// Under the race detector a sync.Pool drops items at random.
const raceEnabled = true
