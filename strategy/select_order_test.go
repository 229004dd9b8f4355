package strategy_test

import (
	"fmt"
	"strings"
	"testing"
)

// The order is that of the turns, as arithmetic.select has them.
func TestTheOrderOfTurns(t *testing.T) {
	const rules = `
[[discounts]]
threshold = 1
amount = 1
[rule.b]
group = "g"
stage = 3
discount_amount = 1
[rule.a]
group = "g"
stage = -1
discount_amount = 1
[rule.x]
priority = 9
exclusive = true
discount_amount = 1
[rule.y]
exclusive = "goods"
discount_amount = 1
[rule.off]
enabled = false
discount_amount = 1
[rule.e]
priority = -1
discount_amount = 1
`
	const plain = "-1 0 a  ; 1 9 x  ; 1 0 discounts  ; 1 0 y  ; 1 -1 e  ; 3 0 b  "
	for selection, want := range map[string]string{
		"all":              "-1 0 a,b g ; 1 9 x  all; 1 0 discounts  ; 1 0 y  goods; 1 -1 e  ",
		"best":             plain,
		"best_per_line":    plain,
		"best_combination": "-1 0 a  ; 1 9 x  all; 1 0 discounts  ; 1 0 y  goods; 1 -1 e  ; 3 0 b  ",
	} {
		m := mustParse(t, "", "version = \"v\"\narithmetic = { select = \""+selection+"\" }\n"+rules)
		var got []string
		for _, turn := range m.Order() {
			got = append(got, fmt.Sprintf("%d %d %s %s %s", turn.Stage, turn.Priority, strings.Join(turn.Rules, ","), turn.Group, turn.Exclusive))
		}
		if text := strings.Join(got, "; "); text != want {
			t.Errorf("of %s\ngot  %s\nwant %s", selection, text, want)
		}
	}
}
