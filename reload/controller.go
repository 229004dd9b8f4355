package reload

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/promogate/caddy-discount/reload/internal/fswatch"
	"github.com/promogate/caddy-discount/reload/internal/stableread"
)

// A loadFunc turns a content into something that can be put into service, or says
// why not. It is all the controller knows of the value.
type loadFunc func(Content) (loaded, error)

// A loaded is a candidate that was accepted, or what is known of one that was
// refused.
type loaded struct {
	fingerprint string
	texts       string
	version     string
	note        string
	due         time.Time
	activate    func(Info) // the one atomic store
}

// A phase is where the controller is on the way from a notice to a revision.
type phase uint8

const (
	phaseIdle     phase = iota
	phaseSettling       // until the file has been quiet for Settle
	phaseBlocked        // until an obstacle is gone
	phaseAbsent         // until the name is back, or is reported as missing
)

// A save is one change of the file, from the first notice to its end.
type save struct {
	kind     Kind
	began    time.Time // the first notice
	noticed  time.Time // the last one
	obstacle error     // the last obstacle
	tries    int       // that failed in a row
	pending  bool      // reported as such
}

// reason is why the save is not finished yet.
func (s save) reason() error {
	if s.obstacle == nil {
		return stableread.NotStill // written again and again, never tried
	}
	return s.obstacle
}

// A controller takes notices and makes revisions. Everything below start and run
// happens on one goroutine, so that nothing here needs a lock but what others
// read: the board.
type controller struct {
	path string
	o    Options
	load loadFunc

	files  *stableread.Fileset
	watch  *fswatch.Watcher
	reader *stableread.Reader
	status statusBox

	layout    stableread.Layout // where the path leads and what is watched for it
	phase     phase
	due       time.Time // when the phase wants to go on
	save      save
	lastSeen  stableread.FileState // what was last read, refused or found missing
	tried     stableread.FileState // what the last attempt at reading found
	candidate stableread.FileState // what the last poll found that was not reported
	recheck   bool                 // what was last seen may have changed without looking different

	live            Info
	liveDigest      string // digest of what live was made of
	staged          *staged
	pin             pin
	journal         memory
	liveUnsaved     bool    // what is in service could not be kept in memory, which is new
	refusedKey      string  // key of the standing refusal; "" for none
	refusedByPolicy bool    // it might be none if it were judged again
	missing         bool    // reported
	starting        bool    // Open has not returned
	deferred        []Event // while starting: what Open's error would tell

	refusedAs Identity // of the last refusal
	read      LastRead // without its outcome, which later orders may change

	ticks      *time.Ticker           // for polls
	journalRef atomic.Pointer[scribe] // of memory, for other goroutines
	calls      chan func()            // from other goroutines, carried out on this one
	stop       chan struct{}
	done       chan struct{}
	closing    sync.Once
	closed     error
}

func newController(path string, j loadFunc, o Options) *controller {
	c := &controller{
		path: path, o: o, load: j,
		files:  o.fileset(path),
		watch:  fswatch.New(fswatch.Options{Include: o.Include, NoEvents: o.faults.noWatch, NoCloses: o.faults.noCloses}),
		status: statusBox{s: Status{Path: path}},
		calls:  make(chan func()),
		stop:   make(chan struct{}),
		done:   make(chan struct{}),
	}
	c.reader = &stableread.Reader{Set: c.files, Settle: o.Settle, WriteState: c.watch.WriteState, NoLease: o.faults.noLease}
	c.journal = newMemory(o)
	c.journalRef.Store(c.journal.scribe)
	c.pin = c.journal.hold()
	c.status.s.Pinned, c.status.s.State.Dir = c.pin.what, o.State
	return c
}

// handle acts on changes that were reported.
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
	case c.changed() && c.phase == phaseSettling:
		c.debounce(c.save.kind, changes.At) // the other watch's report of the same save
	case c.changed():
		c.debounce(KindInPlace, changes.At)
	}
}

// changed reports whether the file is neither what was last dealt with nor what is
// waiting for an obstacle to go. The two watches report the same save one after
// the other, so the second report is mostly none.
func (c *controller) changed() bool {
	seen := c.files.Stat()
	return seen != c.lastSeen && (c.phase != phaseBlocked || seen != c.tried)
}

// debounce waits for quiet from at on.
func (c *controller) debounce(k Kind, at time.Time) {
	c.openSave(k, at)
	c.reader.Touched()
	c.phase, c.due = phaseSettling, at.Add(c.o.Settle)
}

// loadNow reads at once what is complete by construction, if that can be proved.
func (c *controller) loadNow(k Kind, at time.Time) {
	c.openSave(k, at)
	c.tryRead()
}

// openSave opens a save, or adds a notice to the one under way.
func (c *controller) openSave(k Kind, at time.Time) {
	if c.phase == phaseIdle || c.phase == phaseAbsent {
		c.save = save{began: at}
	}
	c.save.kind, c.save.noticed, c.save.tries = k, at, 0
}

// onTimer goes on with the phase if it is due.
func (c *controller) onTimer(now time.Time) {
	if c.phase != phaseIdle && now.Before(c.due) {
		return // it was the alarm of something else
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

// markMissing waits for the name to come back, as it does while an editor saves.
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

func (c *controller) reportMissing(now time.Time) {
	c.phase, c.missing, c.refusedKey = phaseIdle, true, ""
	c.withdraw()
	c.lastSeen, c.candidate = c.files.Stat(), stableread.FileState{}
	c.status.update(func(s *Status) { s.Missing, s.Refusal.Active = now, false })
	c.emit(EventMissing, c.layout.Err())
}

// checkAgain starts over if the file is not what was just read any more: judging
// took its time. Nobody has told of that yet; who does says what kind of save it
// is.
func (c *controller) checkAgain() {
	if c.stopped() || c.files.Stat() == c.lastSeen {
		return
	}
	c.debounce(KindPoll, time.Now())
}

// poll looks without having been told. What it finds must be found twice.
func (c *controller) poll(now time.Time) {
	lost := c.watch.Check()
	c.rewatch(lost)
	c.journal.tryAgain()
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
