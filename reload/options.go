package reload

import (
	"slices"
	"strings"
	"time"

	"github.com/promogate/caddy-discount/reload/history"
	"github.com/promogate/caddy-discount/reload/internal/stableread"
)

const (
	// pendingAfter is how long a save may stay unproved before it is reported,
	// and how long Open waits for a file that is being written.
	pendingAfter = 2 * time.Second

	// missingAfter is how long the name may be absent before that is reported:
	// editors that save by renaming leave it absent for a moment.
	missingAfter = 250 * time.Millisecond

	longestRetry = 50 * time.Millisecond
)

// Options are the timings and limits of a [Source]. The zero value means the
// default of every field.
type Options struct {
	// Settle is how long a file written in place must be quiet, counted from
	// its last write or close, before it is read. Default 20 ms.
	Settle time.Duration

	// Poll is the interval at which the files are checked for changes that were not
	// reported. Such a change must be found twice, so it may take two intervals to go into
	// service. Default 1 s.
	Poll time.Duration

	// MaxSize is the size in bytes, of all files together, above which a source
	// is refused unread. Default 64 MiB.
	MaxSize int64

	// MaxNamed is the size in bytes, of all files of Named together, above which a source is
	// refused unread. They do not count for MaxSize then. 0, the default, counts them there.
	MaxNamed int64

	// Include says which names in a directory belong to the source, if its path
	// leads to a directory. Without it a directory is refused.
	Include func(name string) bool

	// Companions names the files in the same directory that belong to a source that is a
	// file. name is the name of that file. The companions need not exist. By default there
	// are none.
	Companions func(name string) []string

	// Named returns further files in the same directory that belong to the source because
	// files name them. They are plain names and need not exist. A link that leads out of the
	// directory is not followed. files has no files that were named themselves. By default
	// there are none.
	Named func(files []File) []string

	// Plain says which of the named files must not be links to other names: such a link is
	// followed only to a file of the same name below the directory, as Kubernetes mounts a
	// volume. By default it is none of them.
	Plain func(name string) bool

	// State is the directory for the history that survives restarts; empty for none. It must
	// not be below a directory that is watched. Nothing is written there before
	// [Source.StartJournal] is called.
	State string

	// StateOptions are the name of the log in the state directory, the key that signs it,
	// and how many snapshots are kept.
	StateOptions history.Options

	// Language is the version of the language that the loader reads and makes
	// fingerprints in. It is recorded with every content. The same bytes have another
	// fingerprint in another language, so a snapshot saved in another one is verified
	// by the digest of its bytes. 0, the default, is not recorded.
	Language int

	// Policy identifies the limits that the loader checks a content against, apart from the
	// content itself. After a restart, a refusal by a [GuardrailError] remains only if the
	// policy is the same.
	Policy string

	// OnEvent, if set, receives the events, in order and never concurrently. It is called
	// from the goroutine that loads, and before Open returns from Open's caller. It must not
	// block, must not panic, and must not call the Source.
	OnEvent func(Event)

	faults faults
}

// faults are for tests. They leave out features that an operating system may not have, and
// report reads.
type faults struct {
	noWatch  error  // why no file system notification is available; nil if it is
	noCloses bool   // no close-after-write notification
	noLease  bool   // leases are not permitted
	onRead   func() // a file was read completely
}

func (o Options) withDefaults() Options {
	if o.Settle <= 0 {
		o.Settle = 20 * time.Millisecond
	}
	if o.Poll <= 0 {
		o.Poll = time.Second
	}
	if o.MaxSize <= 0 {
		o.MaxSize = 64 << 20
	}
	if o.Companions == nil {
		o.Companions = func(string) []string { return nil }
	}
	if o.Named == nil {
		o.Named = func([]File) []string { return nil }
	}
	if o.Plain == nil {
		o.Plain = func(string) bool { return false }
	}
	if o.OnEvent == nil {
		o.OnEvent = func(Event) {}
	}
	return o
}

// fileset is the files of a source at path that are known before any is read.
func (o *Options) fileset(path string) *stableread.Fileset {
	return &stableread.Fileset{Path: path, MaxSize: o.MaxSize, MaxNamed: o.MaxNamed, Include: o.Include, Companions: o.Companions, Plain: o.Plain}
}

// name sets the files that others name, and reports whether they differ from those before.
func (o *Options) name(set *stableread.Fileset, files []File) bool {
	var named []string
	for _, name := range o.Named(naming(set, files)) {
		if plainName(name) && !slices.Contains(named, name) {
			named = append(named, name)
		}
	}
	slices.Sort(named)
	if slices.Equal(named, set.Named) {
		return false
	}
	set.Named = named
	return true
}

// naming returns the files that belong to the set without being named by others.
func naming(set *stableread.Fileset, files []File) []File {
	var naming []File
	for _, f := range files {
		if !slices.Contains(set.Named, f.Name) {
			naming = append(naming, f)
		}
	}
	return naming
}

// plainName reports whether a name is the name of a file in a directory, and no path out of it.
func plainName(name string) bool {
	return name != "" && name != "." && name != ".." && !strings.ContainsAny(name, "/\\\x00")
}

// retryDelay is the pause before the try after n failed ones: 1, 2, 4 … 50 ms.
func retryDelay(n int) time.Duration {
	if n > 6 {
		return longestRetry
	}
	return min(time.Millisecond<<max(n-1, 0), longestRetry)
}
