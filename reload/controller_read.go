package reload

import (
	"time"

	"github.com/promogate/caddy-discount/reload/internal/stableread"
)

// retry looks whether the obstacle is gone. A writer that has gone leaves a
// file that still has to be quiet for a while: another may follow.
func (c *controller) retry(now time.Time) {
	if c.save.obstacle != stableread.BeingWritten {
		c.tryRead()
		return
	}
	switch err := c.reader.Free().(type) {
	case stableread.Obstacle:
		c.retryLater(err)
	case nil:
		c.phase, c.due = phaseSettling, now.Add(c.o.Settle)
	default:
		c.tryRead()
	}
}

// tryRead reads and judges the file, unless something is in the way.
func (c *controller) tryRead() {
	c.tried = c.files.Stat()
	r, err := c.readAll()
	if o, ok := err.(stableread.Obstacle); ok {
		c.retryLater(o)
		return
	}
	if stableread.Absent(err) {
		c.markMissing(time.Now())
		return
	}
	c.lastSeen, c.candidate = c.tried, stableread.FileState{}
	c.read = LastRead{Digest: r.Digest, Number: c.read.Number + 1}
	if err != nil {
		// What is wrong may be mended without touching the file, so the poll
		// tries again.
		c.recheck = true
		c.endSave()
		if c.refuse("file: "+err.Error(), Identity{}, err) {
			c.recordRefusal(stableread.Reading{At: time.Now()}, loaded{}, err)
		}
		return
	}
	c.lastSeen = r.Seen(c.lastSeen)
	c.recheck = r.At.Sub(r.Modified).Abs() < stableread.CoarsestTime
	c.endSave()
	if told := c.o.faults.onRead; told != nil {
		told()
	}
	c.handleContent(r)
	c.checkAgain()
}

// readAll reads the files, and those that they name. Which these are is known only when
// they were read: then they are watched, too, and all are read again, at one moment.
func (c *controller) readAll() (stableread.Reading, error) {
	for range maxRenamings {
		r, err := c.reader.Read(c.save.kind == KindRename)
		if err != nil || !c.o.name(c.files, r.Files) {
			return r, err
		}
		c.rewatch(nil)
		c.tried = c.files.Stat()
	}
	return stableread.Reading{}, stableread.Moved
}

// maxRenamings is how often files are read again because they name others than before.
const maxRenamings = 3

// retryLater waits for an obstacle to go: a little at first, longer later, and
// from poll to poll once it has been reported. A close is heard sooner.
func (c *controller) retryLater(o stableread.Obstacle) {
	c.save.obstacle = o
	c.save.tries++
	wait := retryDelay(c.save.tries)
	if c.save.pending {
		wait = c.o.Poll
	}
	c.phase, c.due = phaseBlocked, time.Now().Add(wait)
	if o == stableread.NotStill {
		c.due = c.reader.StillAt()
	}
}

// endSave ends the save under way.
func (c *controller) endSave() {
	c.phase = phaseIdle
	if !c.save.pending {
		return
	}
	c.save.pending = false
	c.status.update(func(s *Status) { s.Pending = time.Time{} })
	c.emit(EventPendingOver, nil)
}

// reportPending reports a save that takes too long.
func (c *controller) reportPending(now time.Time) {
	waiting := c.phase == phaseSettling || c.phase == phaseBlocked
	if !waiting || c.save.pending || now.Sub(c.save.began) < pendingAfter {
		return
	}
	c.save.pending = true
	c.status.update(func(s *Status) { s.Pending = c.save.began })
	c.emit(EventPending, c.save.reason())
}
