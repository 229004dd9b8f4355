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

// keys are the two halves of the key that signs and verifies a log.
type keys struct {
	note.Signer
	public string // the verifier's
}

// makeKey generates a key for a log. [Journal.begin] gives the key its name once the log has
// begun.
func makeKey(d fsOps, dir, name string) (keys, error) {
	private, _, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		return keys{}, fmt.Errorf("making a key: %w", err)
	}
	if err := d.writeDurably(temporaryPath(filepath.Join(dir, keyFile)), []byte(private+"\n")); err != nil {
		return keys{}, fmt.Errorf("making a key: %w", err)
	}
	return keysOf(private)
}

// keysOf returns both halves of a signer key.
func keysOf(private string) (keys, error) {
	signer, err := note.NewSigner(private)
	if err != nil {
		return keys{}, errors.New("the key is not a signer key of a note, want PRIVATE+KEY+name+hash+base64") // the error must not quote the key
	}
	public, err := publicOf(private, signer.Name())
	if err != nil {
		return keys{}, err
	}
	return keys{signer, public}, nil
}

// advertiseKey writes the public half where verifiers read it.
func advertiseKey(d fsOps, dir, public string) error {
	path := filepath.Join(dir, publicFile)
	if kept, err := os.ReadFile(path); err == nil && strings.TrimSpace(string(kept)) == public {
		return nil
	}
	return d.replace(path, []byte(public+"\n"))
}

// publicOf is the public half of a signer key that package note has accepted.
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
