package strategy

// This file is what becomes of an amount that a line of an article has no headroom for:
// the next line that has some loses it. Where each of many lines has something over, to go through the full
// ones for each would cost the square of the lines. So a line that is full points behind
// itself, and those before it are led there.

// spillOver charges the lines of an article with an amount, first those from a place on, then the
// others.
func (e *evaluation) spillOver(l *item, from lineCursor, over int64, charge func(line int32, over int64) (left int64)) {
	if from.left > 0 {
		over = e.spill(l, from.line, over, charge)
	}
	e.spill(l, l.line, over, charge)
}

// spill charges the lines of an article from one on with an amount in their order, and says what
// is over. What charge leaves over a line has no headroom for during the rule.
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

// noLine stands behind the last line of an article.
const noLine = -1

// fillUp notes that a line of an article is full.
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

// openFrom is the first line of an article, from one on, that is not full.
func (e *evaluation) openFrom(line int32) int32 {
	open := line
	for open != noLine && e.behind[open] != 0 {
		open = e.lineBehind(open)
	}
	for line != open { // the next time the way is shorter
		behind := e.lineBehind(line)
		if e.behind[line] = noLine; open != noLine {
			e.behind[line] = open + 1
		}
		line = behind
	}
	return open
}

// lineBehind is where a full line leads.
func (e *evaluation) lineBehind(line int32) int32 {
	if e.behind[line] == noLine {
		return noLine
	}
	return e.behind[line] - 1
}

// emptyAll forgets which lines are full.
func (e *evaluation) emptyAll() {
	for _, line := range e.full {
		e.behind[line] = 0
	}
	e.full = e.full[:0]
}
