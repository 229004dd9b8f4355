package history

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"
)

// ErrContentChanged: kept contents are not those on record. They were set aside, and
// the log goes on.
var ErrContentChanged = errors.New("a kept content was changed")

// What is set aside has its old name, then broken, then when that was.
const (
	broken       = ".broken-"
	brokenLayout = "20060102T150405.000000000"
)

// setAsideAt is when a file was set aside, if it was.
func setAsideAt(name string) (at time.Time, is bool) {
	_, suffix, is := strings.Cut(name, broken)
	if !is {
		return at, false
	}
	at, err := time.Parse(brokenLayout, suffix)
	return at, err == nil
}

// asideNow is an instant for what is set aside now, after all that was before.
func asideNow(aside []string) time.Time {
	now := time.Now().UTC()
	for _, name := range aside {
		if at, _ := setAsideAt(name); !at.Before(now) {
			now = at.Add(1)
		}
	}
	return now
}

func asideName(name string, at time.Time) string { return name + broken + at.Format(brokenLayout) }

// setAside keeps a log that is not believed as it is, with the contents that nothing
// proves without it. Until a new one is signed, that it is missing is found again.
func (h *Journal) setAside(at time.Time) error {
	for _, name := range []string{checkpointFile, hashesFile, logFile, snapshotsDir} {
		path := filepath.Join(h.dir, name)
		if err := h.o.fs.rename(path, asideName(path, at)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("setting the log aside: %w", err)
		}
	}
	if err := h.o.fs.mkdir(h.store.dir); err != nil {
		return fmt.Errorf("making the state directory: %w", err)
	}
	return nil
}

// maxNamed bounds the contents that one reason names.
const maxNamed = 10

// changedError says which contents were changed.
func changedError(changed []keptContent) error {
	var text strings.Builder
	for i, c := range changed {
		if i == maxNamed {
			fmt.Fprintf(&text, "; and %d more", len(changed)-i)
			break
		}
		reason := "its bytes are not those on record"
		if c.err != nil {
			reason = c.err.Error()
		}
		if i > 0 {
			text.WriteString("; ")
		}
		fmt.Fprintf(&text, "%q: %s", c.name, reason)
	}
	return fmt.Errorf("%w: %s", ErrContentChanged, &text)
}

// setContentsAside puts snapshots that were changed on record, and out of reach. The
// record comes first: what a crash leaves is found again.
func (h *Journal) setContentsAside(changed []keptContent, at time.Time) error {
	if len(changed) == 0 {
		return nil
	}
	err := changedError(changed)
	if n := len(h.records); n > 0 && h.records[n-1].Action == SetAside && h.records[n-1].Reason == err.Error() {
		at = h.records[n-1].Time // an earlier try came so far
	} else if _, err := h.Append(Record{Time: at, Action: SetAside, Reason: err.Error()}); err != nil {
		return err
	}
	aside := asideName(h.store.dir, at)
	if err := h.o.fs.mkdir(aside); err != nil {
		return fmt.Errorf("setting contents aside: %w", err)
	}
	for _, c := range changed {
		if err := h.o.fs.rename(filepath.Join(h.store.dir, c.name), filepath.Join(aside, c.name)); err != nil {
			return fmt.Errorf("setting contents aside: %w", err)
		}
	}
	h.found = fmt.Errorf("what is kept in %s is not as it was left: %w", h.dir, err)
	return nil
}
