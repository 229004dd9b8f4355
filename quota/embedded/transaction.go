package embedded

import (
	"bytes"
	"encoding/binary"
	"maps"
	"slices"

	"go.etcd.io/bbolt"

	"github.com/promogate/caddy-discount/quota"
)

// transaction is a transaction of the file as the state machine sees it.
type transaction struct {
	records, counts, lists *bbolt.Bucket

	// read are the counts that were read or written. Many calls of a transaction have the same
	// ones, which are written once.
	read map[quota.Key]cachedCount

	// changed says that something was written. Without it there is nothing to commit.
	changed bool

	// err is the first error. The transaction must not be committed then.
	err error
}

func newTransaction(tx *bbolt.Tx) *transaction {
	return &transaction{records: tx.Bucket(bucketRecords), counts: tx.Bucket(bucketCounts), lists: tx.Bucket(bucketLists),
		read: make(map[quota.Key]cachedCount)}
}

// cachedCount is a count that is written by flush.
type cachedCount struct {
	count   quota.Count
	changed bool
	dropped bool
}

// flush writes the counts that changed, in the order of their keys.
func (t *transaction) flush() {
	for _, k := range slices.Sorted(maps.Keys(t.read)) {
		switch c := t.read[k]; {
		case !c.changed:
		case c.dropped:
			t.drop(t.counts, []byte(k))
		default:
			t.put(t.counts, []byte(k), encodeCount(c.count))
		}
	}
}

func (t *transaction) fail(err error) {
	if t.err == nil {
		t.err = err
	}
}

func (t *transaction) put(b *bbolt.Bucket, key, value []byte) {
	t.changed = true
	t.fail(b.Put(key, value))
}

func (t *transaction) drop(b *bbolt.Bucket, key []byte) {
	t.changed = true
	t.fail(b.Delete(key))
}

// Record implements [quota.Tx].
func (t *transaction) Record(order quota.ID) (quota.Record, bool) {
	b := t.records.Get(order[:])
	if b == nil {
		return quota.Record{}, false
	}
	r, err := decodeRecord(b)
	t.fail(err)
	return r, err == nil
}

// PutRecord implements [quota.Tx].
func (t *transaction) PutRecord(order quota.ID, r quota.Record) {
	t.put(t.records, order[:], encodeRecord(r))
}

// DropRecord implements [quota.Tx].
func (t *transaction) DropRecord(order quota.ID) { t.drop(t.records, order[:]) }

// Count implements [quota.Tx].
func (t *transaction) Count(k quota.Key) quota.Count {
	if c, ok := t.read[k]; ok {
		return c.count
	}
	var c quota.Count
	if b := t.counts.Get([]byte(k)); b != nil {
		var err error
		c, err = decodeCount(b)
		t.fail(err)
	}
	t.read[k] = cachedCount{count: c}
	return c
}

// PutCount implements [quota.Tx].
func (t *transaction) PutCount(k quota.Key, c quota.Count) {
	t.read[k] = cachedCount{count: c, changed: true}
	t.changed = true
}

// DropCount implements [quota.Tx].
func (t *transaction) DropCount(k quota.Key) {
	t.read[k] = cachedCount{changed: true, dropped: true}
	t.changed = true
}

// Index implements [quota.Tx].
func (t *transaction) Index(e quota.Entry) { t.put(t.lists, entryKey(e), nil) }

// Unindex implements [quota.Tx].
func (t *transaction) Unindex(e quota.Entry) { t.drop(t.lists, entryKey(e)) }

// entryAt is where the name begins in the key of an entry, after the list and the instant.
const entryAt = 1 + 8

// entryKey is an entry as a key: keys are in the order of lists, instants and names.
func entryKey(e quota.Entry) []byte {
	b := make([]byte, 0, entryAt+len(e.Name))
	b = append(b, byte(e.List))
	b = binary.BigEndian.AppendUint64(b, uint64(e.At))
	return append(b, e.Name...)
}

// Due implements [quota.Tx].
func (t *transaction) Due(list quota.List, from, to int64, most int) []quota.Entry {
	var due []quota.Entry
	c := t.lists.Cursor()
	first := entryKey(quota.Entry{List: list, At: from})
	for k, _ := c.Seek(first); len(k) >= entryAt && len(due) < most && bytes.HasPrefix(k, first[:1]); k, _ = c.Next() {
		at := int64(binary.BigEndian.Uint64(k[1:entryAt]))
		if at > to {
			break
		}
		due = append(due, quota.Entry{List: list, At: at, Name: string(k[entryAt:])})
	}
	return due
}
