package reload

import (
	"cmp"
	"slices"
	"time"

	"github.com/promogate/caddy-discount/reload/history"
	"github.com/promogate/caddy-discount/reload/internal/stableread"
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

// Reconfigure has the source go by other settings. What is in service stays there.
//
// A refusal as [GuardrailError] is judged again if Policy is another one than before. Another
// state directory, or another key or number of snapshots for it, is opened as at a start:
// the old one is closed, and the new one gets what is in service, what is staged and what a
// rollback keeps out. Nothing is written to it if nothing was written before, until
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
	if c.o.Policy != before.Policy && c.refusedKey != "" && c.refusedByPolicy {
		c.loadAgain()
	}
}

// loadAgain has the file read and judged although it is the same.
func (c *controller) loadAgain() {
	c.refusedKey = ""
	if c.phase == phaseIdle {
		c.debounce(KindPoll, time.Now())
	}
}

// moveState goes on with the state directory of the options. What is in service goes
// along, as far as its files are known; they are not if nothing was remembered so far.
func (c *controller) moveState() {
	along := []string{c.live.Fingerprint, c.pin.what.Fingerprint}
	if c.staged != nil {
		along = append(along, c.staged.facts.Fingerprint)
	}
	var snapshots []history.Snapshot
	kept := make(map[string]string) // digests by fingerprint
	for _, fingerprint := range along {
		if s, err := c.journal.snapshot(fingerprint); fingerprint != "" && err == nil {
			snapshots = append(snapshots, s)
			kept[fingerprint] = s.Digest
		}
	}
	began := c.journal.scribe.writes()
	c.journal.close()
	c.journal = newMemory(c.o)
	c.journalRef.Store(c.journal.scribe)
	c.status.update(func(s *Status) { s.State = StateHealth{Dir: c.o.State} })
	for _, s := range snapshots {
		c.journal.keep(s, s.Digest)
	}
	c.recordAll(kept)
	c.liveUnsaved = !slices.ContainsFunc(snapshots, func(s history.Snapshot) bool { return s.Fingerprint == c.live.Fingerprint })
	if c.liveUnsaved && c.phase == phaseIdle {
		c.debounce(KindPoll, time.Now()) // the file is mostly what is in service
	}
	if began && c.journal.scribe != nil {
		c.journal.scribe.begin()
	}
}

// recordAll writes how things are into a log that does not know. kept are the digests of
// what is kept there by its fingerprint: a comment may have been added to the file since.
func (c *controller) recordAll(kept map[string]string) {
	c.retain()
	live := cmp.Or(kept[c.live.Fingerprint], c.liveDigest)
	if c.pin == (pin{}) {
		c.record(actionActivated, c.live, live, c.live.Note)
	} else {
		held := cmp.Or(kept[c.pin.what.Fingerprint], c.pin.digest)
		record := recordOf(actionRolledBack, c.live, held, "the rollback was in effect when the state directory changed")
		record.Against, record.Restored = c.pin.what.Fingerprint, live
		c.journal.note(record)
	}
	if c.staged != nil {
		c.record(actionStaged, c.staged.facts, cmp.Or(kept[c.staged.facts.Fingerprint], c.staged.digest), "")
	}
}

// saveLive keeps what is in service where that was not possible before. r is the file,
// which says the same.
func (c *controller) saveLive(r stableread.Reading) {
	if !c.liveUnsaved {
		return
	}
	c.liveUnsaved = false
	c.journal.keep(snapshotOf(contentOf(c.path, r), c.live), r.Digest)
	if !slices.Contains(c.journal.digests(c.live.Fingerprint), r.Digest) { // a comment was added since
		c.record(actionActivated, c.live, r.Digest, c.live.Note)
	}
}
