package embedded

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"time"

	"go.etcd.io/bbolt"
	bolterrors "go.etcd.io/bbolt/errors"

	"github.com/promogate/caddy-discount/quota"
)

// layout is how the entries of a file are written. Files with another layout are not read.
const layout = "1"

// The buckets of a file.
var (
	bucketMeta    = []byte("meta")
	bucketRecords = []byte("records")
	bucketCounts  = []byte("counts")
	bucketLists   = []byte("lists")

	metaLayout = []byte("layout")
	metaKey    = []byte("key")
)

// ErrLocked says that another process has the file of a ledger open.
var ErrLocked = errors.New("another process has it open: one gateway at a time counts in a file, several need Redis")

// damagedError says what is wrong with a file that was written and cannot be read.
type damagedError struct{ reason any }

func (e *damagedError) Error() string {
	return fmt.Sprintf("it is damaged: restore it, or move it away to count anew: %v", e.reason)
}

// guard turns a panic into an error, also that of a page that cannot be read from the disk: a damaged
// file must not end the gateway.
func guard(do func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = &damagedError{reason: p}
		}
	}()
	return do()
}

// openFile opens the file of a ledger, or makes it. It does not wait for another process.
func (l *Ledger) openFile() (db *bbolt.DB, err error) {
	err = guard(func() error {
		if err := verify(l.path); err != nil {
			return err
		}
		db, err = openBolt(l.path, bbolt.Options{MaxSize: l.maxSize})
		return err
	})
	if err == nil {
		err = guard(func() error { return db.Update(func(tx *bbolt.Tx) error { return prepare(tx, l.digester) }) })
		if err != nil {
			err = errors.Join(err, db.Close())
		}
	}
	if err != nil {
		return nil, fmt.Errorf("opening the ledger %s: %w", l.path, err)
	}
	return db, nil
}

func openBolt(path string, o bbolt.Options) (*bbolt.DB, error) {
	o.Timeout = time.Nanosecond // 0 would wait for ever
	o.FreelistType = bbolt.FreelistMapType
	o.NoFreelistSync = true // it is found out when the file is opened
	o.NoStatistics = true
	db, err := bbolt.Open(path, 0o600, &o)
	if errors.Is(err, bolterrors.ErrTimeout) {
		err = ErrLocked
	}
	return db, err
}

// verify reads all of a file, if there is one. bbolt does, too, but in a goroutine of its own, in
// which a damaged page would end the process.
func verify(path string) error {
	info, err := os.Stat(path)
	if err != nil || info.Size() == 0 {
		return nil // it will be made; other errors come again
	}
	db, err := openBolt(path, bbolt.Options{ReadOnly: true})
	if err != nil {
		return err
	}
	err = guard(func() error {
		return db.View(func(tx *bbolt.Tx) error {
			if size := tx.Size(); size > info.Size() {
				return &damagedError{reason: fmt.Sprintf("it has %d bytes, want %d", info.Size(), size)}
			}
			return tx.ForEach(func(_ []byte, b *bbolt.Bucket) error { return verifyBucket(b) })
		})
	})
	return errors.Join(err, db.Close())
}

// verifyBucket reads all keys of a bucket, which are in order.
func verifyBucket(b *bbolt.Bucket) error {
	var last []byte
	c := b.Cursor()
	for k, _ := c.First(); k != nil; k, _ = c.Next() {
		if last != nil && bytes.Compare(last, k) >= 0 {
			return &damagedError{reason: "its keys are not in order"}
		}
		last = k
	}
	return nil
}

// prepare makes the buckets of a new file. Of another it checks that it is of this layout, and of
// the same key.
func prepare(tx *bbolt.Tx, d *quota.Digester) error {
	id := d.KeyID()
	meta := tx.Bucket(bucketMeta)
	if meta == nil {
		if name, _ := tx.Cursor().First(); name != nil {
			return errors.New("it is no ledger: restore it, or move it away")
		}
		return makeBuckets(tx, id)
	}
	if found := string(meta.Get(metaLayout)); found != layout {
		return fmt.Errorf("it has the layout %q, and this gateway reads %q: run the gateway that wrote it, or move it away to count anew", found, layout)
	}
	if string(meta.Get(metaKey)) != string(id[:]) {
		return errors.New("it was made with another key, with which customers and codes are digested: restore that key, or move the ledger away to count anew")
	}
	return nil
}

func makeBuckets(tx *bbolt.Tx, id quota.Digest) error {
	for _, name := range [][]byte{bucketMeta, bucketRecords, bucketCounts, bucketLists} {
		if _, err := tx.CreateBucket(name); err != nil {
			return err
		}
	}
	meta := tx.Bucket(bucketMeta)
	return errors.Join(meta.Put(metaLayout, []byte(layout)), meta.Put(metaKey, id[:]))
}
