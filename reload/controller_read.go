package reload

import (
	"time"

	"github.com/promogate/caddy-discount/reload/internal/stableread"
)

// retry reads the files if the obstacle is gone. After a writer has closed the file, the file
// must be quiet for Settle, since another writer may follow.
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

// tryRead reads the files and handles their content, unless there is an obstacle.
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
		// The cause may end without a change of the files, so the poll tries again.
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
	if onRead := c.o.faults.onRead; onRead != nil {
		onRead()
	}
	c.handleContent(r)
	c.checkAgain()
}

// readAll reads the files and those that they name. It knows the named files only after a
// read. Then it watches them and reads all files again, at one moment.
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

// retryLater tries again after a delay that grows with the number of tries. Once the save has
// been reported as pending, it tries once every Poll. A reported close ends the wait sooner.
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
