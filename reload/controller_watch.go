package reload

import (
	"fmt"

	"github.com/promogate/caddy-discount/reload/internal/stableread"
)

// rewatch follows the path anew and watches what it leads through, so that every
// later change of it is reported. lost says why reports may be missing.
func (m *machine) rewatch(lost error) {
	m.layout = m.files.Locate()
	err := m.watch.WatchNames(m.layout.Names(), m.layout.Listing())
	for range 3 {
		now := m.files.Locate()
		if err == nil && now.Equal(m.layout) {
			break
		}
		// It changed while it was being watched; what was changed before the
		// watch was there has not been reported.
		m.layout = now
		err = m.watch.WatchNames(m.layout.Names(), m.layout.Listing())
	}
	m.watch.WatchWriters(m.layout.Targets(), m.layout.Listing())
	target := m.layout.Target()
	if err == nil && stableread.Severed(target) {
		err = fmt.Errorf("%s is mounted here alone and was replaced where it comes from (mount its directory instead)", target)
	}
	m.board.update(func(s *Status) { s.Target = target })
	m.health(lost, err)
}

// health reports when watching fails and when it works again.
func (m *machine) health(lost, err error) {
	was := m.board.read().Watch
	m.board.update(func(s *Status) { s.Watch = WatchHealth{Polling: err != nil, Reason: err} })
	if lost != nil {
		m.emit(EventWatchLost, lost)
	}
	switch {
	case err != nil && (!was.Polling || lost != nil):
		m.emit(EventPolling, err)
	case err == nil && (was.Polling || lost != nil):
		m.emit(EventWatchRegained, nil)
	}
}
