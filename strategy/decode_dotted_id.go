package strategy

import (
	"slices"
	"strconv"

	"github.com/promogate/caddy-discount/strategy/document"
)

// A TOML key with a dot is two keys: [rule.a.b] is a table b in the rule a. Usually a rule
// with the id a.b was meant.

// wrongKey is the reason why a member is refused that no decoder asked for, and a hint for
// what was probably meant.
func (s *section) wrongKey(f *document.Field) (reason, hint string) {
	hint = s.meant(f)
	if isRule(&s.Section) && f.Value.Kind == document.Table && (saysWhatRulesSay(f.Value) || hint == "") {
		return "this is a table within the rule " + strconv.Quote(s.Name) + ", since a dot that is not in quotes parts two keys",
			"an id with a dot in it is written in quotes: [rule." + strconv.Quote(dottedID(s.Name, f)) + "]"
	}
	return document.UnknownKey(f.Key), hint
}

// dottedID is the id that was probably meant by a table in a rule: a.b for [rule.a.b], and
// a.b.c for [rule.a.b.c].
func dottedID(rule string, f *document.Field) string {
	id := rule + "." + f.Key
	if len(f.Value.Fields) == 1 {
		if only := &f.Value.Fields[0]; only.Value.Kind == document.Table && !isKeyOfRules(only.Key) {
			return dottedID(id, only)
		}
	}
	return id
}

// saysWhatRulesSay reports whether a table has keys that only rules have, or contains a
// table that does.
func saysWhatRulesSay(n *document.Node) bool {
	return slices.ContainsFunc(n.Fields, func(f document.Field) bool {
		return isKeyOfRules(f.Key) || f.Value.Kind == document.Table && saysWhatRulesSay(f.Value)
	})
}

// isKeyOfRules reports whether rules have a key that no table within a rule has.
func isKeyOfRules(key string) bool {
	return slices.Contains(keysOfRules, key) || rewardOf(key).key != ""
}

// keysOfRules are these keys without the rewards.
var keysOfRules = []string{"enabled", "valid_from", "valid_until", "time_window", "time_windows", "coupons", "codes", "customer", "channels", "regions",
	"applies_to", "each", "fresh_units", "min_articles", "stage", "priority", "group", "exclusive", "stop", "max_discount"}
