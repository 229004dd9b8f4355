package document

// A Pause is called from time to time by work that takes long, every few tens of microseconds. The
// caller of the work can make it wait for something more urgent. A nil Pause does nothing.
type Pause func()

// After calls the pause after every 64 small steps. n is the number of the step, from 0.
func (p Pause) After(n int) {
	const steps = 64
	if p != nil && n%steps == steps-1 {
		p()
	}
}

// Comparing returns compare with pauses, for sorting.
func Comparing[T any](p Pause, compare func(a, b T) int) func(a, b T) int {
	if p == nil {
		return compare
	}
	const cheap = 16 // comparisons cost as much as one step
	n := 0
	return func(a, b T) int {
		if n++; n%cheap == 0 {
			p.After(n / cheap)
		}
		return compare(a, b)
	}
}
