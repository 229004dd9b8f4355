package discount

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/internal/adminapi"
	"github.com/promogate/caddy-discount/internal/directive"
	"github.com/promogate/caddy-discount/strategy/document"
)

// StateOptions say what is remembered of a strategy across restarts: every
// content that was in service, and a signed log of what went in and out of it.
// It is what a gateway starts with when the file is broken or missing, and what
// a rollback takes from. Nothing is written before the configuration runs, so
// `caddy validate` leaves no trace.
type StateOptions struct {
	// The directory; every strategy has one of its own below it. `off` remembers
	// nothing. Default: `discount` in Caddy's data directory.
	Dir string `json:"dir,omitempty"`

	// How many contents are kept. Default: 50.
	Keep int `json:"keep,omitempty"`

	// The key that the log is signed with, in the form of golang.org/x/mod's
	// sumdb/note. Give one, from outside of the machine, if the log is to prove
	// something to others; placeholders such as {env.DISCOUNT_LOG_KEY} are
	// expanded. Default: one that is made on first use and kept in the directory.
	Key string `json:"key,omitempty"`

	// Whether the admin API refuses to put an earlier content back. Default:
	// false.
	NoRollback *bool `json:"no_rollback,omitempty"`
}

const (
	stateOff    = "off"
	defaultKeep = 50
	mostKeep    = 10_000
)

// switches are words that are meant as off or as its opposite, not as a directory.
var switches = []string{"on", "no", "none", "yes", "true", "false", "disable", "disabled", "enable", "enabled", "default", "null", "0", "1"}

// checkStateDir refuses a word that is probably no directory: what goes by it would
// be remembered where no person looks for it.
func checkStateDir(dir string) error {
	if dir == stateOff || !slices.Contains(switches, strings.ToLower(dir)) && document.Closest(dir, []string{stateOff}) == "" {
		return nil
	}
	return fmt.Errorf("state cannot be %q: want off or a directory (write ./%[1]s for one of that name)", dir)
}

// stateError says which option an error of the state directory is about, and of a full
// disk what to do.
func stateError(dir string, err error) error {
	switch {
	case err == nil:
		return nil
	case isFull(err):
		return fmt.Errorf("state %s: %w: free some space there", dir, err)
	}
	return fmt.Errorf("state %s: %w", dir, err)
}

// expand replaces placeholders and completes the path of the directory, if one is given.
func (s *StateOptions) expand() error {
	for _, text := range []*string{&s.Dir, &s.Key} {
		if err := expand("state", text); err != nil {
			return err
		}
	}
	if s.Dir == "" {
		return nil
	}
	if err := checkStateDir(s.Dir); err != nil {
		return err
	}
	return s.complete()
}

// fill puts the defaults in.
func (s *StateOptions) fill() error {
	setIfZero(&s.Keep, defaultKeep)
	if s.NoRollback == nil {
		s.NoRollback = new(bool)
	}
	if s.Dir != "" {
		return nil
	}
	s.Dir = adminapi.DefaultStateDir()
	return s.complete()
}

// complete puts the working directory before a relative path.
func (s *StateOptions) complete() error {
	if s.Dir == stateOff {
		return nil
	}
	dir, err := filepath.Abs(s.Dir)
	if err != nil {
		return fmt.Errorf("state: %w", err)
	}
	s.Dir = dir
	return nil
}

// rollbackOff reports whether the admin API refuses to put an earlier content back.
func (s *StateOptions) rollbackOff() bool { return s.NoRollback != nil && *s.NoRollback }

// validate wants a directory whose changes are not taken for those of the
// strategy.
func (s *StateOptions) validate(strategy string) error {
	if s.Keep != 0 {
		if err := directive.Within("state keep", int64(s.Keep), 1, mostKeep); err != nil {
			return err
		}
	}
	if s.Dir == stateOff || s.Dir == "" {
		return nil
	}
	if s.Dir == filepath.Dir(strategy) || filepath.Dir(s.Dir) == filepath.Dir(strategy) {
		return fmt.Errorf("state: %s is in the directory of the strategy, which is watched", s.Dir)
	}
	if s.Dir == strategy || strings.HasPrefix(s.Dir, strategy+string(os.PathSeparator)) {
		return errors.New("state: the directory is within that of the strategy")
	}
	return nil
}

// id names a strategy in paths: the name of its file, and what tells it from
// others of that name.
func (k liveKey) id() string {
	base := strings.TrimSuffix(filepath.Base(k.path), ".toml")
	name := strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' {
			return c
		}
		return '-'
	}, base)
	sum := sha256.Sum256([]byte(k.path + "\x00" + k.env))
	return fmt.Sprintf("%.40s-%x", name, sum[:4])
}

// text names the strategy for people.
func (k liveKey) text() string {
	if k.env == "" {
		return k.path
	}
	return k.path + " with env " + k.env
}

// dirOf is where the state of a strategy is; empty for nowhere.
func (s *StateOptions) dirOf(key liveKey) string {
	if s.Dir == stateOff {
		return ""
	}
	return filepath.Join(s.Dir, key.id())
}
