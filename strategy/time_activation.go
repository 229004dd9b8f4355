package strategy

import "time"

// decodeActivation reads the instant from which a strategy is to be in service.
//
//	activate_at = 2026-11-11T00:00:00+08:00
//
// The key is not part of the canonical form. Before its instant the strategy is checked and
// tested but not active; afterwards the key has no effect. If the clocks show the local time
// twice, the earlier pass counts, as for valid_from.
func decodeActivation(s *section) time.Time {
	at, _ := s.instant("activate_at", earlierPass)
	return at
}

// ActivateAt is the instant from which the strategy is to be in service; zero
// for at once.
func (m *Model) ActivateAt() time.Time { return m.activateAt }
