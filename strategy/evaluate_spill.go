package strategy

// This file charges an amount that a line of an article has no headroom for to the next
// line that has some. If many lines had such an amount, visiting the full lines for each
// would take time quadratic in the lines. So a full line has a pointer to a line behind it,
// and searches shorten these pointers.

// spillOver charges the lines of an article with an amount, from a position to the end and
// then from the beginning.
func (e *evaluation) spillOver(l *item, from lineCursor, over int64, charge func(line int32, over int64) (left int64)) {
	if from.left > 0 {
		over = e.spill(l, from.line, over, charge)
	}
	e.spill(l, l.line, over, charge)
}

// spill charges the lines of an article from one line on with an amount, in their order,
// and returns the amount that is over. If charge leaves an amount over, the line is full
// until the rule ends.
func (e *evaluation) spill(l *item, line int32, over int64, charge func(line int32, over int64) (left int64)) int64 {
	for over > 0 {
		if line = e.openFrom(line); line == noLine {
			break
		}
		if over = charge(line, over); over > 0 {
			e.fillUp(l, line)
		}
	}
	return over
}

// noLine is the line behind the last line of an article.
const noLine = -1

// fillUp marks a line of an article as full.
func (e *evaluation) fillUp(l *item, line int32) {
	if e.behind[line] != 0 {
		return
	}
	e.full = append(e.full, line)
	if line == l.lastLine {
		e.behind[line] = noLine
	} else {
		e.behind[line] = e.nextLine[line] + 1
	}
}

// openFrom is the first line of an article, from one line on, that is not full; noLine if
// all are.
func (e *evaluation) openFrom(line int32) int32 {
	open := line
	for open != noLine && e.behind[open] != 0 {
		open = e.lineBehind(open)
	}
	for line != open { // path compression for the next search
		behind := e.lineBehind(line)
		if e.behind[line] = noLine; open != noLine {
			e.behind[line] = open + 1
		}
		line = behind
	}
	return open
}

// lineBehind is the line that a full line points to.
func (e *evaluation) lineBehind(line int32) int32 {
	if e.behind[line] == noLine {
		return noLine
	}
	return e.behind[line] - 1
}

// emptyAll marks all lines as not full.
func (e *evaluation) emptyAll() {
	for _, line := range e.full {
		e.behind[line] = 0
	}
	e.full = e.full[:0]
}
