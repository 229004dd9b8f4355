//go:build race

package assertion_test

// Under the race detector a sync.Pool drops items at random.
const raceEnabled = true
