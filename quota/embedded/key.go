package embedded

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/promogate/caddy-discount/internal/assertion"
	"github.com/promogate/caddy-discount/internal/atomicfile"
	"github.com/promogate/caddy-discount/quota"
)

// keptDigester returns the digester of the key that is kept beside a ledger. It makes the key if
// there is neither a key nor a ledger.
func keptDigester(ledger, key string) (*quota.Digester, error) {
	d, err := readKey(key)
	if !errors.Is(err, fs.ErrNotExist) {
		return d, err
	}
	if _, err := os.Stat(ledger); err == nil {
		return nil, fmt.Errorf("the key of the ledger is missing: restore %s, or move %s away to count anew", key, ledger)
	}
	if err := makeKey(key); err != nil {
		return nil, fmt.Errorf("making the key of the ledger: %w", err)
	}
	return readKey(key)
}

// readKey reads the key of a ledger. The error never contains it.
func readKey(path string) (*quota.Digester, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the key of the ledger: %w", err)
	}
	secret, err := assertion.ReadSecret(string(text))
	if err != nil {
		return nil, fmt.Errorf("reading the key of the ledger %s: %w", path, err)
	}
	d, err := quota.NewDigester(secret)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return d, nil
}

// makeKey makes a key that only this user reads. If another process makes it at the same time, the
// first one stays.
func makeKey(path string) error {
	secret := make([]byte, quota.LeastKey)
	_, _ = rand.Read(secret) // it never fails
	text := "base64:" + base64.StdEncoding.EncodeToString(secret) + "\n"
	made, err := atomicfile.CreateBeside(path, []byte(text), 0o600, nil)
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(made) }()
	if err := os.Link(made, path); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return atomicfile.SyncDir(filepath.Dir(path))
}
