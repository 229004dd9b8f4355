package strategy

import "time"

// activation is the instant from which a strategy is to be in service.
//
//	activate_at = 2026-11-11T00:00:00+08:00
//
// It is no part of the canonical form: until its instant the strategy waits, checked
// and tested; afterwards the key has no effect. Of what clocks show
// twice it is the earlier pass, as for valid_from.
func decodeActivation(s *section) time.Time {
	at, _ := s.instant("activate_at", earlierPass)
	return at
}

// ActivateAt is the instant from which the strategy is to be in service; zero
// for at once.
func (m *Model) ActivateAt() time.Time { return m.activateAt }
