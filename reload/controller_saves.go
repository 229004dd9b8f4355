package reload

import (
	"time"

	"github.com/promogate/caddy-discount/reload/internal/fswatch"
	"github.com/promogate/caddy-discount/reload/internal/stableread"
)

// handle acts on reported changes.
func (c *controller) handle(changes fswatch.Changes) {
	before := c.layout
	if changes.Names || changes.Lost != nil || c.layout.Err() != nil {
		c.rewatch(changes.Lost)
	}
	switch {
	case stableread.Absent(c.layout.Err()):
		c.markMissing(changes.At)
	case c.layout.SwappedFrom(before):
		c.loadNow(KindRename, changes.At)
	case changes.Lost != nil:
		c.debounce(KindPoll, changes.At)
	case changes.Wrote || changes.Closed:
		c.debounce(KindInPlace, changes.At)
	case changes.Renamed && c.layout.Directory:
		// Other files of the same save may follow.
		c.debounce(KindRename, changes.At)
	case changes.Renamed:
		c.loadNow(KindRename, changes.At)
	case !c.changed():
	case c.phase == phaseSettling && c.save.kind != KindPoll:
		c.debounce(c.save.kind, changes.At) // the other watch's report of the same save
	default:
		c.debounce(KindInPlace, changes.At)
	}
}

// changed reports whether the files differ from the content that was last handled and from the
// one that an obstacle keeps from being read. The two watches report the same save one after
// the other, so the second report is mostly about no change.
func (c *controller) changed() bool {
	seen := c.files.Stat()
	return seen != c.lastSeen && (c.phase != phaseBlocked || seen != c.tried)
}

// debounce reads the files once they have been quiet for Settle, counted from at.
func (c *controller) debounce(k Kind, at time.Time) {
	c.openSave(k, at)
	c.reader.Touched()
	c.phase, c.due = phaseSettling, at.Add(c.o.Settle)
}

// loadNow reads the files at once after a rename, if it can be proved that they are finished.
func (c *controller) loadNow(k Kind, at time.Time) {
	c.openSave(k, at)
	c.tryRead()
}

// openSave begins a save, or adds a report to the one under way.
func (c *controller) openSave(k Kind, at time.Time) {
	if c.phase == phaseIdle || c.phase == phaseAbsent {
		c.save = save{began: at}
	}
	c.save.kind, c.save.noticed, c.save.tries = k, at, 0
}

// onTimer ends the phase if it is due.
func (c *controller) onTimer(now time.Time) {
	if c.phase != phaseIdle && now.Before(c.due) {
		return // the timer was set for something else
	}
	switch c.phase {
	case phaseSettling:
		c.tryRead()
	case phaseBlocked:
		c.retry(now)
	case phaseAbsent:
		c.rewatch(nil)
		if stableread.Absent(c.layout.Err()) {
			c.reportMissing(now)
			return
		}
		c.debounce(KindInPlace, now)
	}
}

// poll looks for changes that were not reported. It acts on a change that two polls found.
func (c *controller) poll(now time.Time) {
	lost := c.watch.Check()
	c.rewatch(lost)
	c.journal.retry()
	if c.phase != phaseIdle {
		return
	}
	seen := c.files.Stat()
	switch {
	case stableread.Absent(c.layout.Err()):
		c.markMissing(now)
	case lost != nil:
		c.debounce(KindPoll, now)
	case seen == c.lastSeen && !c.recheck:
		c.candidate = stableread.FileState{}
	case seen == c.lastSeen, seen == c.candidate:
		c.loadNow(KindPoll, now)
	default:
		c.candidate = seen
	}
}

// checkAgain begins a save if the files changed while they were loaded and the change is not
// reported yet. The report sets the kind of the save.
func (c *controller) checkAgain() {
	if c.stopped() || c.files.Stat() == c.lastSeen {
		return
	}
	c.debounce(KindPoll, time.Now())
}

// markMissing waits for the name to come back before it is reported as missing: it is
// absent for a moment while an editor saves.
func (c *controller) markMissing(at time.Time) {
	if c.phase == phaseAbsent {
		return
	}
	c.endSave()
	if c.missing {
		return
	}
	c.save = save{began: at}
	c.phase, c.due = phaseAbsent, at.Add(missingAfter)
}

// reportMissing reports that the name has been absent for too long.
func (c *controller) reportMissing(now time.Time) {
	c.phase, c.missing, c.refusal.key = phaseIdle, true, ""
	c.withdraw()
	c.lastSeen, c.candidate = c.files.Stat(), stableread.FileState{}
	c.status.update(func(s *Status) { s.Missing, s.Refusal.Active = now, false })
	c.emit(EventMissing, c.layout.Err())
}
