package history

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/mod/sumdb/note"
)

// Names of files in a state directory.
const (
	keyFile        = "key"
	publicFile     = "key.pub"
	logFile        = "log"
	hashesFile     = "hashes"
	checkpointFile = "checkpoint"
	lockFile       = "lock"
)

// keys are those a log is signed and verified with.
type keys struct {
	note.Signer
	public string // the verifier's
}

// openKeys takes the key that is given, or the one in the directory, or makes
// one.
func openKeys(d disk, dir string, o Options) (keys, error) {
	private := o.Key
	if private == "" {
		kept, err := os.ReadFile(filepath.Join(dir, keyFile))
		switch {
		case err == nil:
			private = strings.TrimSpace(string(kept))
		case !errors.Is(err, os.ErrNotExist):
			return keys{}, fmt.Errorf("reading the key: %w", err)
		default:
			if private, err = makeKey(d, dir, o.Name); err != nil {
				return keys{}, err
			}
		}
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		return keys{}, errors.New("the key is no signer key of a note: PRIVATE+KEY+name+hash+base64 is wanted") // never the key itself
	}
	public, err := publicOf(private, signer.Name())
	if err != nil {
		return keys{}, err
	}
	return keys{signer, public}, nil
}

func makeKey(d disk, dir, name string) (string, error) {
	private, _, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		return "", fmt.Errorf("making a key: %w", err)
	}
	return private, d.replace(filepath.Join(dir, keyFile), []byte(private+"\n"))
}

// publish puts the public half where verifiers look for it.
func publish(d disk, dir, public string) error {
	path := filepath.Join(dir, publicFile)
	if kept, err := os.ReadFile(path); err == nil && strings.TrimSpace(string(kept)) == public {
		return nil
	}
	return d.replace(path, []byte(public+"\n"))
}

// publicOf is the public half of a signer key that note has accepted.
func publicOf(private, name string) (string, error) {
	const parts, seedAt = 5, 1 // the data, which may have a + too, is the fifth; its first byte is the algorithm
	fields := strings.SplitN(private, "+", parts)
	seed, err := base64.StdEncoding.DecodeString(fields[len(fields)-1])
	if err != nil || len(seed) != seedAt+ed25519.SeedSize {
		return "", errors.New("the key has no seed")
	}
	public := ed25519.NewKeyFromSeed(seed[seedAt:]).Public().(ed25519.PublicKey)
	return note.NewEd25519VerifierKey(name, public)
}
