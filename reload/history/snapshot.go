package history

import (
	"bufio"
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"
)

// File is one file of a content.
type File struct {
	Name string // relative to the source
	Data []byte
}

// Digest is the SHA-256, in hexadecimal, of a list of files: their names, their
// data and the lengths of both.
func Digest(files []File) string {
	sum := sha256.New()
	var size [8]byte
	for _, f := range files {
		for _, part := range [][]byte{[]byte(f.Name), f.Data} {
			binary.BigEndian.PutUint64(size[:], uint64(len(part)))
			sum.Write(size[:])
			sum.Write(part)
		}
	}
	return hex.EncodeToString(sum.Sum(nil))
}

// Snapshot is a content that was in service.
type Snapshot struct {
	Fingerprint string // identifies its meaning
	Language    int    // language of the fingerprint; 0 is that of 0.1
	Formerly    string // fingerprint of the same bytes in an earlier language; "" if there is none
	Version     string // as the content states it
	Taken       time.Time
	Origin      string // the path it was read from
	Digest      string // of Files
	Files       []File

	before *int64 // how many records were signed when it was saved; nil if the header does not say
}

// ErrNoSnapshot is returned if there is no snapshot with the fingerprint.
var ErrNoSnapshot = errors.New("there is no such snapshot")

// header is the first line of a snapshot's file.
type header struct {
	Fingerprint string      `json:"fingerprint"`
	Language    int         `json:"language,omitempty"`
	Formerly    string      `json:"formerly,omitempty"`
	Version     string      `json:"version,omitempty"`
	Taken       time.Time   `json:"taken"`
	Origin      string      `json:"origin,omitempty"`
	Digest      string      `json:"digest"`
	Before      *int64      `json:"before,omitempty"`
	Files       []fileEntry `json:"files"`
}

type fileEntry struct {
	Name string `json:"name"`
	Size int    `json:"size"`
}

const (
	snapshotsDir = "snapshots"
	maxHeader    = 1 << 20
)

// plain matches the fingerprints that may be names of files.
var plain = regexp.MustCompile(`^[0-9A-Za-z_-]{1,80}$`)

func snapshotPath(dir, fingerprint string) string {
	return filepath.Join(dir, snapshotsDir, snapshotName(fingerprint))
}

func snapshotName(fingerprint string) string {
	if plain.MatchString(fingerprint) {
		return fingerprint
	}
	sum := sha256.Sum256([]byte(fingerprint))
	return "sha256-" + hex.EncodeToString(sum[:])
}

func (s *Snapshot) encode() ([][]byte, error) {
	h := header{
		Fingerprint: s.Fingerprint, Language: s.Language, Formerly: s.Formerly,
		Version: s.Version, Taken: s.Taken.UTC(), Origin: s.Origin, Digest: s.Digest, Before: s.before,
	}
	parts := [][]byte{nil}
	for _, f := range s.Files {
		h.Files = append(h.Files, fileEntry{f.Name, len(f.Data)})
		parts = append(parts, f.Data)
	}
	line, err := json.Marshal(h)
	if err != nil {
		return nil, fmt.Errorf("encoding the snapshot %s: %w", s.Fingerprint, err)
	}
	parts[0] = append(line, '\n')
	return parts, nil
}

// decodeSnapshot reads a snapshot's file and checks the digest of its files.
func decodeSnapshot(data []byte) (Snapshot, error) {
	line, rest, found := bytes.Cut(data, []byte("\n"))
	if !found {
		return Snapshot{}, errors.New("it has no first line")
	}
	s, h, err := decodeHeader(line)
	if err != nil {
		return Snapshot{}, err
	}
	for _, f := range h.Files {
		if f.Size < 0 || f.Size > len(rest) {
			return Snapshot{}, errors.New("it is shorter than it says")
		}
		s.Files = append(s.Files, File{f.Name, rest[:f.Size:f.Size]})
		rest = rest[f.Size:]
	}
	if len(rest) > 0 {
		return Snapshot{}, errors.New("it is longer than it says")
	}
	if Digest(s.Files) != s.Digest {
		return Snapshot{}, errors.New("its files are not those it was made of")
	}
	return s, nil
}

func decodeHeader(line []byte) (Snapshot, header, error) {
	var h header
	if err := json.Unmarshal(line, &h); err != nil {
		return Snapshot{}, h, fmt.Errorf("its first line: %w", err)
	}
	if h.Fingerprint == "" {
		return Snapshot{}, h, errors.New("it has no fingerprint")
	}
	return Snapshot{
		Fingerprint: h.Fingerprint, Language: h.Language, Formerly: h.Formerly,
		Version: h.Version, Taken: h.Taken, Origin: h.Origin, Digest: h.Digest, before: h.Before,
	}, h, nil
}

// readSnapshot finds a snapshot in a state directory by its fingerprint, or by the one that
// its bytes had in an earlier language. Of several it returns the latest that proved accepts.
// If proved accepts none, it returns the latest.
func readSnapshot(dir, fingerprint string, proved func(Snapshot) bool) (Snapshot, error) {
	found, err := readNamed(dir, fingerprint, proved)
	if err == nil && proved(found) {
		return found, nil
	}
	for _, later := range listSnapshots(dir) {
		if later.Formerly != fingerprint {
			continue
		}
		s, failed := readNamed(dir, later.Fingerprint, proved)
		if failed == nil && proved(s) {
			return s, nil
		}
		if errors.Is(err, ErrNoSnapshot) {
			found, err = s, failed
		}
	}
	return found, err
}

// readNamed returns the latest whole snapshot of a fingerprint that proved accepts, or else
// the latest. A snapshot that a crash kept off the record is later than the one on record.
func readNamed(dir, fingerprint string, proved func(Snapshot) bool) (Snapshot, error) {
	path := snapshotPath(dir, fingerprint)
	var saved *Snapshot
	for _, fresh := range slices.Backward(unrecordedIn(dir)) {
		if s, err := readHeader(fresh); err != nil || s.Fingerprint != fingerprint {
			continue
		}
		s, err := snapshotIn(fresh)
		if err == nil && proved(s) {
			return s, nil
		}
		if err == nil && saved == nil {
			saved = &s
		}
	}
	s, err := snapshotIn(path)
	if err == nil && s.Fingerprint != fingerprint {
		err = fmt.Errorf("it is that of %s", s.Fingerprint)
	}
	switch {
	case err == nil && (saved == nil || proved(s)):
		return s, nil
	case saved != nil:
		return *saved, nil
	case errors.Is(err, os.ErrNotExist):
		return Snapshot{}, fmt.Errorf("%s: %w", fingerprint, ErrNoSnapshot)
	}
	return Snapshot{}, fmt.Errorf("the snapshot %s cannot be used: %w; publish what is meant instead", path, err)
}

func snapshotIn(path string) (Snapshot, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return Snapshot{}, err
	}
	return decodeSnapshot(data)
}

// unrecordedIn returns the paths of the snapshots that are not on record yet, oldest first.
func unrecordedIn(dir string) []string {
	entries, _ := os.ReadDir(filepath.Join(dir, snapshotsDir)) // none where there is no directory
	var paths []string
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), temporaryPrefix) && !strings.HasSuffix(e.Name(), unfinishedSuffix) {
			paths = append(paths, filepath.Join(dir, snapshotsDir, e.Name()))
		}
	}
	return paths
}

// listSnapshots returns the headers in a directory that can be read, newest first, each
// fingerprint once.
func listSnapshots(dir string) []Snapshot {
	entries, err := os.ReadDir(filepath.Join(dir, snapshotsDir))
	if err != nil {
		return nil
	}
	var all []Snapshot
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), unfinishedSuffix) {
			continue
		}
		if s, err := readHeader(filepath.Join(dir, snapshotsDir, e.Name())); err == nil {
			all = append(all, s)
		}
	}
	slices.SortStableFunc(all, func(a, b Snapshot) int {
		return cmp.Or(b.Taken.Compare(a.Taken), cmp.Compare(a.Fingerprint, b.Fingerprint))
	})
	seen := make(map[string]bool, len(all))
	return slices.DeleteFunc(all, func(s Snapshot) bool {
		again := seen[s.Fingerprint]
		seen[s.Fingerprint] = true
		return again
	})
}

func readHeader(path string) (Snapshot, error) {
	f, err := os.Open(path)
	if err != nil {
		return Snapshot{}, err
	}
	defer f.Close()
	line, err := bufio.NewReader(io.LimitReader(f, maxHeader)).ReadBytes('\n')
	if err != nil {
		return Snapshot{}, err
	}
	s, _, err := decodeHeader(line)
	return s, err
}
