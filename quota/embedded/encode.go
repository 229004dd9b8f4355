package embedded

import (
	"encoding/binary"
	"errors"

	"github.com/promogate/caddy-discount/quota"
)

// What is kept of an order and of a count, as bytes. A change is another layout.

// errDamaged says that bytes are not what was written.
var errDamaged = errors.New("an entry of the ledger is damaged")

// Bits of a record.
const (
	flagKeep = 1 << iota
	flagUnknown
	flagFolded
)

func encodeRecord(r quota.Record) []byte {
	b := make([]byte, 0, 32+16*len(r.Open)+96*len(r.Takes))
	b = append(b, byte(r.State), flagsOf(r))
	b = binary.AppendVarint(b, r.Until)
	b = binary.AppendVarint(b, r.Remember)
	b = binary.AppendUvarint(b, uint64(len(r.Open)))
	for _, attempt := range r.Open {
		b = append(b, attempt[:]...)
	}
	b = binary.AppendUvarint(b, uint64(len(r.Takes)))
	for _, t := range r.Takes {
		b = appendText(b, string(t.Key))
		b = binary.AppendVarint(b, t.Amount)
		b = binary.AppendVarint(b, t.Limit)
		b = binary.AppendVarint(b, t.WindowEnd)
	}
	b = binary.AppendUvarint(b, uint64(len(r.Over)))
	if len(r.Over) > 0 {
		b = append(b, r.OverBy[:]...)
	}
	for _, o := range r.Over {
		b = appendText(b, string(o.Key))
		b = binary.AppendVarint(b, o.By)
	}
	return b
}

func flagsOf(r quota.Record) byte {
	var flags byte
	if r.Keep {
		flags |= flagKeep
	}
	if r.Unknown {
		flags |= flagUnknown
	}
	if r.Folded {
		flags |= flagFolded
	}
	return flags
}

func decodeRecord(b []byte) (quota.Record, error) {
	d := decoder{rest: b}
	r := quota.Record{State: quota.State(d.byte())}
	flags := d.byte()
	r.Keep, r.Unknown, r.Folded = flags&flagKeep != 0, flags&flagUnknown != 0, flags&flagFolded != 0
	r.Until, r.Remember = d.number(), d.number()
	for range d.length(len(quota.ID{})) {
		r.Open = append(r.Open, quota.ID(d.next(len(quota.ID{}))))
	}
	for range d.length(1) {
		r.Takes = append(r.Takes, quota.Take{Key: quota.Key(d.text()), Amount: d.number(), Limit: d.number(), WindowEnd: d.number()})
	}
	over := d.length(1)
	if over > 0 {
		r.OverBy = quota.ID(d.next(len(r.OverBy)))
	}
	for range over {
		r.Over = append(r.Over, quota.Over{Key: quota.Key(d.text()), By: d.number()})
	}
	return r, d.end()
}

func encodeCount(c quota.Count) []byte {
	b := make([]byte, 0, 16+len(c.Reason))
	b = binary.AppendVarint(b, c.Held)
	b = binary.AppendVarint(b, c.Committed)
	b = binary.AppendVarint(b, c.WindowEnd)
	b = binary.AppendUvarint(b, c.Revision)
	return appendText(b, c.Reason)
}

func decodeCount(b []byte) (quota.Count, error) {
	d := decoder{rest: b}
	c := quota.Count{Held: d.number(), Committed: d.number(), WindowEnd: d.number(), Revision: d.natural(), Reason: d.text()}
	return c, d.end()
}

func appendText(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// decoder reads what was appended. After the first error it reads zeros.
type decoder struct {
	rest []byte
	bad  bool
}

// next is the next bytes. They are zero, and not n at once, if there are not so many.
func (d *decoder) next(n int) []byte {
	if n > len(d.rest) {
		d.bad, d.rest = true, nil
		return make([]byte, n)
	}
	b := d.rest[:n]
	d.rest = d.rest[n:]
	return b
}

func (d *decoder) byte() byte { return d.next(1)[0] }

func (d *decoder) number() int64 {
	v, n := binary.Varint(d.rest)
	d.skip(n)
	return v
}

func (d *decoder) natural() uint64 {
	v, n := binary.Uvarint(d.rest)
	d.skip(n)
	return v
}

func (d *decoder) skip(n int) {
	if n <= 0 {
		d.bad, d.rest = true, nil
		return
	}
	d.rest = d.rest[n:]
}

// length is a number of things of at least so many bytes. There are not more than bytes for them.
func (d *decoder) length(size int) int {
	n := d.natural()
	if n > uint64(len(d.rest)/size) {
		d.bad, d.rest = true, nil
		return 0
	}
	return int(n)
}

func (d *decoder) text() string { return string(d.next(d.length(1))) }

func (d *decoder) end() error {
	if d.bad || len(d.rest) > 0 {
		return errDamaged
	}
	return nil
}
