package discount

import (
	"errors"
	"time"

	"github.com/promogate/caddy-discount/internal/adminapi"
	"github.com/promogate/caddy-discount/reload"
	"github.com/promogate/caddy-discount/reload/history"
	"github.com/promogate/caddy-discount/strategy/document"
)

// describe is how the strategy is doing.
func (l *live) describe() adminapi.Strategy {
	s := l.Status()
	d := adminapi.Strategy{
		ID: l.key.id(), Path: l.key.path, Env: l.key.env,
		File:    &adminapi.LastRead{Digest: s.File.Digest, Outcome: s.File.Outcome, Number: s.File.Number},
		Live:    describeRevision(s.Live),
		Held:    s.Pinned.Fingerprint,
		HeldWas: s.Pinned.Formerly,
		Refusal: describeRefusal(s.Refusal),
		Pending: unlessZero(s.Pending),
		Missing: unlessZero(s.Missing),
		Watch:   adminapi.Watch{ReadProof: s.Proof.String(), Guard: s.Proof.String(), Polling: s.Watch.Polling, Reason: text(s.Watch.Reason)},
		State:   adminapi.State{Dir: s.State.Dir, Error: text(stateError(s.State.Dir, s.State.Err)), Found: text(stateError(s.State.Dir, s.State.Found))},
	}
	carts, clients := l.sample.Carts()
	d.Sample, d.SampleClients = len(carts), clients
	if e := l.Live(); e.Sequence == s.Live.Sequence {
		d.Live.Rules = e.Value.RuleCount()
	}
	if s.Staged.Fingerprint != "" {
		staged := describeRevision(s.Staged)
		d.Staged = &staged
	}
	return d
}

func describeRevision(f reload.Info) adminapi.Revision {
	return adminapi.Revision{
		Version: f.Version, SHA256: f.Fingerprint, Was: f.Formerly, TextsSHA256: f.Texts, Change: string(f.Change),
		Kind: f.Kind.String(), Number: f.Sequence, Size: f.Size,
		Due: unlessZero(f.Due), Proof: f.Note,
		Stamps: adminapi.Timestamps{
			Written: f.Timestamps.Written, Noticed: f.Timestamps.Noticed, Read: f.Timestamps.Read, Ready: f.Timestamps.Ready,
			Swapped: unlessZero(f.Timestamps.Swapped),
		},
	}
}

func describeRefusal(r reload.Refusal) *adminapi.Refusal {
	if r.Err == nil {
		return nil
	}
	d := &adminapi.Refusal{Version: r.Version, SHA256: r.Fingerprint, Time: r.Time, Standing: r.Active, Error: r.Err.Error()}
	var problems *document.Diagnostics
	if errors.As(r.Err, &problems) {
		d.Problems, d.More = problems.List, problems.More
	}
	return d
}

// firstLanguage is that of 0.1, which did not record it.
const firstLanguage = 1

func describeSnapshots(kept []history.Snapshot) []adminapi.Snapshot {
	all := make([]adminapi.Snapshot, len(kept))
	for i, s := range kept {
		all[i] = adminapi.Snapshot{
			Version: s.Version, SHA256: s.Fingerprint, Language: max(s.Language, firstLanguage), Formerly: s.Formerly,
			Taken: s.Taken, Origin: s.Origin,
		}
	}
	return all
}

func unlessZero(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
