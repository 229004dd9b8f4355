package cli

import (
	"fmt"
	"strings"

	"github.com/promogate/caddy-discount/strategy"
)

// maxTurnsPrinted is how many turns check prints; --json has all.
const maxTurnsPrinted = 20

// order is the order in which the rules apply, for a person; "" where there is one rule.
func (c *checked) order() string {
	if c.Rules < 2 {
		return ""
	}
	var together, alone []strategy.OrderEntry
	for _, turn := range c.Order[:min(len(c.Order), maxTurnsPrinted)] {
		if turn.Exclusive != "" {
			alone = append(alone, turn)
		} else {
			together = append(together, turn)
		}
	}
	var parts []string
	if len(together) > 0 {
		parts = append(parts, byStage(together))
	}
	for _, turn := range alone {
		parts = append(parts, instead(turn))
	}
	text := "order: "
	if c.breaksTies {
		text = "order of equals: "
	}
	if text += strings.Join(parts, "; "); len(c.Order) > maxTurnsPrinted {
		text += fmt.Sprintf("; and %d more", len(c.Order)-maxTurnsPrinted)
	}
	return text
}

// byStage lists turns, and says the stage where there are several.
func byStage(turns []strategy.OrderEntry) string {
	var text strings.Builder
	several := turns[0].Stage != turns[len(turns)-1].Stage
	for i, turn := range turns {
		switch begins := i == 0 || turn.Stage != turns[i-1].Stage; {
		case begins && several:
			if i > 0 {
				text.WriteString("; ")
			}
			fmt.Fprintf(&text, "stage %d: ", turn.Stage)
		case i > 0:
			text.WriteString(", ")
		}
		text.WriteString(named(turn))
	}
	return text.String()
}

// named is the rule of a turn, or the group of which the best has it.
func named(turn strategy.OrderEntry) string {
	if turn.Group == "" || len(turn.Rules) == 1 {
		return printable(turn.Rules[0])
	}
	return "the best of " + printable(strings.Join(turn.Rules, ", ")) + " (" + printable(turn.Group) + ")"
}

// instead says what an exclusive rule may take the place of.
func instead(turn strategy.OrderEntry) string {
	if turn.Exclusive == "goods" {
		return "or in place of those of goods: " + printable(turn.Rules[0])
	}
	return "or in place of all: " + printable(turn.Rules[0])
}
