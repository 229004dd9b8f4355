package reload

import (
	"sync"
	"sync/atomic"
	"time"

	"github.com/promogate/caddy-discount/reload/internal/fswatch"
	"github.com/promogate/caddy-discount/reload/internal/stableread"
)

// A loadFunc turns a content into something that can be put into service. Its error says why
// the content is refused. The controller knows nothing else of the value.
type loadFunc func(Content) (loaded, error)

// A loaded is a candidate that was accepted. Of a candidate that was refused it has what is
// known.
type loaded struct {
	fingerprint string
	texts       string
	version     string
	note        string
	due         time.Time
	activate    func(Info) // the one atomic store
}

// A phase is a stage between a change of the files and a content.
type phase uint8

const (
	phaseIdle     phase = iota
	phaseSettling       // until the file has been quiet for Settle
	phaseBlocked        // until an obstacle is gone
	phaseAbsent         // until the name is back, or is reported as missing
)

// A save is one change of the files, from its first report to its end.
type save struct {
	kind     Kind
	began    time.Time // the first report
	noticed  time.Time // the last one
	obstacle error     // the last one
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

// A refusal is the reason why a content, or the files, did not go into service.
type refusal struct {
	key      string   // what was refused; "" for nothing
	what     Identity // as far as it is known
	byPolicy bool     // another policy, or the same content saved again, may be accepted
}

// A controller turns reported changes into revisions. Everything below start and run happens
// on one goroutine. Other goroutines read only status and journalRef, so nothing else needs a
// lock.
type controller struct {
	path string
	o    Options
	load loadFunc

	// How the files are found and read.
	files  *stableread.Fileset
	watch  *fswatch.Watcher
	reader *stableread.Reader
	layout stableread.Layout // where the path leads and what is watched for it

	// On the way from a change to a content.
	phase     phase
	due       time.Time // when the phase ends by itself
	save      save
	lastSeen  stableread.FileState // what was last read, refused or found missing
	tried     stableread.FileState // what the last attempt at reading found
	candidate stableread.FileState // what the last poll found and no watch reported
	recheck   bool                 // what was last seen may have changed without looking different
	read      LastRead             // without its outcome, which showOutcome adds

	// The contents and what happened to them.
	live        Info
	liveDigest  string // of the content that live was compiled from
	liveUnsaved bool   // live is not saved in the journal, which is new
	staged      *staged
	pin         pin
	refusal     refusal
	missing     bool     // and reported
	journal     *journal // nil if there is no state directory

	// What is reported.
	status   statusBox
	starting bool    // Open has not returned
	deferred []Event // while starting: what Open's error would say

	ticks      *time.Ticker            // for polls
	calls      chan func()             // from other goroutines, run on this one
	journalRef atomic.Pointer[journal] // journal, for other goroutines
	writing    atomic.Bool             // startJournal was called
	stop       chan struct{}
	done       chan struct{}
	closing    sync.Once
	closed     error
}

func newController(path string, load loadFunc, o Options) *controller {
	c := &controller{
		path: path, o: o, load: load,
		files:  o.fileset(path),
		watch:  fswatch.New(fswatch.Options{Include: o.Include, NoEvents: o.faults.noWatch, NoCloses: o.faults.noCloses}),
		status: statusBox{s: Status{Path: path}},
		calls:  make(chan func()),
		stop:   make(chan struct{}),
		done:   make(chan struct{}),
	}
	c.reader = &stableread.Reader{Set: c.files, Settle: o.Settle, WriteState: c.watch.WriteState, NoLease: o.faults.noLease}
	c.setJournal(newJournal(o))
	c.pin = c.journal.pinned()
	c.status.s.Pinned, c.status.s.State.Dir = c.pin.suppressed, o.State
	return c
}

func (c *controller) setJournal(j *journal) {
	c.journal = j
	c.journalRef.Store(j)
}

// startJournal starts the journal of now and those that setJournal gives later. Any goroutine may
// call it: moveState looks at writing after it has set the next journal.
func (c *controller) startJournal() {
	c.writing.Store(true)
	c.journalRef.Load().start()
}
