// Package adminapi is the admin API of discount strategies: its types, the server in the gateway
// and the client for the commands.
package adminapi

import (
	"fmt"
	"strings"
	"time"

	"github.com/promogate/caddy-discount/cart/preset"
	"github.com/promogate/caddy-discount/reload"
	"github.com/promogate/caddy-discount/reload/history"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
)

// Strategy is a live strategy as the admin API shows it.
type Strategy struct {
	ID      string     `json:"id"`
	Path    string     `json:"path"`
	Env     string     `json:"env,omitempty"`
	File    *LastRead  `json:"file,omitempty"`
	Live    Revision   `json:"live"`
	Staged  *Revision  `json:"staged,omitempty"`
	Held    string     `json:"held,omitempty"` // sha256 of the content that a rollback suppresses
	HeldWas string     `json:"held_formerly,omitempty"`
	Refusal *Refusal   `json:"refusal,omitempty"`
	Pending *time.Time `json:"pending_since,omitempty"`
	Missing *time.Time `json:"missing_since,omitempty"`
	Watch   Watch      `json:"watch"`
	State   State      `json:"state"`
	Sample  int        `json:"sample"` // number of carts that the next edit is compared on

	SampleClients int `json:"sample_clients"` // number of clients that the carts come from

	// Handlers are the handlers that use it. Only an answer about one strategy has them.
	Handlers []Handler `json:"handlers,omitempty"`
}

// Revision is a content that is in service or is due later.
type Revision struct {
	Version     string           `json:"version"`
	SHA256      string           `json:"sha256"`
	Was         string           `json:"formerly,omitempty"`     // sha256 on record for the same bytes, in an earlier language
	TextsSHA256 string           `json:"texts_sha256,omitempty"` // of the texts of the rules
	Change      string           `json:"change"`
	Rules       int              `json:"rules,omitempty"`
	RuleIDs     []string         `json:"rule_ids,omitempty"` // only in an answer about one strategy
	Texts       []strategy.Texts `json:"texts,omitempty"`    // of the rules that have texts; only in an answer about one strategy
	Kind        string           `json:"kind"`
	Number      uint64           `json:"number,omitempty"`
	Size        int64            `json:"size"`
	Due         *time.Time       `json:"due,omitempty"`
	Proof       string           `json:"proof,omitempty"`
	Timestamps  Timestamps       `json:"stamps"`
}

// LastRead is the state of the files when they were read last, and its outcome.
type LastRead struct {
	Digest  string         `json:"digest,omitempty"` // of names and bytes; "" if they could not be read
	Outcome reload.Outcome `json:"outcome,omitempty"`
	Number  uint64         `json:"number"` // how often they were read
}

// Timestamps say when a revision reached each stage on its way into service.
type Timestamps struct {
	Written time.Time  `json:"written"`
	Noticed time.Time  `json:"noticed"`
	Read    time.Time  `json:"read"`
	Ready   time.Time  `json:"ready"`
	Swapped *time.Time `json:"swapped,omitempty"`
}

// Refusal is a content, or a file, that did not go into service.
type Refusal struct {
	Version  string                `json:"version,omitempty"`
	SHA256   string                `json:"sha256,omitempty"`
	Time     time.Time             `json:"time"`
	Active   bool                  `json:"standing"`
	Error    string                `json:"error"`
	Problems []document.Diagnostic `json:"problems,omitempty"`
	More     int                   `json:"more_problems,omitempty"` // that are not in problems
}

// Watch says how changes of the files are found.
type Watch struct {
	ReadProof string `json:"read_proof"` // why the files counted as finished when they were read last
	Guard     string `json:"guard"`      // the same, by its earlier name
	Polling   bool   `json:"polling"`
	Reason    string `json:"reason,omitempty"`
}

// State is the health of the state directory.
type State struct {
	Dir   string `json:"dir,omitempty"`
	Error string `json:"error,omitempty"`
	Found string `json:"found,omitempty"` // what was wrong when it was opened
}

// Handler says how a handler of a strategy reads carts.
type Handler struct {
	Number     int        `json:"number"` // from 1, for "handler" of explain
	Module     string     `json:"module"`
	Map        preset.Map `json:"map,omitzero"`
	Source     string     `json:"source"`
	Prices     string     `json:"prices"`
	Customer   string     `json:"customer,omitempty"`
	Fractional string     `json:"fractional,omitempty"`
	ExactIDs   bool       `json:"exact_ids"`
	TextFlags  bool       `json:"text_flags"`
	MaxLines   int        `json:"max_lines"`
}

// History is the history of a strategy.
type History struct {
	Total     int              `json:"total"`   // of records
	Records   []history.Record `json:"records"` // the last ones, oldest first
	Snapshots []Snapshot       `json:"snapshots"`
}

// Snapshot is a content that is kept.
type Snapshot struct {
	Version  string    `json:"version"`
	SHA256   string    `json:"sha256"`
	Language int       `json:"language"`           // version of the language of the sha256
	Formerly string    `json:"formerly,omitempty"` // sha256 in an earlier language
	Taken    time.Time `json:"taken"`
	Origin   string    `json:"origin"`
}

// RollbackRequest names the content to put back into service.
type RollbackRequest struct {
	SHA256 string `json:"sha256"`
	Reason string `json:"reason"`
}

// Name returns a description of the strategy for people.
func (s Strategy) Name() string {
	if s.Env != "" {
		return fmt.Sprintf("%s (%s, env %s)", s.ID, s.Path, s.Env)
	}
	return fmt.Sprintf("%s (%s)", s.ID, s.Path)
}

// fingerprintDigits is how many digits a fingerprint has.
const fingerprintDigits = 64

// IsFingerprint reports whether a text is a fingerprint or the beginning of one.
func IsFingerprint(text string) bool {
	return text != "" && len(text) <= fingerprintDigits && strings.Trim(text, "0123456789abcdefABCDEF") == ""
}
