package strategy

// checkCodes warns of sets of codes that no rule names, unless a rule may name one that is wrong.
func (m *Model) checkCodes(s *section) {
	if len(m.codes) == 0 || s.report.Count() > 0 {
		return
	}
	named := map[*codeSet]bool{}
	for _, r := range m.rules {
		for _, spec := range r.conditions {
			if of, is := spec.(*codes); is {
				named[of.set] = true
			}
		}
	}
	for _, set := range m.codes {
		if !named[set] {
			s.Warn(set.pos, set.path(), "no rule names the set, so its codes are good for nothing", `write codes = "`+set.name+`" in a rule`)
		}
	}
}
