package reload

import (
	"sync"
	"sync/atomic"
	"time"
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
	publish     func(Facts) // the one atomic store
}

// A phase is where the machine is on the way from a notice to an edition.
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
		return obstacleUnstill // written again and again, never tried
	}
	return s.why
}

// A machine takes notices and makes editions. Everything below start and run
// happens on one goroutine, so that nothing here needs a lock but what others
// read: the board.
type machine struct {
	path  string
	o     Options
	judge judge

	mail     *mailbox
	watch    *watch
	closings *closings
	reader   *reader
	board    board

	place   place // where the path leads and what is watched for it
	phase   phase
	due     time.Time // when the phase wants to go on
	save    save
	handled sight // what was last read, refused or found missing
	tried   sight // what the last attempt at reading found
	suspect sight // what the last poll found that no notice announced
	doubt   bool  // what was handled may have changed without looking different

	live     Facts
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
	mail := newMailbox()
	m := &machine{
		path: path, o: o, judge: j,
		mail:   mail,
		watch:  newWatch(mail, o.Member, o.faults.noWatch),
		board:  board{s: Status{Path: path}},
		orders: make(chan func()),
		stop:   make(chan struct{}),
		done:   make(chan struct{}),
	}
	m.reader = &reader{path: path, o: &m.o}
	m.memory = newMemory(o)
	m.scribe.Store(m.memory.scribe)
	m.hold = m.memory.hold()
	m.board.s.Held, m.board.s.Memory.Dir = m.hold.what, o.State
	return m
}

// hear acts on notices.
func (m *machine) hear(n notice) {
	before := m.place
	if n.names || n.lost != nil || m.place.err != nil {
		m.aim(n.lost)
	}
	switch {
	case absent(m.place.err):
		m.vanish(n.at)
	case m.place.swappedFrom(before):
		m.hurry(KindRename, n.at)
	case n.lost != nil:
		m.settle(KindPoll, n.at)
	case n.wrote || n.closed:
		m.settle(KindInPlace, n.at)
	case n.moved && m.place.whole:
		// Other files of the same save may follow.
		m.settle(KindRename, n.at)
	case n.moved:
		m.hurry(KindRename, n.at)
	case m.news() && m.phase == phaseSettling:
		m.settle(m.save.kind, n.at) // the other watch's report of the same save
	case m.news():
		m.settle(KindInPlace, n.at)
	}
}

// news reports whether the file is neither what was last dealt with nor what is
// waiting for an obstacle to go. The two watches report the same save one after
// the other, so the second report is mostly none.
func (m *machine) news() bool {
	seen := look(m.path, &m.o)
	return seen != m.handled && (m.phase != phaseBlocked || seen != m.tried)
}

// settle waits for quiet from at on.
func (m *machine) settle(k Kind, at time.Time) {
	m.begin(k, at)
	m.reader.disturb()
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
		m.aim(nil)
		if absent(m.place.err) {
			m.reportMissing(now)
			return
		}
		m.settle(KindInPlace, now)
	}
}

// unblock looks whether the obstacle is gone. A writer that has gone leaves a
// file that still has to be quiet for a while: another may follow.
func (m *machine) unblock(now time.Time) {
	if m.save.why != obstacleWriter {
		m.attempt()
		return
	}
	switch err := m.reader.free().(type) {
	case obstacle:
		m.obstruct(err)
	case nil:
		m.phase, m.due = phaseSettling, now.Add(m.o.Settle)
	default:
		m.attempt()
	}
}

// attempt reads and judges the file, unless something is in the way.
func (m *machine) attempt() {
	m.tried = look(m.path, &m.o)
	r, err := m.readAll()
	if o, ok := err.(obstacle); ok {
		m.obstruct(o)
		return
	}
	if absent(err) {
		m.vanish(time.Now())
		return
	}
	m.handled, m.suspect = m.tried, sight{}
	m.read = LastRead{Digest: r.digest, Number: m.read.Number + 1}
	if err != nil {
		// What is wrong may be mended without touching the file, so the poll
		// tries again.
		m.doubt = true
		m.finish()
		if m.refuse("file: "+err.Error(), Identity{}, err) {
			m.noteRefusal(reading{at: time.Now()}, verdict{}, err)
		}
		return
	}
	m.handled.files = r.files
	m.doubt = r.at.Sub(r.mtime).Abs() < coarsest
	m.finish()
	if told := m.o.faults.told; told != nil {
		told()
	}
	m.consider(r)
	m.lookAgain()
}

// readAll reads the files, and those that they name. Which these are is known only when
// they were read: then they are watched, too, and all are read again, at one moment.
func (m *machine) readAll() (reading, error) {
	for range maxRenamings {
		r, err := m.reader.read(m.save.kind == KindRename)
		if err != nil || !m.o.name(r.Files) {
			return r, err
		}
		m.aim(nil)
		m.tried = look(m.path, &m.o)
	}
	return reading{}, obstacleMoved
}

// maxRenamings is how often files are read again because they name others than before.
const maxRenamings = 3

// obstruct waits for an obstacle to go: a little at first, longer later, and
// from poll to poll once it has been reported. A close is heard sooner.
func (m *machine) obstruct(o obstacle) {
	m.save.why = o
	m.save.tries++
	wait := retryAfter(m.save.tries)
	if m.save.pending {
		wait = m.o.Poll
	}
	m.phase, m.due = phaseBlocked, time.Now().Add(wait)
	if o == obstacleUnstill {
		m.due = m.reader.ripe
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
	m.handled, m.suspect = look(m.path, &m.o), sight{}
	m.board.update(func(s *Status) { s.Missing, s.Refusal.Standing = now, false })
	m.emit(EventMissing, m.place.err)
}

// lookAgain starts over if the file is not what was just read any more: judging
// took its time. Nobody has told of that yet; who does says what kind of save it
// is.
func (m *machine) lookAgain() {
	if m.stopped() || look(m.path, &m.o) == m.handled {
		return
	}
	m.settle(KindPoll, time.Now())
}

// poll looks without having been told. What it finds must be found twice.
func (m *machine) poll(now time.Time) {
	lost := m.watch.check()
	m.aim(lost)
	m.memory.tryAgain()
	if m.phase != phaseIdle {
		return
	}
	seen := look(m.path, &m.o)
	switch {
	case absent(m.place.err):
		m.vanish(now)
	case lost != nil:
		m.settle(KindPoll, now)
	case seen == m.handled && !m.doubt:
		m.suspect = sight{}
	case seen == m.handled, seen == m.suspect:
		m.hurry(KindPoll, now)
	default:
		m.suspect = seen
	}
}
