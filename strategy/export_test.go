package strategy

import "slices"

// TryingAll is the strategy as if it tried the rules to which the limits leave nothing, too.
func (s *Strategy) TryingAll() *Strategy {
	all := *s
	all.rules = slices.Clone(s.rules)
	for i := range all.rules {
		all.rules[i].onlyGoods = false
	}
	return &all
}
