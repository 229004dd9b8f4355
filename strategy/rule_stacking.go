package strategy

// stacking is how a rule combines with others.
//
//	stage        = 1         # lower first
//	priority     = 0         # within a stage, higher first; then by id
//	group        = "coupon"  # of a group only the rule worth most applies
//	exclusive    = true      # competes with all others together, or with those of "goods"
//	stop         = "line"    # later rules skip the lines this one reduced; "cart": no later rule
//	max_discount = 20.00     # the most the rule takes off
type stacking struct {
	stage       int64
	priority    int64
	group       string
	exclusive   exclusive
	stop        stop
	maxDiscount int64 // minor units; 0 when absent
}

type stop uint8

const (
	stopNever stop = iota
	stopLine
	stopCart
)

var stopWords = []string{"never", "line", "cart"}

// The bounds of stage and priority.
const (
	maxStage    = 1_000
	maxPriority = 1_000_000
)

var stackingKeys = []string{"stage", "priority", "group", "exclusive", "stop", "max_discount"}

func decodeStacking(s *section) stacking {
	st := stacking{stage: 1}
	if stage, ok := s.Integer("stage", -maxStage, maxStage); ok {
		st.stage = stage
	}
	st.priority, _ = s.Integer("priority", -maxPriority, maxPriority)
	st.group = s.text("group")
	st.exclusive = decodeExclusive(s)
	st.stop = stop(s.word("stop", 0, stopWords))
	st.maxDiscount, _ = s.amount("max_discount", 1)
	if st.exclusive != exclusiveNot && st.group != "" {
		s.Wrong(s.Node.Get("group"), "group", "an exclusive rule competes with the others already", "leave one of group and exclusive out")
	}
	return st
}

func (st *stacking) encode(o *object) {
	st.exclusive.encode(o)
	o.optional("group", st.group)
	o.optionalAmount("max_discount", st.maxDiscount)
	if st.priority != 0 {
		o.key("priority")
		o.integer(st.priority)
	}
	if st.stage != 1 {
		o.key("stage")
		o.integer(st.stage)
	}
	o.choice("stop", int(st.stop), 0, stopWords)
}
