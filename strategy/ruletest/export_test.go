package ruletest

// Len returns the number of tests of all environments.
func (s *Suite) Len() int { return len(s.tests) }
