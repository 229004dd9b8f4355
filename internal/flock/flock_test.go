//go:build darwin || dragonfly || freebsd || linux || netbsd || openbsd

package flock_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/promogate/caddy-discount/internal/flock"
)

func TestLocksOfTwoOpenFiles(t *testing.T) {
	shared, exclusive := flock.Shared, flock.Exclusive
	tests := []struct {
		name          string
		first, second func(*os.File) error
		want          error
	}{
		{name: "two shared", first: shared, second: shared, want: nil},
		{name: "shared, then exclusive", first: shared, second: exclusive, want: flock.ErrLocked},
		{name: "exclusive, then shared", first: exclusive, second: shared, want: flock.ErrLocked},
		{name: "two exclusive", first: exclusive, second: exclusive, want: flock.ErrLocked},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "file")
			a, b := open(t, path), open(t, path)
			if err := tt.first(a); err != nil {
				t.Fatalf("first lock = %v", err)
			}
			if err := tt.second(b); !errors.Is(err, tt.want) {
				t.Fatalf("second lock = %v, want %v", err, tt.want)
			}
			flock.Unlock(a)
			if err := tt.second(b); err != nil {
				t.Errorf("second lock after the first was ended = %v", err)
			}
		})
	}
}

func open(t *testing.T, path string) *os.File {
	t.Helper()
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}
