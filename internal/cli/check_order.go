package cli

import (
	"fmt"
	"strings"

	"github.com/promogate/caddy-discount/strategy"
)

// maxEntriesPrinted is how many entries of the order the command check prints. Its JSON has all.
const maxEntriesPrinted = 20

// order describes the order in which the rules apply; "" if there are fewer than two.
func (c *checked) order() string {
	if c.Rules < 2 {
		return ""
	}
	var together, alone []strategy.OrderEntry
	for _, entry := range c.Order[:min(len(c.Order), maxEntriesPrinted)] {
		if entry.Exclusive != "" {
			alone = append(alone, entry)
		} else {
			together = append(together, entry)
		}
	}
	var parts []string
	if len(together) > 0 {
		parts = append(parts, byStage(together))
	}
	for _, entry := range alone {
		parts = append(parts, exclusiveText(entry))
	}
	text := "order: "
	if c.breaksTies {
		text = "order of equals: "
	}
	if text += strings.Join(parts, "; "); len(c.Order) > maxEntriesPrinted {
		text += fmt.Sprintf("; and %d more", len(c.Order)-maxEntriesPrinted)
	}
	return text
}

// byStage lists entries, with their stages where there are several.
func byStage(entries []strategy.OrderEntry) string {
	var text strings.Builder
	several := entries[0].Stage != entries[len(entries)-1].Stage
	for i, entry := range entries {
		switch begins := i == 0 || entry.Stage != entries[i-1].Stage; {
		case begins && several:
			if i > 0 {
				text.WriteString("; ")
			}
			fmt.Fprintf(&text, "stage %d: ", entry.Stage)
		case i > 0:
			text.WriteString(", ")
		}
		text.WriteString(entryText(entry))
	}
	return text.String()
}

// entryText names the rule of an entry, or the group whose best rule applies.
func entryText(entry strategy.OrderEntry) string {
	if entry.Group == "" || len(entry.Rules) == 1 {
		return printable(entry.Rules[0])
	}
	return "the best of " + printable(strings.Join(entry.Rules, ", ")) + " (" + printable(entry.Group) + ")"
}

// exclusiveText names an exclusive rule and the rules that it may replace.
func exclusiveText(entry strategy.OrderEntry) string {
	if entry.Exclusive == "goods" {
		return "or in place of those of goods: " + printable(entry.Rules[0])
	}
	return "or in place of all: " + printable(entry.Rules[0])
}
