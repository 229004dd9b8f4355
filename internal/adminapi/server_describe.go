package adminapi

import (
	"cmp"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/promogate/caddy-discount/internal/cartoptions"
	"github.com/promogate/caddy-discount/internal/engine"
	"github.com/promogate/caddy-discount/reload"
	"github.com/promogate/caddy-discount/reload/history"
	"github.com/promogate/caddy-discount/strategy/document"
)

// describe returns the strategy as the API shows it.
func describe(eng Engine) Strategy {
	s := eng.Status()
	d := Strategy{
		ID: eng.Key().ID(), Path: eng.Key().Path, Env: eng.Key().Env,
		File:    &LastRead{Digest: s.File.Digest, Outcome: s.File.Outcome, Number: s.File.Number},
		Live:    describeRevision(s.Live),
		Held:    s.Pinned.Fingerprint,
		HeldWas: s.Pinned.Formerly,
		Refusal: describeRefusal(s.Refusal),
		Pending: unlessZero(s.Pending),
		Missing: unlessZero(s.Missing),
		Watch:   Watch{ReadProof: s.Proof.String(), Guard: s.Proof.String(), Polling: s.Watch.Polling, Reason: text(s.Watch.Reason)},
		State:   State{Dir: s.State.Dir, Error: text(s.State.Err), Found: text(s.State.Found)},
	}
	d.Sample, d.SampleClients = eng.SampleSize()
	if e := eng.Live(); e.Sequence == s.Live.Sequence {
		d.Live.Rules = e.Value.RuleCount()
	}
	if s.Staged.Fingerprint != "" {
		staged := describeRevision(s.Staged)
		d.Staged = &staged
	}
	return d
}

func describeRevision(f reload.Info) Revision {
	return Revision{
		Version: f.Version, SHA256: f.Fingerprint, Was: f.Formerly, TextsSHA256: f.Texts, Change: string(f.Change),
		Kind: f.Kind.String(), Number: f.Sequence, Size: f.Size,
		Due: unlessZero(f.Due), Proof: f.Note,
		Timestamps: Timestamps{
			Written: f.Timestamps.Written, Noticed: f.Timestamps.Noticed, Read: f.Timestamps.Read, Ready: f.Timestamps.Ready,
			Swapped: unlessZero(f.Timestamps.Swapped),
		},
	}
}

func describeRefusal(r reload.Refusal) *Refusal {
	if r.Err == nil {
		return nil
	}
	d := &Refusal{Version: r.Version, SHA256: r.Fingerprint, Time: r.Time, Active: r.Active, Error: r.Err.Error()}
	var problems *document.Diagnostics
	if errors.As(r.Err, &problems) {
		d.Problems, d.More = problems.List, problems.More
	}
	return d
}

// firstLanguage is the language of 0.1, which did not record it.
const firstLanguage = 1

func describeSnapshots(kept []history.Snapshot) []Snapshot {
	all := make([]Snapshot, len(kept))
	for i, s := range kept {
		all[i] = Snapshot{
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

// handlersOf returns the handlers of a strategy in the configurations that run. Caddy creates
// the handlers of several servers in any order, so they are sorted.
func handlersOf(eng Engine) []*engine.Handler {
	list := eng.Handlers()
	slices.SortStableFunc(list, func(a, b *engine.Handler) int { return cmp.Compare(sortKey(a), sortKey(b)) })
	return list
}

// sortKey returns the same key for handlers that look the same in an answer.
func sortKey(h *engine.Handler) string {
	text, _ := json.Marshal(describeHandler(h, 0)) // it has only texts and numbers, so it can always be encoded
	return string(text)
}

func describeHandler(h *engine.Handler, number int) Handler {
	d := Handler{
		Number: number, Module: h.Module, Map: h.Map, Source: h.Source, Prices: h.Read.Prices.String(),
		ExactIDs: h.Read.ExactIDs, TextFlags: h.Read.TextFlags, MaxLines: h.Read.MaxLines,
	}
	if h.Read.CustomerInHeaders {
		d.Customer = string(cartoptions.CustomerHeaders)
	}
	if h.Read.Fractional {
		d.Fractional = cartoptions.FractionalLine
	}
	return d
}

// describeHandlers returns the handlers as the API shows them.
func describeHandlers(eng Engine) []Handler {
	list := []Handler{}
	for i, h := range handlersOf(eng) {
		list = append(list, describeHandler(h, i+1))
	}
	return list
}
