// Package keyring keeps the keys that sign assertions up to date with their files. Package
// assertion reads and watches no files.
package keyring

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/internal/assertion"
	"github.com/promogate/caddy-discount/reload"
)

// maxKeyFile is the largest file of a key, in bytes.
const maxKeyFile = 64 << 10

// Options are the options of a keyring.
type Options struct {
	// Algorithm is the algorithm of all keys: [assertion.HS256] or [assertion.EdDSA].
	Algorithm string

	// Keys has at least one key. The first signs; the others are only advertised.
	Keys []Key

	// Signer has the options of the signer.
	Signer assertion.Options

	// Logger returns the present log. A keyring may outlive the configuration that opened
	// it, so it must not keep the logger of that configuration.
	Logger func() *zap.Logger
}

// Key is a key as text, or the path of its file.
type Key struct {
	Text, File string
	ID         string // kid; derived from the key if it is empty
}

// Keyring is a signer that follows the files of its keys.
type Keyring struct {
	signer atomic.Pointer[assertion.Signer]
	o      Options

	files []*reload.Source[*assertion.Key]

	mu   sync.Mutex
	keys []*assertion.Key // the first signs; an element is nil until Open has read it
}

// Open reads the keys and watches their files. The error never contains a key.
func Open(o Options) (k *Keyring, err error) {
	k = &Keyring{o: o, keys: make([]*assertion.Key, len(o.Keys))}
	defer func() {
		if err != nil {
			err = errors.Join(err, k.Destruct())
		}
	}()
	for i, key := range o.Keys {
		if err := k.add(i, key); err != nil {
			return k, err
		}
	}
	// Files that were opened may be saved from now on.
	// The last of the keys has made the signer, unless it conflicts with one that was saved meanwhile.
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.Signer() != nil {
		return k, nil
	}
	signer, err := assertion.NewSigner(k.keys, o.Signer)
	if err != nil {
		return k, err
	}
	k.signer.Store(signer)
	return k, nil
}

// Signer returns the signer with the present keys.
func (k *Keyring) Signer() *assertion.Signer { return k.signer.Load() }

// add reads a key, or opens its file.
func (k *Keyring) add(i int, key Key) error {
	if key.File == "" {
		read, err := assertion.ParseKey(k.o.Algorithm, key.Text, key.ID)
		if err != nil {
			return err
		}
		return k.replace(i, read)
	}
	path, err := filepath.Abs(key.File)
	if err != nil {
		return err
	}
	load := func(c reload.Content, _ *reload.Revision[*assertion.Key]) (reload.Candidate[*assertion.Key], error) {
		read, err := assertion.ParseKey(k.o.Algorithm, string(c.Files[0].Data), key.ID)
		if err == nil {
			err = k.fits(i, read)
		}
		if err != nil {
			return reload.Candidate[*assertion.Key]{}, fmt.Errorf("the key in %s: %w", c.Path, err)
		}
		return reload.Candidate[*assertion.Key]{Value: read, Version: read.ID()}, nil
	}
	file, err := reload.Open(path, load, reload.Options{MaxSize: maxKeyFile, OnEvent: func(e reload.Event) { k.onEvent(i, e) }})
	if err != nil {
		return err
	}
	k.files = append(k.files, file)
	return nil
}

// onEvent hears of the file of key i.
func (k *Keyring) onEvent(i int, e reload.Event) {
	log := k.o.Logger().With(zap.String("kid", e.Live.Version))
	if e.Kind != reload.EventActivated {
		logEvent(log, e)
		return
	}
	key := e.Value.(*assertion.Key)
	if err := k.replace(i, key); err != nil {
		e.Kind, e.Err = reload.EventRefused, fmt.Errorf("the key in %s: %w", e.Path, err)
		logEvent(log, e)
		return
	}
	logEvent(log, e)
	if key.CanSign() {
		WarnOfReaders(log, e.Path)
	}
}

// fits returns an error if a key conflicts with the others.
func (k *Keyring) fits(i int, key *assertion.Key) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	_, err := k.with(i, key)
	return err
}

// with returns the signer with key i replaced; nil until all keys have been read.
func (k *Keyring) with(i int, key *assertion.Key) (*assertion.Signer, error) {
	keys := slices.Clone(k.keys)
	keys[i] = key
	if slices.Contains(keys, nil) {
		return nil, nil
	}
	return assertion.NewSigner(keys, k.o.Signer)
}

// replace puts a key into use. It fails if another key was replaced since the key was read, and the
// two conflict. The key is then not used until it is saved again.
func (k *Keyring) replace(i int, key *assertion.Key) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	signer, err := k.with(i, key)
	if err != nil {
		return err
	}
	k.keys[i] = key
	if signer != nil {
		k.signer.Store(signer)
	}
	return nil
}

// Destruct stops watching the files. It implements caddy.Destructor.
func (k *Keyring) Destruct() error {
	var errs []error
	for _, f := range k.files {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

// logEvent logs an event of the file of a key, never its content.
func logEvent(log *zap.Logger, e reload.Event) {
	log = log.With(zap.String("path", e.Path))
	switch e.Kind {
	case reload.EventActivated:
		log.Info("signing key activated")
	case reload.EventRefused, reload.EventMissing:
		log.Error("signing key refused", zap.Error(e.Err))
	case reload.EventPending, reload.EventPolling, reload.EventWatchLost:
		log.Warn("signing key may be out of date", zap.Stringer("event", e.Kind), zap.Error(e.Err))
	}
}
