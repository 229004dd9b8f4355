package discount

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/caddyserver/caddy/v2"
	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/assertion"
	"github.com/promogate/caddy-discount/reload"
)

// keyrings holds those in use, by SignOptions.id. Handlers that sign alike share
// one, across sites and across configuration reloads.
var keyrings = caddy.NewUsagePool()

// maxKeyFile is the longest file of a key.
const maxKeyFile = 64 << 10

// keyring is a signer that follows the files of its keys. Like a live strategy it
// outlives the configuration that made it.
type keyring struct {
	signer atomic.Pointer[assertion.Signer]
	o      assertion.Options
	id     [sha256.Size]byte

	files []*reload.Source[*assertion.Key]

	mu   sync.Mutex
	keys []*assertion.Key // the one that signs first; nil while they are read at first
}

// acquireSigner joins a keyring, or makes one; none is wanted without options.
func acquireSigner(s *SignOptions) (*keyring, error) {
	if s == nil {
		return nil, nil
	}
	value, _, err := keyrings.LoadOrNew(s.id(), func() (caddy.Destructor, error) { return newKeyring(s) })
	if err != nil {
		return nil, err
	}
	return value.(*keyring), nil
}

func newKeyring(s *SignOptions) (k *keyring, err error) {
	all := s.keys()
	k = &keyring{
		id:   s.id(),
		o:    assertion.Options{Issuer: s.Issuer, Audience: s.Audience, Lifetime: time.Duration(s.TTL)},
		keys: make([]*assertion.Key, len(all)),
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, k.Destruct())
		}
	}()
	for i, key := range all {
		if err := k.add(i, s.Algorithm, key); err != nil {
			return k, fmt.Errorf("sign: %w", err)
		}
	}
	signer, err := assertion.NewSigner(k.keys, k.o)
	if err != nil {
		return k, fmt.Errorf("sign: %w", err)
	}
	k.signer.Store(signer)
	return k, nil
}

// add reads a key, or opens its file.
func (k *keyring) add(i int, algorithm string, key SigningKey) error {
	path, is := key.file()
	if !is {
		read, err := assertion.ParseKey(algorithm, key.Key, key.KeyID)
		k.keys[i] = read
		return err
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	var accepted *assertion.Key
	load := func(c reload.Content, _ *reload.Revision[*assertion.Key]) (reload.Candidate[*assertion.Key], error) {
		read, err := assertion.ParseKey(algorithm, string(c.Files[0].Data), key.KeyID)
		if err == nil {
			err = k.fits(i, read)
		}
		if err != nil {
			return reload.Candidate[*assertion.Key]{}, fmt.Errorf("the key in %s: %w", c.Path, err)
		}
		accepted = read
		return reload.Candidate[*assertion.Key]{Value: read, Version: read.ID()}, nil
	}
	file, err := reload.Open(path, load, reload.Options{MaxSize: maxKeyFile, OnEvent: func(e reload.Event) {
		if e.Kind == reload.EventActivated {
			k.replace(i, accepted)
		}
		logKeyEvent(e)
		if e.Kind == reload.EventActivated && accepted.CanSign() {
			warnOfReaders(keyLogger(e), e.Path)
		}
	}})
	if err != nil {
		return err
	}
	k.files = append(k.files, file)
	return nil
}

// fits reports why a key cannot take its place among the others.
func (k *keyring) fits(i int, key *assertion.Key) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	_, err := k.with(i, key)
	return err
}

// with is the signer with another key; none while not all keys are there.
func (k *keyring) with(i int, key *assertion.Key) (*assertion.Signer, error) {
	keys := slices.Clone(k.keys)
	keys[i] = key
	if slices.Contains(keys, nil) {
		return nil, nil
	}
	return assertion.NewSigner(keys, k.o)
}

// replace puts a key that fits into use. If another one that does not go with it
// came in between, it waits until it is saved again.
func (k *keyring) replace(i int, key *assertion.Key) {
	k.mu.Lock()
	defer k.mu.Unlock()
	signer, err := k.with(i, key)
	if err != nil {
		return
	}
	k.keys[i] = key
	if signer != nil {
		k.signer.Store(signer)
	}
}

// Destruct stops the watching of files; the pool calls it when the last handler
// left.
func (k *keyring) Destruct() error {
	var errs []error
	for _, f := range k.files {
		errs = append(errs, f.Close())
	}
	return errors.Join(errs...)
}

func keyLogger(e reload.Event) *zap.Logger {
	return caddy.Log().Named("http.handlers.discount").With(zap.String("kid", e.Live.Version))
}

// logKeyEvent writes what becomes of a key's file, never what is in it.
func logKeyEvent(e reload.Event) {
	log := keyLogger(e).With(zap.String("path", e.Path))
	switch e.Kind {
	case reload.EventActivated:
		log.Info("signing key in use")
	case reload.EventRefused, reload.EventMissing:
		log.Error("signing key refused, the one in use stays", zap.Error(e.Err))
	case reload.EventPending, reload.EventPolling, reload.EventWatchLost:
		log.Warn("signing key cannot be followed", zap.Stringer("event", e.Kind), zap.Error(e.Err))
	}
}
