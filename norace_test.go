//go:build !race

package discount

const raceEnabled = false
