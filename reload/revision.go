package reload

import (
	"fmt"
	"runtime/debug"
	"time"

	"github.com/promogate/caddy-discount/reload/history"
	"github.com/promogate/caddy-discount/reload/internal/stableread"
)

// A Loader turns a content into a value, or returns an error that says what is wrong with it.
// It decodes, checks, compiles and warms up the candidate, and compares it with live, the
// revision in service (nil while there is none). A candidate that it returns without an error
// goes into service.
//
// It is called from one goroutine at a time. It may keep the content. A panic is contained and
// counts as a refusal. Fingerprint and Version of a candidate that is returned with an error
// are recorded with the refusal. A content without files, or with an empty file, is passed on
// like any other.
type Loader[T any] func(c Content, live *Revision[T]) (Candidate[T], error)

// A Content is all the files of a source at one moment.
type Content struct {
	Path  string // of the source, absolute
	Dir   string // what the names of the files are relative to
	Files []File // in name order; if the source is a file, that file first

	// Restored says that this content was in service before and is put back. It need not be
	// compared with the revision that it replaces.
	Restored bool
}

// contentOf is the content that was read at path.
func contentOf(path string, r stableread.Reading) Content {
	return Content{Path: path, Dir: r.Dir, Files: r.Files}
}

// A File is one file of a content: its name relative to the content's Dir, and
// its data, which must not be modified.
type File = history.File

// A Candidate is what a [Loader] made of a content.
type Candidate[T any] struct {
	// Value goes into service. It is shared by all readers and must not be
	// modified afterwards.
	Value T

	// Fingerprint identifies the meaning of the value: a candidate whose
	// fingerprint and texts equal those of the revision in service is not swapped
	// in. If it is empty, the SHA-256 of the content is used.
	Fingerprint string

	// Texts identifies what the value says to people, apart from its meaning. A candidate
	// that differs from the revision in service only in its texts is swapped in, as a change
	// of texts. It may be empty.
	Texts string

	// Version is the version that the content states. It is reported, not compared.
	Version string

	// Due is when the candidate goes into service; until then it is staged. Zero, or a time
	// in the past, means at once.
	Due time.Time

	// Note is passed on in the [Info] of the activation.
	Note string
}

// A Revision is a value that went into service. It is never modified; a reader
// may keep it for any time.
type Revision[T any] struct {
	Value T
	Info
}

// Info describes a revision, apart from its value.
type Info struct {
	Fingerprint string // of its meaning, see [Candidate]
	Texts       string // of what it says to people, see [Candidate]
	Change      Change // against the revision that was in service before
	Formerly    string // fingerprint on record for the same bytes in an earlier [Options.Language]; "" for none
	Version     string // as the loader returned it
	Note        string // as the loader returned it
	Timestamps  Timestamps
	Due         time.Time // when it was to go into service, if it was staged; zero otherwise
	Kind        Kind      // how it was saved
	Sequence    uint64    // 1 for the first revision of a Source, then one more each
	Size        int64     // of the files, in bytes
}

// against sets the change, compared with the revision in service.
func (i Info) against(live Info) Info {
	i.Change = ChangeMeaning
	if live.Sequence > 0 && i.Fingerprint == live.Fingerprint {
		i.Change = ChangeTexts
	}
	return i
}

// A Change says what a revision changed.
type Change string

// The kinds of change.
const (
	ChangeMeaning Change = "meaning" // the fingerprint, or it is the first revision
	ChangeTexts   Change = "texts"   // only what it says to people
)

func (i Info) identity() Identity {
	return Identity{Fingerprint: i.Fingerprint, Formerly: i.Formerly, Version: i.Version}
}

// Timestamps say when a revision reached each stage on its way into service.
type Timestamps struct {
	Written time.Time // latest modification time of a file; a writer may set it freely
	Noticed time.Time // the last report of the save reached this process
	Read    time.Time // the content was read completely
	Ready   time.Time // the loader accepted it
	Swapped time.Time // it went into service
}

// A Kind says how a revision came to be read.
type Kind uint8

const (
	KindStart    Kind = iota + 1 // read by Open
	KindRename                   // renamed into place, or a link on the path was
	KindInPlace                  // written in place, or created under its name
	KindPoll                     // found by a poll, not by a report
	KindRecall                   // taken from the state directory by Open
	KindRollback                 // taken from there by [Source.Rollback]
)

// String returns start, rename, in_place, poll, recall or rollback: the form for
// a metric label.
func (k Kind) String() string {
	switch k {
	case KindStart:
		return "start"
	case KindRename:
		return "rename"
	case KindInPlace:
		return "in_place"
	case KindPoll:
		return "poll"
	case KindRecall:
		return "recall"
	case KindRollback:
		return "rollback"
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// contain calls load and turns a panic into an error.
func contain[T any](load Loader[T], content Content, live *Revision[T]) (c Candidate[T], err error) {
	defer func() {
		if r := recover(); r != nil {
			c, err = Candidate[T]{}, &PanicError{Value: r, Stack: debug.Stack()}
		}
	}()
	return load(content, live)
}
