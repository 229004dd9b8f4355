package discount

import (
	"errors"
	"time"

	"github.com/promogate/caddy-discount/reload"
	"github.com/promogate/caddy-discount/reload/history"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
)

// strategyStatus is a live strategy as the admin API shows it.
type strategyStatus struct {
	ID      string         `json:"id"`
	Path    string         `json:"path"`
	Env     string         `json:"env,omitempty"`
	File    *fileStatus    `json:"file,omitempty"`
	Live    editionStatus  `json:"live"`
	Staged  *editionStatus `json:"staged,omitempty"`
	Held    string         `json:"held,omitempty"` // sha256 of what a rollback keeps out
	HeldWas string         `json:"held_formerly,omitempty"`
	Refusal *refusalStatus `json:"refusal,omitempty"`
	Pending *time.Time     `json:"pending_since,omitempty"`
	Missing *time.Time     `json:"missing_since,omitempty"`
	Watch   watchStatus    `json:"watch"`
	State   stateStatus    `json:"state"`
	Sample  int            `json:"sample"` // carts that the next edition is compared on

	SampleClients int `json:"sample_clients"` // that they are of

	// Handlers are those that use it, where one strategy is asked for.
	Handlers []handlerStatus `json:"handlers,omitempty"`
}

type editionStatus struct {
	Version     string           `json:"version"`
	SHA256      string           `json:"sha256"`
	Was         string           `json:"formerly,omitempty"`     // sha256 on record for the same bytes, in an earlier language
	TextsSHA256 string           `json:"texts_sha256,omitempty"` // of what rules say to people
	Change      string           `json:"change"`
	Rules       int              `json:"rules,omitempty"`
	RuleIDs     []string         `json:"rule_ids,omitempty"` // where one strategy is asked for
	Texts       []strategy.Texts `json:"texts,omitempty"`    // of the rules that have some, likewise
	Kind        string           `json:"kind"`
	Number      uint64           `json:"number,omitempty"`
	Size        int64            `json:"size"`
	Due         *time.Time       `json:"due,omitempty"`
	Proof       string           `json:"proof,omitempty"`
	Stamps      stampsStatus     `json:"stamps"`
}

// fileStatus is what the files were when they were read last, and what became of that.
type fileStatus struct {
	Digest  string         `json:"digest,omitempty"` // of names and bytes; none if they cannot be read
	Outcome reload.Outcome `json:"outcome,omitempty"`
	Number  uint64         `json:"number"` // of times that they were read
}

type stampsStatus struct {
	Written time.Time  `json:"written"`
	Noticed time.Time  `json:"noticed"`
	Read    time.Time  `json:"read"`
	Ready   time.Time  `json:"ready"`
	Swapped *time.Time `json:"swapped,omitempty"`
}

type refusalStatus struct {
	Version  string             `json:"version,omitempty"`
	SHA256   string             `json:"sha256,omitempty"`
	Time     time.Time          `json:"time"`
	Standing bool               `json:"standing"`
	Error    string             `json:"error"`
	Problems []document.Problem `json:"problems,omitempty"`
	More     int                `json:"more_problems,omitempty"` // that are not in problems
}

type watchStatus struct {
	Guard   string `json:"guard"`
	Polling bool   `json:"polling"`
	Reason  string `json:"reason,omitempty"`
}

type stateStatus struct {
	Dir   string `json:"dir,omitempty"`
	Error string `json:"error,omitempty"`
	Found string `json:"found,omitempty"` // wrong when it was opened
}

type snapshotStatus struct {
	Version  string    `json:"version"`
	SHA256   string    `json:"sha256"`
	Language int       `json:"language"`           // that the sha256 was made in
	Formerly string    `json:"formerly,omitempty"` // sha256 of the same bytes in an earlier one
	Taken    time.Time `json:"taken"`
	Origin   string    `json:"origin"`
}

// describe is how the strategy is doing.
func (l *live) describe() strategyStatus {
	s := l.Status()
	d := strategyStatus{
		ID: l.key.id(), Path: l.key.path, Env: l.key.env,
		File:    &fileStatus{Digest: s.File.Digest, Outcome: s.File.Outcome, Number: s.File.Number},
		Live:    describeEdition(s.Live),
		Held:    s.Held.Fingerprint,
		HeldWas: s.Held.Formerly,
		Refusal: describeRefusal(s.Refusal),
		Pending: unlessZero(s.Pending),
		Missing: unlessZero(s.Missing),
		Watch:   watchStatus{Guard: s.Proof.String(), Polling: s.Watch.Polling, Reason: text(s.Watch.Reason)},
		State:   stateStatus{Dir: s.Memory.Dir, Error: text(stateError(s.Memory.Dir, s.Memory.Err)), Found: text(stateError(s.Memory.Dir, s.Memory.Found))},
	}
	carts, clients := l.sample.Carts()
	d.Sample, d.SampleClients = len(carts), clients
	if e := l.Live(); e.Sequence == s.Live.Sequence {
		d.Live.Rules = e.Value.RuleCount()
	}
	if s.Staged.Fingerprint != "" {
		staged := describeEdition(s.Staged)
		d.Staged = &staged
	}
	return d
}

func describeEdition(f reload.Facts) editionStatus {
	return editionStatus{
		Version: f.Version, SHA256: f.Fingerprint, Was: f.Formerly, TextsSHA256: f.Texts, Change: string(f.Change),
		Kind: f.Kind.String(), Number: f.Sequence, Size: f.Size,
		Due: unlessZero(f.Due), Proof: f.Note,
		Stamps: stampsStatus{f.Stamps.Written, f.Stamps.Noticed, f.Stamps.Read, f.Stamps.Ready, unlessZero(f.Stamps.Swapped)},
	}
}

func describeRefusal(r reload.Refusal) *refusalStatus {
	if r.Err == nil {
		return nil
	}
	d := &refusalStatus{Version: r.Version, SHA256: r.Fingerprint, Time: r.Time, Standing: r.Standing, Error: r.Err.Error()}
	var problems *document.Problems
	if errors.As(r.Err, &problems) {
		d.Problems, d.More = problems.List, problems.More
	}
	return d
}

// firstLanguage is that of 0.1, which did not record it.
const firstLanguage = 1

func describeSnapshots(kept []history.Snapshot) []snapshotStatus {
	all := make([]snapshotStatus, len(kept))
	for i, s := range kept {
		all[i] = snapshotStatus{
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
