package reload

import (
	"time"

	"github.com/promogate/caddy-discount/internal/brief"
	"github.com/promogate/caddy-discount/reload/history"
)

// The actions on record.
const (
	actionActivated  history.Action = "activated"
	actionRefused    history.Action = "refused"
	actionRolledBack                = history.RolledBack
	actionStaged     history.Action = "staged"
	actionWithdrawn  history.Action = "withdrawn"

	// actionAbandoned withdraws a rollback that returned an error. The record of the
	// rollback may be in the log nevertheless.
	actionAbandoned history.Action = "abandoned"
)

func putsIntoService(a history.Action) bool { return a == actionActivated || a == actionRolledBack }

// isOfContent reports whether a record is of contents that were in service, were staged or
// are pinned.
func isOfContent(r history.Record) bool { return putsIntoService(r.Action) || r.Action == actionStaged }

// withoutAbandoned leaves out the rollbacks that were withdrawn by actionAbandoned.
func withoutAbandoned(records []history.Record) []history.Record {
	var done []history.Record
	for _, r := range records {
		last := len(done) - 1
		if r.Action != actionAbandoned {
			done = append(done, r)
		} else if last >= 0 && done[last].Action == actionRolledBack && done[last].Fingerprint == r.Fingerprint {
			done = done[:last]
		}
	}
	return done
}

// maxReason bounds the reason of a record in bytes. A refusal may have a line for each of
// hundreds of errors, and records are never removed.
const maxReason = 4096

func recordOf(a history.Action, i Info, digest, reason string) history.Record {
	return history.Record{
		Time: time.Now(), Action: a,
		Fingerprint: i.Fingerprint, Formerly: i.Formerly, Version: i.Version, Digest: digest,
		Kind: i.Kind.String(), Change: string(i.Change), Reason: brief.Text(reason, maxReason),
		Written: i.Timestamps.Written, Noticed: i.Timestamps.Noticed, Read: i.Timestamps.Read,
		Ready: i.Timestamps.Ready, Swapped: i.Timestamps.Swapped, Due: i.Due,
	}
}

func snapshotOf(c Content, i Info, digest string) history.Snapshot {
	return history.Snapshot{
		Fingerprint: i.Fingerprint, Formerly: i.Formerly, Version: i.Version, Digest: digest,
		Taken: time.Now(), Origin: c.Path, Files: c.Files,
	}
}
