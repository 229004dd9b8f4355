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
	journal         *journal // nil if there is no state directory
	liveUnsaved     bool     // what is in service could not be kept in memory, which is new
	refusedKey      string   // key of the standing refusal; "" for none
	refusedByPolicy bool     // it might be none if it were judged again
	missing         bool     // reported
	starting        bool     // Open has not returned
	deferred        []Event  // while starting: what Open's error would tell

	refusedAs Identity // of the last refusal
	read      LastRead // without its outcome, which later orders may change

	ticks      *time.Ticker            // for polls
	journalRef atomic.Pointer[journal] // journal, for other goroutines
	calls      chan func()             // from other goroutines, carried out on this one
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
	c.setJournal(newJournal(o))
	c.pin = c.journal.pinned()
	c.status.s.Pinned, c.status.s.State.Dir = c.pin.what, o.State
	return c
}

func (c *controller) setJournal(j *journal) {
	c.journal = j
	c.journalRef.Store(j)
}
