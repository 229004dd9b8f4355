package reload

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/promogate/caddy-discount/reload/internal/fswatch"
	"github.com/promogate/caddy-discount/reload/internal/stableread"
)

// A judge turns a content into something that can be put into service, or says
// why not. It is all the machine knows of the value.
type judge func(Content) (verdict, error)

// A verdict is a candidate that was accepted, or what is known of one that was
// refused.
type verdict struct {
	fingerprint string
	texts       string
	version     string
	note        string
	due         time.Time
	publish     func(Info) // the one atomic store
}

// A phase is where the machine is on the way from a notice to a revision.
type phase uint8

const (
	phaseIdle     phase = iota
	phaseSettling       // until the file has been quiet for Settle
	phaseBlocked        // until an obstacle is gone
	phaseAbsent         // until the name is back, or is reported as missing
)

// A save is one change of the file, from the first notice to its end.
type save struct {
	kind    Kind
	began   time.Time // the first notice
	noticed time.Time // the last one
	why     error     // the last obstacle
	tries   int       // that failed in a row
	pending bool      // reported as such
}

// reason is why the save is not finished yet.
func (s save) reason() error {
	if s.why == nil {
		return stableread.NotStill // written again and again, never tried
	}
	return s.why
}

// A machine takes notices and makes revisions. Everything below start and run
// happens on one goroutine, so that nothing here needs a lock but what others
// read: the board.
type machine struct {
	path  string
	o     Options
	judge judge

	files  *stableread.Fileset
	watch  *fswatch.Watcher
	reader *stableread.Reader
	board  board

	layout    stableread.Layout // where the path leads and what is watched for it
	phase     phase
	due       time.Time // when the phase wants to go on
	save      save
	lastSeen  stableread.FileState // what was last read, refused or found missing
	tried     stableread.FileState // what the last attempt at reading found
	candidate stableread.FileState // what the last poll found that was not reported
	recheck   bool                 // what was last seen may have changed without looking different

	live     Info
	content  string // digest of what live was made of
	staged   *staged
	hold     hold
	memory   memory
	unkept   bool    // what is in service could not be kept in memory, which is new
	refused  string  // key of the standing refusal; "" for none
	unproved bool    // it might be none if it were judged again
	missing  bool    // reported
	starting bool    // Open has not returned
	untold   []Event // while starting: what Open's error would tell

	refusedAs Identity // of the last refusal
	read      LastRead // without its outcome, which later orders may change

	ticks   *time.Ticker           // for polls
	scribe  atomic.Pointer[scribe] // of memory, for other goroutines
	orders  chan func()            // from other goroutines, carried out on this one
	stop    chan struct{}
	done    chan struct{}
	closing sync.Once
	closed  error
}

func newMachine(path string, j judge, o Options) *machine {
	m := &machine{
		path: path, o: o, judge: j,
		files:  o.fileset(path),
		watch:  fswatch.New(fswatch.Options{Include: o.Member, NoEvents: o.faults.noWatch, NoCloses: o.faults.noClosings}),
		board:  board{s: Status{Path: path}},
		orders: make(chan func()),
		stop:   make(chan struct{}),
		done:   make(chan struct{}),
	}
	m.reader = &stableread.Reader{Set: m.files, Settle: o.Settle, WriteState: m.watch.WriteState, NoLease: o.faults.noLease}
	m.memory = newMemory(o)
	m.scribe.Store(m.memory.scribe)
	m.hold = m.memory.hold()
	m.board.s.Pinned, m.board.s.State.Dir = m.hold.what, o.State
	return m
}

// handle acts on changes that were reported.
func (m *machine) handle(c fswatch.Changes) {
	before := m.layout
	if c.Names || c.Lost != nil || m.layout.Err() != nil {
		m.rewatch(c.Lost)
	}
	switch {
	case stableread.Absent(m.layout.Err()):
		m.vanish(c.At)
	case m.layout.SwappedFrom(before):
		m.hurry(KindRename, c.At)
	case c.Lost != nil:
		m.settle(KindPoll, c.At)
	case c.Wrote || c.Closed:
		m.settle(KindInPlace, c.At)
	case c.Renamed && m.layout.Directory:
		// Other files of the same save may follow.
		m.settle(KindRename, c.At)
	case c.Renamed:
		m.hurry(KindRename, c.At)
	case m.news() && m.phase == phaseSettling:
		m.settle(m.save.kind, c.At) // the other watch's report of the same save
	case m.news():
		m.settle(KindInPlace, c.At)
	}
}

// news reports whether the file is neither what was last dealt with nor what is
// waiting for an obstacle to go. The two watches report the same save one after
// the other, so the second report is mostly none.
func (m *machine) news() bool {
	seen := m.files.Stat()
	return seen != m.lastSeen && (m.phase != phaseBlocked || seen != m.tried)
}

// settle waits for quiet from at on.
func (m *machine) settle(k Kind, at time.Time) {
	m.begin(k, at)
	m.reader.Touched()
	m.phase, m.due = phaseSettling, at.Add(m.o.Settle)
}

// hurry reads at once what is complete by construction, if that can be proved.
func (m *machine) hurry(k Kind, at time.Time) {
	m.begin(k, at)
	m.attempt()
}

// begin opens a save, or adds a notice to the one under way.
func (m *machine) begin(k Kind, at time.Time) {
	if m.phase == phaseIdle || m.phase == phaseAbsent {
		m.save = save{began: at}
	}
	m.save.kind, m.save.noticed, m.save.tries = k, at, 0
}

// tick goes on with the phase if it is due.
func (m *machine) tick(now time.Time) {
	if m.phase != phaseIdle && now.Before(m.due) {
		return // it was the alarm of something else
	}
	switch m.phase {
	case phaseSettling:
		m.attempt()
	case phaseBlocked:
		m.unblock(now)
	case phaseAbsent:
		m.rewatch(nil)
		if stableread.Absent(m.layout.Err()) {
			m.reportMissing(now)
			return
		}
		m.settle(KindInPlace, now)
	}
}

// unblock looks whether the obstacle is gone. A writer that has gone leaves a
// file that still has to be quiet for a while: another may follow.
func (m *machine) unblock(now time.Time) {
	if m.save.why != stableread.BeingWritten {
		m.attempt()
		return
	}
	switch err := m.reader.Free().(type) {
	case stableread.Obstacle:
		m.obstruct(err)
	case nil:
		m.phase, m.due = phaseSettling, now.Add(m.o.Settle)
	default:
		m.attempt()
	}
}

// attempt reads and judges the file, unless something is in the way.
func (m *machine) attempt() {
	m.tried = m.files.Stat()
	r, err := m.readAll()
	if o, ok := err.(stableread.Obstacle); ok {
		m.obstruct(o)
		return
	}
	if stableread.Absent(err) {
		m.vanish(time.Now())
		return
	}
	m.lastSeen, m.candidate = m.tried, stableread.FileState{}
	m.read = LastRead{Digest: r.Digest, Number: m.read.Number + 1}
	if err != nil {
		// What is wrong may be mended without touching the file, so the poll
		// tries again.
		m.recheck = true
		m.finish()
		if m.refuse("file: "+err.Error(), Identity{}, err) {
			m.noteRefusal(stableread.Reading{At: time.Now()}, verdict{}, err)
		}
		return
	}
	m.lastSeen = r.Seen(m.lastSeen)
	m.recheck = r.At.Sub(r.Modified).Abs() < stableread.CoarsestTime
	m.finish()
	if told := m.o.faults.told; told != nil {
		told()
	}
	m.consider(r)
	m.lookAgain()
}

// readAll reads the files, and those that they name. Which these are is known only when
// they were read: then they are watched, too, and all are read again, at one moment.
func (m *machine) readAll() (stableread.Reading, error) {
	for range maxRenamings {
		r, err := m.reader.Read(m.save.kind == KindRename)
		if err != nil || !m.o.name(m.files, r.Files) {
			return r, err
		}
		m.rewatch(nil)
		m.tried = m.files.Stat()
	}
	return stableread.Reading{}, stableread.Moved
}

// maxRenamings is how often files are read again because they name others than before.
const maxRenamings = 3

// obstruct waits for an obstacle to go: a little at first, longer later, and
// from poll to poll once it has been reported. A close is heard sooner.
func (m *machine) obstruct(o stableread.Obstacle) {
	m.save.why = o
	m.save.tries++
	wait := retryAfter(m.save.tries)
	if m.save.pending {
		wait = m.o.Poll
	}
	m.phase, m.due = phaseBlocked, time.Now().Add(wait)
	if o == stableread.NotStill {
		m.due = m.reader.StillAt()
	}
}

// finish ends the save under way.
func (m *machine) finish() {
	m.phase = phaseIdle
	if !m.save.pending {
		return
	}
	m.save.pending = false
	m.board.update(func(s *Status) { s.Pending = time.Time{} })
	m.emit(EventPendingOver, nil)
}

// overdue reports a save that takes too long.
func (m *machine) overdue(now time.Time) {
	waiting := m.phase == phaseSettling || m.phase == phaseBlocked
	if !waiting || m.save.pending || now.Sub(m.save.began) < pendingAfter {
		return
	}
	m.save.pending = true
	m.board.update(func(s *Status) { s.Pending = m.save.began })
	m.emit(EventPending, m.save.reason())
}

// vanish waits for the name to come back, as it does while an editor saves.
func (m *machine) vanish(at time.Time) {
	if m.phase == phaseAbsent {
		return
	}
	m.finish()
	if m.missing {
		return
	}
	m.save = save{began: at}
	m.phase, m.due = phaseAbsent, at.Add(missingAfter)
}

func (m *machine) reportMissing(now time.Time) {
	m.phase, m.missing, m.refused = phaseIdle, true, ""
	m.withdraw()
	m.lastSeen, m.candidate = m.files.Stat(), stableread.FileState{}
	m.board.update(func(s *Status) { s.Missing, s.Refusal.Active = now, false })
	m.emit(EventMissing, m.layout.Err())
}

// lookAgain starts over if the file is not what was just read any more: judging
// took its time. Nobody has told of that yet; who does says what kind of save it
// is.
func (m *machine) lookAgain() {
	if m.stopped() || m.files.Stat() == m.lastSeen {
		return
	}
	m.settle(KindPoll, time.Now())
}

// poll looks without having been told. What it finds must be found twice.
func (m *machine) poll(now time.Time) {
	lost := m.watch.Check()
	m.rewatch(lost)
	m.memory.tryAgain()
	if m.phase != phaseIdle {
		return
	}
	seen := m.files.Stat()
	switch {
	case stableread.Absent(m.layout.Err()):
		m.vanish(now)
	case lost != nil:
		m.settle(KindPoll, now)
	case seen == m.lastSeen && !m.recheck:
		m.candidate = stableread.FileState{}
	case seen == m.lastSeen, seen == m.candidate:
		m.hurry(KindPoll, now)
	default:
		m.candidate = seen
	}
}
