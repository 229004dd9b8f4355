package embedded

import (
	"errors"
	"fmt"
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

// openFile opens the file of a ledger, or makes it. It does not wait for another process.
func openFile(path string, d *quota.Digester) (*bbolt.DB, error) {
	db, err := bbolt.Open(path, 0o600, &bbolt.Options{
		Timeout:        time.Nanosecond, // 0 would wait for ever
		FreelistType:   bbolt.FreelistMapType,
		NoFreelistSync: true, // it is found out when the file is opened
		NoStatistics:   true,
	})
	if errors.Is(err, bolterrors.ErrTimeout) {
		err = ErrLocked
	}
	if err == nil {
		err = db.Update(func(tx *bbolt.Tx) error { return prepare(tx, d) })
		if err != nil {
			err = errors.Join(err, db.Close())
		}
	}
	if err != nil {
		return nil, fmt.Errorf("opening the ledger %s: %w", path, err)
	}
	return db, nil
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
