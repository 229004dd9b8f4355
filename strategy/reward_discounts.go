package strategy

import (
	"slices"

	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy/document"
)

// stepsID is the rule id of the [[discounts]] ladder if its first step has no id.
const stepsID = "discounts"

// orderStep is one [[discounts]] table: an amount off when its lines reach a threshold while its
// window is open.
//
//	[[discounts]]
//	id          = "morning"       # of the ladder, in its first step
//	title       = "早餐满减"       # likewise description, tags and meta
//	threshold   = 20
//	amount      = 3
//	categories  = ["咖啡"]
//	time_window = { start = "08:00", end = "10:00" }
//
// All steps are one ladder: of the steps that are open and reached, only the one worth most
// applies; of equal ones the earlier.
type orderStep struct {
	id        string // id of the ladder in the first step; "" for stepsID and in other steps
	lines     selector
	windows   []window
	threshold int64 // minor units
	amount    int64 // minor units
}

// decodeSteps reads the steps, and their ladder as a rule.
func (m *Model) decodeSteps(s *section) {
	nodes := s.Tables("discounts", exampleStep)
	steps := make([]orderStep, 0, len(nodes))
	for i, node := range nodes {
		step := s.element(node, "discounts", i)
		if i == 0 {
			m.ladder = m.decodeLadder(step)
		} else {
			step.refuseLadder()
		}
		steps = append(steps, decodeStep(step))
	}
	checkSteps(s, steps, nodes)
	if n := s.Node.Get("discounts"); n != nil && n.Kind == document.Array && len(n.Items) == 0 && !s.Has("rule") {
		s.Wrong(n, "discounts", "the ladder has no step", "")
	}
	if m.steps = steps; m.ladder != nil && m.ladder.id != stepsID {
		steps[0].id = m.ladder.id
	}
}

// decodeLadder reads the keys of the ladder as a whole from the first step.
func (m *Model) decodeLadder(s *section) *rule {
	ladder := &rule{id: stepsID, pos: s.Node.Pos, enabled: true, stacking: stacking{stage: 1}}
	if id := s.text("id"); id != "" {
		ladder.id = id
		n := s.Node.Get("id")
		switch reason := checkLabel(id); {
		case reason != "":
			s.Wrong(n, "id", reason, "")
		case id == RuleRounding && m.arithmetic.payable.unit > 0:
			s.Wrong(n, "id", "what payable_unit rounds goes by this id", "call the ladder something else")
		}
	}
	ladder.texts = decodeTexts(s)
	return ladder
}

// ladderKeys are the keys of the ladder as a whole.
var ladderKeys = []string{"id", "title", "description", "tags", "meta"}

// refuseLadder refuses the keys that only the first step may have.
func (s *section) refuseLadder() {
	for _, key := range ladderKeys {
		if n := s.Get(key); n != nil {
			s.Wrong(n, key, "all steps are one rule, and its "+key+" stands in the first [[discounts]]",
				`move it there, or write a rule with a ladder of its own: ladder = [`+exampleStep+`]`)
		}
	}
}

func decodeStep(s *section) orderStep {
	var st orderStep
	st.lines = decodeSelector(s)
	st.windows = decodeWindows(s)
	st.threshold, _ = s.amount("threshold", 0)
	st.amount, _ = s.amount("amount", 1)
	for _, key := range []string{"threshold", "amount"} {
		if !s.Has(key) {
			s.Add(s.Node.Pos, s.Path(), "the step has no "+key, "such as "+key+" = 20")
		}
	}
	s.Done()
	return st
}

func (st *orderStep) encode(o *object) {
	o.key("amount")
	o.amount(st.amount)
	o.optional("id", st.id)
	st.lines.encode(o)
	o.key("threshold")
	o.amount(st.threshold)
	encodeList(o, "time_windows", st.windows, (*window).encode)
}

// orderSteps is the compiled ladder: a reward that chooses its own target.
type orderSteps []compiledStep

type compiledStep struct {
	rule      compiledRule // its lines and windows
	lines     int          // steps in a row that have the same lines have the same number
	threshold int64
	amount    int64
}

func (c *compiler) orderSteps(steps []orderStep) orderSteps {
	ladder := make(orderSteps, len(steps))
	for i := range steps {
		st := &steps[i]
		ladder[i] = compiledStep{
			rule:      compiledRule{lines: c.matcher(&st.lines), windows: st.windows, byLine: c.byLine},
			threshold: st.threshold,
			amount:    st.amount,
		}
		switch {
		case !ladder[i].rule.lines.selects():
			ladder[i].lines = allLines
		case i > 0 && st.lines.sameWords(&steps[i-1].lines):
			ladder[i].lines = ladder[i-1].lines
		default:
			ladder[i].lines = i + 1
		}
	}
	return ladder
}

// The numbers of steps that name no lines, whose target is that of the ladder, and of no step.
const (
	allLines = 0
	noLines  = -1
)

func (orderSteps) encode(*object) {}

func (ladder orderSteps) give(e *evaluation, _ *compiledRule, t *target) {
	best, lines := ladder.best(e, t, allLines)
	if best < 0 {
		t.portions = t.portions[:0]
		return
	}
	if ladder[best].lines != lines {
		e.computeTarget(&ladder[best].rule)
	}
	e.shareOut(ladder[best].amount, t)
}

// best is the index of the step that is worth most, of those that are open and reached; -1 if
// none gives anything. before is the number of the lines that the target has; lines is the number
// of those that it has afterwards.
func (ladder orderSteps) best(e *evaluation, t *target, before int) (best, lines int) {
	best, lines = -1, before
	most := int64(0)
	for i := range ladder {
		r := &ladder[i]
		if e.tooManySteps() {
			break
		}
		if !anyOpen(r.rule.windows, e) {
			continue
		}
		if r.lines != lines {
			e.computeTarget(&r.rule)
			lines = r.lines
		}
		if t.counted.value < r.threshold {
			continue
		}
		if worth := min(e.shareable(r.amount, t), e.budget-e.budget%e.arith.unit); worth > most {
			best, most = i, worth
		}
	}
	return best, lines
}

// reached is the value of the goods of a step, in minor units, if its window is open.
func (r *compiledStep) reached(e *evaluation) (value int64, open bool) {
	if !anyOpen(r.rule.windows, e) {
		return 0, false
	}
	return e.computeTarget(&r.rule).counted.value, true
}

// nearest is the index of the open step that is not reached and has the least missing, and that
// amount in minor units; -1 if there is none. It makes the lines of the step the target.
func (ladder orderSteps) nearest(e *evaluation) (best int, missing int64) {
	best = -1
	for i := range ladder {
		value, open := ladder[i].reached(e)
		if m := ladder[i].threshold - value; open && m > 0 && (best < 0 || m < missing) {
			best, missing = i, m
		}
	}
	if best >= 0 {
		e.computeTarget(&ladder[best].rule)
	}
	return best, missing
}

// why is the reason that no step is open. For open steps, progress says what is missing.
func (ladder orderSteps) why(e *evaluation) shortfall {
	for i := range ladder {
		if _, open := ladder[i].reached(e); open {
			return shortfall{}
		}
	}
	at := e.now.In(e.location)
	return shortfall{ReasonTimeWindow, timeValue(at, sayWall), opening(ladder.windows(), at)}
}

func (ladder orderSteps) progress(e *evaluation, _ *target) progress {
	c := progress{reason: ReasonThreshold}
	for i := range ladder {
		if value, open := ladder[i].reached(e); open && value >= ladder[i].threshold {
			c.full++
		}
	}
	if nearest, missing := ladder.nearest(e); nearest >= 0 {
		c.seen, c.needs[0].amount = ladder[nearest].threshold-missing, missing
	}
	return c
}

// windows lists the windows of all steps, each once.
func (ladder orderSteps) windows() []window {
	var all []window
	for i := range ladder {
		for _, w := range ladder[i].rule.windows {
			if !slices.Contains(all, w) {
				all = append(all, w)
			}
		}
	}
	return all
}

func (orderSteps) key() string { return "discounts" }

func (ladder orderSteps) isSteady() bool {
	return !slices.ContainsFunc(ladder, func(r compiledStep) bool { return r.rule.lines.gains() })
}

func (ladder orderSteps) looks() int64 { return int64(len(ladder)) }

func (ladder orderSteps) stepWindows() [][]window {
	list := make([][]window, len(ladder))
	for i := range ladder {
		list[i] = ladder[i].rule.windows
	}
	return list
}

func (ladder orderSteps) stepRefs(currency money.Currency) []StepRef {
	list := make([]StepRef, len(ladder))
	for i := range ladder {
		list[i] = StepRef{Number: i + 1, From: majorText(currency, ladder[i].threshold)}
	}
	return list
}

func (ladder orderSteps) contributed(e *evaluation, t *target, portions []portion) []contribution {
	best, _ := ladder.best(e, t, noLines)
	return allBy(best, portions)
}

// Interface guards.
var (
	_ progressReporter = orderSteps(nil)
	_ explainer        = orderSteps(nil)
	_ steppedReward    = orderSteps(nil)
	_ steadyReward     = orderSteps(nil)
	_ timedReward      = orderSteps(nil)
	_ looker           = orderSteps(nil)
)
