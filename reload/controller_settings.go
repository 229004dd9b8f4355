package reload

import (
	"cmp"
	"slices"
	"time"

	"github.com/promogate/caddy-discount/reload/history"
)

// Settings are the options of a [Source] that may change while it is open. Each means the same
// as the field of [Options] with its name.
type Settings struct {
	Settle, Poll time.Duration
	State        string
	StateOptions history.Options
	Policy       string
}

// With returns the options with the settings s in place of their own.
func (o Options) With(s Settings) Options {
	o.Settle, o.Poll, o.State, o.StateOptions, o.Policy = s.Settle, s.Poll, s.State, s.StateOptions, s.Policy
	return o
}

// Reconfigure gives the source other settings. The revision in service stays.
//
// A content refused by a [GuardrailError] is loaded again if the Policy changes. If the state
// directory, its name, its key or its number of snapshots changes, the old directory is closed
// and the new one is opened as at a start. The new one gets the revision in service, the staged
// one and the one that a pin suppresses. It is written at once if [Source.StartJournal] was ever
// called, even if there was no directory then. After [Source.Close], Reconfigure does nothing.
func (s *Source[T]) Reconfigure(to Settings) { s.controller.do(func() { s.controller.change(to) }) }

func (c *controller) change(to Settings) {
	before := c.o
	c.o = before.With(to).withDefaults()
	c.reader.Settle = c.o.Settle
	if c.o.Poll != before.Poll {
		c.ticks.Reset(c.o.Poll)
	}
	if was, is := before.StateOptions, c.o.StateOptions; c.o.State != before.State || is.Name != was.Name || is.Key != was.Key || is.Keep != was.Keep {
		c.moveState()
	}
	if c.o.Policy != before.Policy && c.refusal.key != "" && c.refusal.byPolicy {
		c.loadAgain()
	}
}

// loadAgain reads and loads the files although they did not change.
func (c *controller) loadAgain() {
	c.refusal.key = ""
	if c.phase == phaseIdle {
		c.debounce(KindPoll, time.Now())
	}
}

// moveState opens the state directory of the options and saves the revision in service there,
// if its files are known. They are not if there was no state directory before.
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
	c.journal.close()
	c.setJournal(newJournal(c.o))
	c.status.update(func(s *Status) { s.State = StateHealth{Dir: c.o.State} })
	for _, s := range snapshots {
		c.journal.save(s)
	}
	c.recordAll(digests)
	c.liveUnsaved = !slices.ContainsFunc(snapshots, func(s history.Snapshot) bool { return s.Fingerprint == c.live.Fingerprint })
	if c.liveUnsaved && c.phase == phaseIdle {
		c.debounce(KindPoll, time.Now()) // the files mostly have the content of live
	}
	if c.writing.Load() {
		c.journal.start()
	}
}

// recordAll records the revision in service and the staged one in a journal that does not have
// them. digests are those of the saved snapshots, by fingerprint. They may differ from the
// digests of the files, where only a comment was added since.
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
