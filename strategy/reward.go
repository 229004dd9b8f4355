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
	// key is the key of the language the reward is written with.
	key() string
	// encode writes the reward's own members of the rule.
	encode(*object)
	// give sets what is taken off each portion of the rule's target. It never
	// takes more than a portion has room for.
	give(e *evaluation, r *compiledRule, t *target)
}

// rewardKeys are the keys of the rewards. A new reward is one line here and
// one file.
var rewardKeys = []struct {
	key    string
	decode func(*section, *document.Node) reward
}{
	{"discount_rate", decodePercentOff},
	{"discount_amount", decodeAmountOff},
	{"unit_price", decodeUnitPrice},
	{"bundle", decodeBundle},
	{"ladder", decodeLadder},
	{"every", decodeEvery},
	{"unit_ladder", decodeUnitLadder},
	{"unit_rates", decodeUnitRates},
	{"groups_of", decodeGroups},
	{"get", decodeBuyGet},
	{"gift", decodeGift},
}

// helps is the reward that a key belongs to, without which it means nothing;
// "" for a key that belongs to none.
func helps(key string) (reward string) {
	switch key {
	case "per":
		return "discount_amount"
	case "ladder_by":
		return "ladder"
	case "max_times":
		return "unit_rates"
	case "buy", "repeat", "partial", "reserve":
		return "get"
	}
	return ""
}

// decodeReward reads the one reward of a rule.
func decodeReward(s *section) reward {
	var found reward
	var first string
	for _, kind := range rewardKeys {
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
	s.strayHelpers(first)
	if found == nil && !s.hasUnknown() {
		keys := make([]string, len(rewardKeys))
		for i, kind := range rewardKeys {
			keys[i] = kind.key
		}
		s.Add(s.Node.Pos, s.Path(), "the rule gives nothing", "add one of "+strings.Join(keys, ", "))
	}
	return found
}

// hasUnknown reports whether a key is there that nothing asks for: the reward,
// mistyped, most likely. What a rule asks for after its reward is its stacking.
func (s *section) hasUnknown() bool {
	for i := range s.Node.Fields {
		if key := s.Node.Fields[i].Key; !s.Knows(key) && !slices.Contains(stackingKeys, key) {
			return true
		}
	}
	return false
}

// strayHelpers reports keys of a reward that the rule does not have.
func (s *section) strayHelpers(reward string) {
	for i := range s.Node.Fields {
		f := &s.Node.Fields[i]
		if of := helps(f.Key); of != "" && of != reward {
			s.Ask(f.Key)
			s.Add(f.Pos, s.Key(f.Key), f.Key+" goes with "+of+", which the rule does not have", helpsWithin(f.Key, reward))
		}
	}
}

// helpsWithin is the hint for a key that a reward has, too, but in its table.
func helpsWithin(key, reward string) string {
	if key == "max_times" && slices.Contains([]string{"bundle", "every", "gift"}, reward) {
		return "did you mean max_times within " + reward + "?"
	}
	if key == "max_times" && reward == "get" {
		return "did you mean repeat?"
	}
	return ""
}

// rulePath is the path of a rule in messages: rule."spring".
func rulePath(id string) string { return "rule." + strconv.Quote(brief.Text(id, maxShownID)) }

// maxShownID is how many bytes of a rule's id a path has.
const maxShownID = 4 * maxVersionRunes

// shareOut takes an amount off the target as a whole, shared out by value.
func (e *evaluation) shareOut(amount int64, t *target) {
	e.share(e.arith.round(amount), t.portions)
}

// eachLine takes off each line what off says of its value, as far as it has room.
func (e *evaluation) eachLine(t *target, off func(value int64) int64) {
	for line, rest := nextTogether(t.portions); len(line) > 0; line, rest = nextTogether(rest) {
		value := int64(0)
		for i := range line {
			value += line[i].value
		}
		if len(line) == 1 {
			line[0].off = max(0, min(off(value), line[0].room))
		} else {
			e.takeOff(off(value), line)
		}
	}
}

// takeOff takes an amount off the units of one line, shared by value, to the minor
// unit.
func (e *evaluation) takeOff(amount int64, portions []portion) {
	e.inMinorUnits().share(amount, portions)
}

// each takes off each portion what off says, as far as it has room.
func (t *target) each(off func(*portion) int64) {
	for i := range t.portions {
		p := &t.portions[i]
		p.off = max(0, min(off(p), p.room))
	}
}
