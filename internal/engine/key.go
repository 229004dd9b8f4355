package engine

import (
	"crypto/sha256"
	"fmt"
	"path/filepath"
	"strings"
)

// A Key identifies a strategy. Handlers with the same key share an engine.
type Key struct {
	Path string // of its file or directory, absolute
	Env  string // the name of the [[env]] table to apply; "" for none
}

// ID identifies the strategy in metrics, in the admin API and in the state directory. It is the
// name of the file and a hash that distinguishes it from others of that name.
func (k Key) ID() string {
	base := strings.TrimSuffix(filepath.Base(k.Path), ".toml")
	name := strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '_' {
			return c
		}
		return '-'
	}, base)
	sum := sha256.Sum256([]byte(k.Path + "\x00" + k.Env))
	return fmt.Sprintf("%.40s-%x", name, sum[:4])
}

// String describes the strategy for people.
func (k Key) String() string {
	if k.Env == "" {
		return k.Path
	}
	return k.Path + " with env " + k.Env
}
