package strategy

import (
	"slices"
	"strconv"
	"strings"

	"github.com/promogate/caddy-discount/internal/brief"
	"github.com/promogate/caddy-discount/strategy/document"
)

// reward is what a rule gives. It is immutable once decoded.
type reward interface {
	// key is the key of the language that names the reward.
	key() string
	// encode writes the reward's own members of the rule.
	encode(*object)
	// give sets what is taken off each portion of the rule's target. It never
	// takes more than a portion has headroom for.
	give(e *evaluation, r *compiledRule, t *target)
}

// rewardKind is how a reward is written in the language.
type rewardKind struct {
	key    string
	decode func(*section, *document.Node) reward
	// companions are further keys of this reward in the rule. They are refused without it.
	companions []string
	// repeats is the key that bounds how often the reward is given; "" for none.
	repeats string
	// unitLimit is the hint for a key of another engine that bounds the units of an order that
	// get a price; nil if the hint is repeats, or max_units of the rule.
	unitLimit func(*section) string
	// perUnit: a bound whose name does not say what it counts is one of units, and not an amount.
	perUnit bool
	// inSets: it reduces units in sets, and less than a set is not reduced.
	inSets bool
	// dearestFirst: the default of pick is "dearest".
	dearestFirst bool
	// unreached is the text for a person that a cart has too little for the reward; "" if the
	// reward has no threshold. The reason is key.
	unreached string
}

// rewardKinds lists all rewards. A new reward is an entry here and a file of its own with its
// kind, its encoding, what it gives and its abilities. init fills the list, because the decode
// functions depend on it.
var rewardKinds []rewardKind

func init() {
	rewardKinds = []rewardKind{
		percentOffKind, amountOffKind, unitPriceKind, bundleKind, ladderKind, everyKind,
		unitLadderKind, unitRatesKind, groupsKind, buyGetKind, giftKind,
	}
}

// rewardOf finds the kind of a reward by its key; the zero kind for another key.
func rewardOf(key string) rewardKind {
	for i := range rewardKinds {
		if rewardKinds[i].key == key {
			return rewardKinds[i]
		}
	}
	return rewardKind{}
}

// rewardKeys lists the keys of the chosen rewards.
func rewardKeys(chosen func(*rewardKind) bool) []string {
	var keys []string
	for i := range rewardKinds {
		if kind := &rewardKinds[i]; chosen(kind) {
			keys = append(keys, kind.key)
		}
	}
	return keys
}

func anyReward(*rewardKind) bool { return true }

// rewardWith is the key of the reward that another key is a companion of; "" for none.
func rewardWith(companion string) (reward string) {
	for i := range rewardKinds {
		if slices.Contains(rewardKinds[i].companions, companion) {
			return rewardKinds[i].key
		}
	}
	return ""
}

// decodeReward reads the one reward of a rule.
func decodeReward(s *section) reward {
	var found reward
	var first string
	for i := range rewardKinds {
		kind := &rewardKinds[i]
		n := s.Node.Get(kind.key)
		switch {
		case n == nil:
			s.Ask(kind.key)
		case found != nil:
			s.Ask(kind.key)
			s.Wrong(n, kind.key, "the rule has a second reward, "+first+" is the first", "split it into two rules")
		default:
			found, first = kind.decode(s, n), kind.key
		}
	}
	s.strayCompanions(first)
	if found == nil && !s.hasUnknown() {
		s.Add(s.Node.Pos, s.Path(), "the rule gives nothing", "add one of "+strings.Join(rewardKeys(anyReward), ", "))
	}
	return found
}

// hasUnknown reports whether the rule has an unknown key: most likely its reward, mistyped. The
// stacking keys are read after the reward, so they are excepted here.
func (s *section) hasUnknown() bool {
	for i := range s.Node.Fields {
		if key := s.Node.Fields[i].Key; !s.Knows(key) && !slices.Contains(stackingKeys, key) {
			return true
		}
	}
	return false
}

// strayCompanions reports the companions of a reward that the rule does not have.
func (s *section) strayCompanions(reward string) {
	for i := range s.Node.Fields {
		f := &s.Node.Fields[i]
		if of := rewardWith(f.Key); of != "" && of != reward {
			s.Ask(f.Key)
			s.Add(f.Pos, s.Key(f.Key), f.Key+" goes with "+of+", which the rule does not have", repeatsMeant(f.Key, reward))
		}
	}
}

// repeatsMeant is the hint for max_times beside a reward that has another key for it.
func repeatsMeant(key, reward string) string {
	if repeats := rewardOf(reward).repeats; key == "max_times" && repeats != "" {
		return "did you mean " + repeats + "?"
	}
	return ""
}

// rulePath is the path of a rule in messages: rule."spring".
func rulePath(id string) string { return "rule." + strconv.Quote(brief.Text(id, maxShownID)) }

// maxShownID is the maximum number of bytes of a rule's id in a path.
const maxShownID = 4 * maxVersionRunes

// shareOut takes an amount, in minor units, off the target as a whole, shared by value.
func (e *evaluation) shareOut(amount int64, t *target) {
	e.share(e.arith.round(amount), t.portions)
}

// shareable is what shareOut takes off the target.
func (e *evaluation) shareable(amount int64, t *target) int64 {
	return e.sharing().shareable(e.arith.round(amount), t.portions)
}

// eachLine takes off each line what off returns for its value, up to its headroom.
func (e *evaluation) eachLine(t *target, off func(value int64) int64) {
	for line, tail := nextTogether(t.portions); len(line) > 0; line, tail = nextTogether(tail) {
		value := int64(0)
		for i := range line {
			value += line[i].value
		}
		if len(line) == 1 {
			line[0].off = max(0, min(off(value), line[0].headroom))
		} else {
			e.takeOff(off(value), line)
		}
	}
}

// takeOff takes an amount off the units of one line, shared by value in minor units.
func (e *evaluation) takeOff(amount int64, portions []portion) {
	e.inMinorUnits().share(amount, portions)
}

// each takes off each portion what off returns for it, up to its headroom.
func (t *target) each(off func(*portion) int64) {
	for i := range t.portions {
		p := &t.portions[i]
		p.off = max(0, min(off(p), p.headroom))
	}
}
