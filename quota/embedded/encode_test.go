package embedded

import (
	"reflect"
	"testing"

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/quota"
)

func drawRecord(t *rapid.T) quota.Record {
	id := rapid.Custom(func(t *rapid.T) quota.ID {
		return quota.ID(rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "id"))
	})
	take := rapid.Custom(func(t *rapid.T) quota.Take {
		return quota.Take{Key: quota.Key(rapid.String().Draw(t, "key")), Amount: rapid.Int64().Draw(t, "amount"),
			Limit: rapid.Int64().Draw(t, "limit"), WindowEnd: rapid.Int64().Draw(t, "end")}
	})
	r := quota.Record{State: quota.State(rapid.ByteRange(1, 5).Draw(t, "state")), Until: rapid.Int64().Draw(t, "until"),
		Remember: rapid.Int64().Draw(t, "remember"), Keep: rapid.Bool().Draw(t, "keep"),
		Unknown: rapid.Bool().Draw(t, "unknown"), Folded: rapid.Bool().Draw(t, "folded"),
		Open: rapid.SliceOfN(id, 0, 17).Draw(t, "open"), Takes: rapid.SliceOfN(take, 0, 5).Draw(t, "takes")}
	if len(r.Open) == 0 {
		r.Open = nil
	}
	if len(r.Takes) == 0 {
		r.Takes = nil
	}
	return r
}

func TestEntriesAreReadAsWritten(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		record := drawRecord(t)
		if got, err := decodeRecord(encodeRecord(record)); err != nil || !reflect.DeepEqual(got, record) {
			t.Fatalf("%+v, %v, want %+v", got, err, record)
		}
		count := quota.Count{Held: rapid.Int64().Draw(t, "held"), Committed: rapid.Int64().Draw(t, "committed"),
			Revision: rapid.Uint64().Draw(t, "revision"), WindowEnd: rapid.Int64().Draw(t, "end"), Reason: rapid.String().Draw(t, "reason")}
		if got, err := decodeCount(encodeCount(count)); err != nil || got != count {
			t.Fatalf("%+v, %v, want %+v", got, err, count)
		}
	})
}

// Bytes that are cut short or have more at their end are damaged.
func TestEntriesThatAreCut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b := encodeRecord(drawRecord(t))
		if r, err := decodeRecord(b[:rapid.IntRange(0, len(b)-1).Draw(t, "cut")]); err == nil {
			t.Fatalf("read %+v", r)
		}
		if r, err := decodeRecord(append(b, 0)); err == nil {
			t.Fatalf("read %+v", r)
		}
	})
}

// Whatever is in a file is read or refused, without taking much memory.
func FuzzDecode(f *testing.F) {
	f.Add(encodeRecord(quota.Record{State: quota.Held, Until: 1, Remember: 2, Keep: true, Open: []quota.ID{{1}},
		Takes: []quota.Take{{Key: "uses|a||||", Amount: 1, Limit: 2}}}))
	f.Add(encodeCount(quota.Count{Held: 1, Committed: 2, Revision: 3, Reason: "a gift"}))
	f.Add([]byte{1, 0, 2, 4, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		if r, err := decodeRecord(b); err == nil {
			if again, err := decodeRecord(encodeRecord(r)); err != nil || !reflect.DeepEqual(again, r) {
				t.Fatalf("%+v is read again as %+v, %v", r, again, err)
			}
		}
		if c, err := decodeCount(b); err == nil {
			if again, err := decodeCount(encodeCount(c)); err != nil || again != c {
				t.Fatalf("%+v is read again as %+v, %v", c, again, err)
			}
		}
	})
}
