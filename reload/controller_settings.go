package reload

import (
	"cmp"
	"slices"
	"time"

	"github.com/promogate/caddy-discount/reload/history"
)

// Settings are the options of a [Source] that may change while it is open. They mean what
// the fields of [Options] of the same names mean.
type Settings struct {
	Settle, Poll time.Duration
	State        string
	StateOptions history.Options
	Policy       string
}

// With is the options with others of these settings.
func (o Options) With(s Settings) Options {
	o.Settle, o.Poll, o.State, o.StateOptions, o.Policy = s.Settle, s.Poll, s.State, s.StateOptions, s.Policy
	return o
}

// Reconfigure gives the source other settings. What is in service stays there.
//
// A content refused by a [GuardrailError] is loaded again if Policy is another one than before. Another
// state directory, or another key or number of snapshots for it, is opened as at a start:
// the old one is closed, and the new one gets what is in service, what is staged and what a
// pin suppresses. Nothing is written to it if nothing was written before, until
// [Source.StartJournal] is called.
func (s *Source[T]) Reconfigure(to Settings) { s.controller.do(func() { s.controller.change(to) }) }

func (c *controller) change(to Settings) {
	before := c.o
	c.o = before.With(to).withDefaults()
	c.reader.Settle = c.o.Settle
	if c.o.Poll != before.Poll {
		c.ticks.Reset(c.o.Poll)
	}
	if was := before.StateOptions; c.o.State != before.State || c.o.StateOptions.Key != was.Key || c.o.StateOptions.Keep != was.Keep {
		c.moveState()
	}
	if c.o.Policy != before.Policy && c.refusal.key != "" && c.refusal.byPolicy {
		c.loadAgain()
	}
}

// loadAgain has the files read and loaded although they are the same.
func (c *controller) loadAgain() {
	c.refusal.key = ""
	if c.phase == phaseIdle {
		c.debounce(KindPoll, time.Now())
	}
}

// moveState opens the state directory of the options. What is in service goes along, as far
// as its files are known; they are not if there was no state directory so far.
func (c *controller) moveState() {
	along := []string{c.live.Fingerprint, c.pin.suppressed.Fingerprint}
	if c.staged != nil {
		along = append(along, c.staged.info.Fingerprint)
	}
	var snapshots []history.Snapshot
	digests := make(map[string]string) // of snapshots, by fingerprint
	for _, fingerprint := range along {
		if s, err := c.journal.snapshot(fingerprint); fingerprint != "" && err == nil {
			snapshots = append(snapshots, s)
			digests[fingerprint] = s.Digest
		}
	}
	started := c.journal.started()
	c.journal.close()
	c.setJournal(newJournal(c.o))
	c.status.update(func(s *Status) { s.State = StateHealth{Dir: c.o.State} })
	for _, s := range snapshots {
		c.journal.save(s)
	}
	c.recordAll(digests)
	c.liveUnsaved = !slices.ContainsFunc(snapshots, func(s history.Snapshot) bool { return s.Fingerprint == c.live.Fingerprint })
	if c.liveUnsaved && c.phase == phaseIdle {
		c.debounce(KindPoll, time.Now()) // it is mostly the content of the files
	}
	if started {
		c.journal.start()
	}
}

// recordAll records what is in service and staged in a journal that does not have it. digests
// are those of the snapshots there by fingerprint: a comment may have been added to the files
// since.
func (c *controller) recordAll(digests map[string]string) {
	c.retain()
	live := cmp.Or(digests[c.live.Fingerprint], c.liveDigest)
	if c.pin == (pin{}) {
		c.record(actionActivated, c.live, live, c.live.Note)
	} else {
		suppressed := cmp.Or(digests[c.pin.suppressed.Fingerprint], c.pin.digest)
		record := recordOf(actionRolledBack, c.live, suppressed, "the rollback was in effect when the state directory changed")
		record.Against, record.Restored = c.pin.suppressed.Fingerprint, live
		c.journal.record(record)
	}
	if c.staged != nil {
		c.record(actionStaged, c.staged.info, cmp.Or(digests[c.staged.info.Fingerprint], c.staged.digest), "")
	}
}
