package strategy

// run is adjacent units of an article in the same state. Their value is spread over them
// evenly, with odd minor units on the first ones.
//
// An article begins as one run. If a rule takes something off some of its units, or uses
// them, these become a run of their own. So the next rule sees units at different prices
// and not their mean. Most articles stay one run, which is in the item and not in a list.
type run struct {
	units                 int64
	original, stage, left int64 // values in minor units, as in item
	used                  bool  // used by a buy-and-get rule
	discounted            bool  // discounted by a rule
	stopped               bool  // no later rule may reduce it
	next                  int32 // index of the run behind it; 0 for none
}

func (r *run) value(b base) int64 { return b.of(r.original, r.stage, r.left) }

// whole is the run of an item that has only one.
func (l *item) whole() run {
	return run{units: l.quantity, original: l.original, stage: l.stage, left: l.left, used: l.used, discounted: l.discounted, stopped: l.stopped}
}

// cursor is the position of a run in an item.
type cursor struct {
	item   *item
	at     int32
	before int64 // units of the item before the run
}

// seek moves a cursor to the run of an item that contains a unit. If units are sought in
// their order, no run is visited twice.
func (e *evaluation) seek(c *cursor, l *item, unit int64) {
	if c.item != l || c.before > unit || unit == 0 {
		*c = cursor{item: l, at: l.runs}
	}
	for c.before+e.runs[c.at].units <= unit {
		c.before += e.runs[c.at].units
		c.at = e.runs[c.at].next
	}
}

// cut makes some units of an item a run of their own. They must be in one run before.
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

// newRun adds a run and returns its index. Index 0 stays unused, so that 0 means none.
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

// split leaves the first units in a run and moves the others to a new run behind it.
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

// maxRuns is how many runs an article may have before neighbours in the same state are
// joined, which limits the cost of a rule. The units of joined runs get the mean value.
const maxRuns = 32

// tidy joins neighbouring runs of an item whose units have the same value, after a rule.
func (e *evaluation) tidy(l *item) {
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

// joinRuns joins the neighbouring runs that are alike, and returns the number of runs that
// remain.
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

// sameState reports whether later rules treat the units of two runs alike.
func (r *run) sameState(b *run) bool {
	return r.used == b.used && r.discounted == b.discounted && r.stopped == b.stopped
}

// sameWorth is sameState for runs whose units also have the same value.
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
