package fields

// maxSize is the most bytes that all values may take together. The names take the remainder of 4
// KiB.
const maxSize = 3 << 10

// leftOut stands for a list that would not fit (RFC 9651 Boolean false).
const leftOut = "?0"

// omitted are the lists that are left out.
type omitted struct{ lines, rules, gifts bool }

// omit leaves out lists until all lists together take at most size bytes: the lines first, then
// the rules, then the gifts. A list stays if leaving it out saves nothing, or if it fits beside the
// signs of those after it.
func omit(size, rules, lines, gifts int) (left omitted) {
	over := rules + lines + gifts - size
	drop := func(list int) bool {
		saved := list - len(leftOut)
		if over <= 0 || saved <= 0 {
			return false
		}
		over -= saved
		return true
	}
	stays := func(list int) bool {
		if over+list-len(leftOut) > 0 {
			return false
		}
		over += list - len(leftOut)
		return true
	}
	left.lines, left.rules, left.gifts = drop(lines), drop(rules), drop(gifts)
	left.rules = left.rules && !stays(rules)
	left.lines = left.lines && !stays(lines)
	return left
}

// apply puts the sign in place of the lists that are left out.
func (o omitted) apply(v *Values) {
	if o.lines {
		v.Lines = leftOut
	}
	if o.rules {
		v.Rules = leftOut
	}
	if o.gifts {
		v.Gifts = leftOut
	}
}
