package document

// A Pause is called every now and then by work that takes long, about every few
// ten microseconds, so that its caller can have it wait for something more urgent.
// nil is none.
type Pause func()

// After calls the pause after every so many of small steps; n counts them.
func (p Pause) After(n int) {
	const steps = 64
	if p != nil && n%steps == steps-1 {
		p()
	}
}

// Comparing is compare with pauses, for sorting.
func Comparing[T any](p Pause, compare func(a, b T) int) func(a, b T) int {
	if p == nil {
		return compare
	}
	const cheap = 16 // a comparison is that much less than a step
	n := 0
	return func(a, b T) int {
		if n++; n%cheap == 0 {
			p.After(n / cheap)
		}
		return compare(a, b)
	}
}
