package strategy

import (
	"strconv"
	"strings"

	"github.com/promogate/caddy-discount/strategy/document"
)

// reward is what a rule gives. It is immutable once decoded.
type reward interface {
	// encode writes the reward's own member of the rule.
	encode(*object)
	// apply says how many minor units the target should be reduced by; the
	// evaluation sees to it that no line takes more than it can.
	apply(*evaluation, totals) int64
}

// rewardKeys are the keys of the rewards. A new reward is one line here and
// one file.
var rewardKeys = []struct {
	key    string
	decode func(*section, *document.Node) reward
}{
	{"discount_rate", decodePercentOff},
	{"discount_amount", decodeAmountOff},
}

// decodeReward reads the one reward of a rule.
func decodeReward(s *section) reward {
	var found reward
	var first string
	for _, kind := range rewardKeys {
		n := s.node.Get(kind.key)
		switch {
		case n == nil:
			s.known = append(s.known, kind.key)
		case found != nil:
			s.known = append(s.known, kind.key)
			s.wrong(n, kind.key, "the rule has a second reward, "+first+" is the first", "split it into two rules")
		default:
			found, first = kind.decode(s, n), kind.key
		}
	}
	if found == nil {
		keys := make([]string, len(rewardKeys))
		for i, kind := range rewardKeys {
			keys[i] = kind.key
		}
		s.add(s.node.Pos, s.path, "the rule gives nothing", "add one of "+strings.Join(keys, ", "))
	}
	return found
}

// rulePath is the path of a rule in messages: rule."spring".
func rulePath(id string) string { return "rule." + strconv.Quote(id) }
