package strategy

// run is units of an article that the same happened to. What they are worth is
// spread over them evenly, odd minor units on the first ones.
//
// An article begins as one run. Where a rule takes something off some of its units,
// or uses them, these become a run of their own, so that the next rule sees units at
// different prices and not their mean. Most articles stay one run, which then is in
// the item and in no list.
type run struct {
	units                 int64
	original, stage, left int64 // as those of an item
	used                  bool  // by a buy-and-get rule
	discounted            bool  // by a rule
	stopped               bool  // no later rule may reduce it
	next                  int32 // index of the run behind it; 0 for none
}

func (r *run) value(b base) int64 { return b.of(r.original, r.stage, r.left) }

// whole is an item that is one run as that run.
func (l *item) whole() run {
	return run{units: l.quantity, original: l.original, stage: l.stage, left: l.left, used: l.used, discounted: l.discounted, stopped: l.stopped}
}

// cursor is where a run of an item is.
type cursor struct {
	item   *item
	at     int32
	before int64 // units before it
}

// seek moves a cursor to the run of an item that has a unit. Units that come in their order
// are found without going through the runs again.
func (e *evaluation) seek(c *cursor, l *item, unit int64) {
	if c.item != l || c.before > unit || unit == 0 {
		*c = cursor{item: l, at: l.runs}
	}
	for c.before+e.runs[c.at].units <= unit {
		c.before += e.runs[c.at].units
		c.at = e.runs[c.at].next
	}
}

// cut makes some units of an item a run of their own; they must be of one run now.
func (e *evaluation) cut(l *item, from, units int64) *run {
	if l.runs == 0 {
		l.runs = e.newRun(l.whole())
	}
	c := &e.cursor
	e.walked = true
	e.seek(c, l, from)
	if from > c.before {
		c.at, c.before = e.split(c.at, from-c.before), from
	}
	if e.runs[c.at].units > units {
		e.split(c.at, units)
	}
	return &e.runs[c.at]
}

// newRun adds a run. The first place stays empty, so that 0 means none.
func (e *evaluation) newRun(r run) int32 {
	if at := e.freeRun; at != 0 {
		e.freeRun, e.runs[at] = e.runs[at].next, r
		return at
	}
	if len(e.runs) == 0 {
		e.runs = append(e.runs, run{})
	}
	e.runs = append(e.runs, r)
	return int32(len(e.runs) - 1)
}

// split leaves a run its first units and makes the others the run behind it.
func (e *evaluation) split(at int32, units int64) (behind int32) {
	r := e.runs[at]
	head, tail := r, r
	head.units, tail.units = units, r.units-units
	head.original, head.stage, head.left = evenPart(r.original, r.units, units), evenPart(r.stage, r.units, units), evenPart(r.left, r.units, units)
	tail.original, tail.stage, tail.left = r.original-head.original, r.stage-head.stage, r.left-head.left
	head.next = e.newRun(tail)
	e.runs[at] = head
	return head.next
}

// maxRuns is how many runs an article may have, which bounds what a rule costs. The
// neighbours among more than that are worth their mean.
const maxRuns = 32

// tidy joins neighbouring runs whose units are worth the same, after a rule.
func (e *evaluation) tidy(l *item) {
	if l.runs == 0 {
		return
	}
	count := e.joinRuns(l, (*run).sameWorth)
	if count > maxRuns {
		count = e.joinRuns(l, (*run).sameState)
	}
	if count == 1 {
		only := &e.runs[l.runs]
		l.used, l.discounted, l.stopped = only.used, only.discounted, l.stopped || only.stopped
		only.next, e.freeRun, l.runs = e.freeRun, l.runs, 0
		return
	}
	l.stopped = l.stopped || e.allStopped(l)
}

// allStopped reports whether no later rule may reduce any unit of an item in runs.
func (e *evaluation) allStopped(l *item) bool {
	for at := l.runs; at != 0; at = e.runs[at].next {
		if !e.runs[at].stopped {
			return false
		}
	}
	return true
}

// joinRuns joins the neighbouring runs that are alike, and counts those that are left.
func (e *evaluation) joinRuns(l *item, alike func(a, b *run) bool) (count int) {
	for at := l.runs; at != 0; at = e.runs[at].next {
		count++
		for r := &e.runs[at]; r.next != 0 && alike(r, &e.runs[r.next]); {
			behind := r.next
			b := &e.runs[behind]
			r.units, r.original, r.stage, r.left = r.units+b.units, r.original+b.original, r.stage+b.stage, r.left+b.left
			r.next, b.next, e.freeRun = b.next, e.freeRun, behind
		}
	}
	return count
}

// sameState reports whether the same may happen to the units of two runs.
func (r *run) sameState(b *run) bool {
	return r.used == b.used && r.discounted == b.discounted && r.stopped == b.stopped
}

// sameWorth reports whether, besides, a unit of either is worth the same.
func (r *run) sameWorth(b *run) bool {
	return r.sameState(b) && compareRatios(r.left, r.units, b.left, b.units) == 0 &&
		compareRatios(r.stage, r.units, b.stage, b.units) == 0 && compareRatios(r.original, r.units, b.original, b.units) == 0
}

// unitsOf is how many units a line has.
func (e *evaluation) unitsOf(line int32) int64 {
	if n := int(line) - len(e.cart.Lines); n >= 0 {
		return e.extras[n].quantity
	}
	return e.cart.Lines[line].Quantity
}
