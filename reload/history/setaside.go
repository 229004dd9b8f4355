package history

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strings"
	"time"
)

// ErrContentChanged is found if the bytes of snapshots are not those on record. The snapshots
// were set aside, and the log continues.
var ErrContentChanged = errors.New("a kept content was changed")

// A file that is set aside gets its old name with ".broken-" and the time appended.
const (
	broken       = ".broken-"
	brokenLayout = "20060102T150405.000000000"
)

// setAsideAt is when a file was set aside. is reports whether it was.
func setAsideAt(name string) (at time.Time, is bool) {
	_, suffix, is := strings.Cut(name, broken)
	if !is {
		return at, false
	}
	at, err := time.Parse(brokenLayout, suffix)
	return at, err == nil
}

// nextAsideTime is the time for the names of files that are set aside now. It is later than
// the times of all earlier ones.
func nextAsideTime(aside []string) time.Time {
	now := time.Now().UTC()
	for _, name := range aside {
		if at, _ := setAsideAt(name); !at.Before(now) {
			now = at.Add(1)
		}
	}
	return now
}

func asideName(name string, at time.Time) string { return name + broken + at.Format(brokenLayout) }

// setAside renames a log that is not valid, and the snapshots that only this log proves. Until
// a new log is signed, the next Open finds again that the log is missing.
func (j *Journal) setAside(at time.Time) error {
	for _, name := range []string{checkpointFile, hashesFile, logFile, snapshotsDir} {
		path := filepath.Join(j.dir, name)
		if err := j.o.fs.rename(path, asideName(path, at)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("setting the log aside: %w", err)
		}
	}
	if err := j.o.fs.mkdir(j.store.dir); err != nil {
		return fmt.Errorf("making the state directory: %w", err)
	}
	return nil
}

// maxNamed bounds the snapshots that one error names.
const maxNamed = 10

// changedError says which snapshots were changed.
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

// setContentsAside records the snapshots that were changed and renames them. It writes the
// record first: after a crash, the next Open finds those that were not renamed.
func (j *Journal) setContentsAside(changed []keptContent, at time.Time) error {
	if len(changed) == 0 {
		return nil
	}
	err := changedError(changed)
	if n := len(j.records); n > 0 && j.records[n-1].Action == SetAside && j.records[n-1].Reason == err.Error() {
		at = j.records[n-1].Time // an earlier try recorded it
	} else if _, err := j.Append(Record{Time: at, Action: SetAside, Reason: err.Error()}); err != nil {
		return err
	}
	aside := asideName(j.store.dir, at)
	if err := j.o.fs.mkdir(aside); err != nil {
		return fmt.Errorf("setting contents aside: %w", err)
	}
	for _, c := range changed {
		if err := j.o.fs.rename(filepath.Join(j.store.dir, c.name), filepath.Join(aside, c.name)); err != nil {
			return fmt.Errorf("setting contents aside: %w", err)
		}
	}
	j.found = fmt.Errorf("what is kept in %s is not as it was left: %w", j.dir, err)
	return nil
}
