package reload

import (
	"fmt"
	"os"
)

// aim follows the path anew and watches what it leads through, so that every
// later change of it is reported. lost says why reports may be missing.
func (m *machine) aim(lost error) {
	if m.closings == nil && !m.o.faults.noClosings {
		// Without it closes are found by trying; the next poll asks again.
		m.closings, _ = newClosings(m.mail, m.o.Member)
		m.reader.closings = m.closings
	}
	m.place = locate(m.path, &m.o)
	err := m.watch.aim(m.place.names, m.place.listing())
	for range 3 {
		now := locate(m.path, &m.o)
		if err == nil && now.equal(m.place) {
			break
		}
		// It changed while it was being watched; what was changed before the
		// watch was there has not been reported.
		m.place = now
		err = m.watch.aim(m.place.names, m.place.listing())
	}
	m.closings.aim(m.place.targets(), m.place.listing())
	if err == nil && severed(m.place.target) {
		err = fmt.Errorf("%s is mounted here alone and was replaced where it comes from (mount its directory instead)", m.place.target)
	}
	m.board.update(func(s *Status) { s.Target = m.place.target })
	m.health(lost, err)
}

// health reports when watching fails and when it works again.
func (m *machine) health(lost, err error) {
	was := m.board.read().Watch
	m.board.update(func(s *Status) { s.Watch = Health{Polling: err != nil, Reason: err} })
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

// severed reports whether path leads to a file that has no name any more: a
// mount of this one file, whose original was replaced by a rename. What has the
// name now cannot be had here. It looks twice, for a rename may be under way.
func severed(path string) bool {
	for range 2 {
		if info, err := os.Stat(path); err != nil || !nameless(info) {
			return false
		}
	}
	return true
}
