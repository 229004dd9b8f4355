package history

import (
	"fmt"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// tree is the Merkle tree over the records of a log.
type tree struct {
	size   int64
	hashes []tlog.Hash // as tlog stores them
}

// ReadHashes implements tlog.HashReader.
func (t *tree) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	found := make([]tlog.Hash, len(indexes))
	for i, at := range indexes {
		if at < 0 || at >= int64(len(t.hashes)) {
			return nil, fmt.Errorf("the tree has no hash %d", at)
		}
		found[i] = t.hashes[at]
	}
	return found, nil
}

// add appends a leaf, by its hash.
func (t *tree) add(leaf tlog.Hash) error {
	hashes, err := tlog.StoredHashesForRecordHash(t.size, leaf, t)
	if err != nil {
		return fmt.Errorf("adding to the tree: %w", err)
	}
	t.hashes = append(t.hashes, hashes...)
	t.size++
	return nil
}

// leaf is the hash of a record.
func (t *tree) leaf(number int64) tlog.Hash { return t.hashes[tlog.StoredHashIndex(0, number)] }

func (t *tree) root() (tlog.Hash, error) { return tlog.TreeHash(t.size, t) }

func treeOf(leaves []tlog.Hash) (*tree, error) {
	t := &tree{}
	for _, leaf := range leaves {
		if err := t.add(leaf); err != nil {
			return nil, err
		}
	}
	return t, nil
}

func leavesOf(lines [][]byte) []tlog.Hash {
	leaves := make([]tlog.Hash, len(lines))
	for i, line := range lines {
		leaves[i] = tlog.RecordHash(line)
	}
	return leaves
}

// head is the text of a checkpoint: the log of an origin had size records with that root.
type head struct {
	origin string
	size   int64
	root   tlog.Hash
}

// sign makes a checkpoint in the common format of transparency logs: origin, size and root on
// a line each, then the signature.
func (h head) sign(s note.Signer) ([]byte, error) {
	text := fmt.Sprintf("%s\n%d\n%s\n", h.origin, h.size, h.root)
	signed, err := note.Sign(&note.Note{Text: text}, s)
	if err != nil {
		return nil, fmt.Errorf("signing a checkpoint: %w", err)
	}
	return signed, nil
}

// openCheckpoint reads a checkpoint and checks its signature.
func openCheckpoint(signed []byte, v note.Verifier) (head, error) {
	n, err := note.Open(signed, note.VerifierList(v))
	if err != nil {
		return head{}, fmt.Errorf("the checkpoint: %w", err)
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) < 4 {
		return head{}, fmt.Errorf("the checkpoint is not valid: %q", n.Text)
	}
	h := head{origin: lines[0]}
	if h.size, err = strconv.ParseInt(lines[1], 10, 64); err != nil || h.size < 0 {
		return head{}, fmt.Errorf("the checkpoint has the size %q", lines[1])
	}
	if h.root, err = tlog.ParseHash(lines[2]); err != nil {
		return head{}, fmt.Errorf("the checkpoint has the root %q", lines[2])
	}
	return h, nil
}

// covers returns nil if the log that begins with leaves is the one that the checkpoint was
// signed for. known are the leaves from the file of hashes, if it has them. They show which
// record was changed.
func (h head) covers(leaves, known []tlog.Hash) error {
	if int64(len(leaves)) < h.size {
		return fmt.Errorf("record %d is missing or cannot be read, %d were signed", len(leaves), h.size)
	}
	t, err := treeOf(leaves[:h.size])
	if err != nil {
		return err
	}
	if root, err := t.root(); err != nil || h.size == 0 || root == h.root {
		return err
	}
	if int64(len(known)) >= h.size {
		if t, err := treeOf(known[:h.size]); err == nil {
			if root, err := t.root(); err == nil && root == h.root {
				for i, leaf := range leaves[:h.size] {
					if leaf != known[i] {
						return fmt.Errorf("record %d was changed", i)
					}
				}
			}
		}
	}
	return fmt.Errorf("one of the first %d records was changed", h.size)
}
