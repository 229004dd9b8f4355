package embedded_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.etcd.io/bbolt"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/quota/embedded"
	"github.com/promogate/caddy-discount/quota/ledgertest"
)

func digester(t ledgertest.TB, key string) *quota.Digester {
	t.Helper()
	d, err := quota.NewDigester([]byte(strings.Repeat(key, quota.LeastKey)))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestLedger holds the ledger in a file to the state machine, also across restarts.
func TestLedger(t *testing.T) {
	t.Parallel()
	ledgertest.Run(t, func(t ledgertest.TB) ledgertest.Subject {
		dir, err := os.MkdirTemp("", "ledger") // a run of a property has no TempDir
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.RemoveAll(dir) })
		var now atomic.Int64
		now.Store(1_800_000_000_000)
		clock := func() time.Time { return time.UnixMilli(now.Load()) }
		path := filepath.Join(dir, "ledger.db")
		l, err := embedded.OpenAt(path, digester(t, "k"), clock)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = l.Close() })
		return ledgertest.Subject{Ledger: l, Now: clock, Advance: func(d time.Duration) { now.Add(d.Milliseconds()) },
			Restart: func() quota.Ledger {
				_ = l.Close()
				if l, err = embedded.OpenAt(path, digester(t, "k"), clock); err != nil {
					t.Fatal(err)
				}
				return l
			}}
	})
}

var (
	aKey  = quota.Counter{Kind: quota.Uses, Name: "first-thousand"}.Key()
	terms = quota.Terms{Hold: time.Minute, Remember: time.Hour}
)

func request(n byte) quota.Request {
	return quota.Request{Order: quota.ID{15: n}, Attempt: quota.ID{15: n}, Takes: []quota.Take{{Key: aKey, Amount: 1, Limit: 100}}, Terms: terms}
}

// A second opening of the file is an outage until the first is closed.
func TestFileOfAnother(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	first, err := embedded.OpenAt(path, digester(t, "k"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	messages := make(chan string, 10)
	log := zap.NewExample(zap.Hooks(func(e zapcore.Entry) error {
		messages <- e.Message
		return nil
	}))
	second, err := embedded.OpenWith(path, digester(t, "k"), embedded.Seams{Log: log})
	if !errors.Is(err, embedded.ErrLocked) || !strings.Contains(err.Error(), path) {
		t.Fatalf("opening it twice = %v", err)
	}
	t.Cleanup(func() { _ = second.Close() })
	ctx := context.Background()
	if _, _, err := second.Reserve(ctx, request(1)); !errors.Is(err, embedded.ErrLocked) {
		t.Errorf("reserving = %v", err)
	}
	if _, err := second.Read(ctx, []quota.Key{aKey}); !errors.Is(err, embedded.ErrLocked) {
		t.Errorf("reading = %v", err)
	}
	if _, _, err := first.Reserve(ctx, request(1)); err != nil {
		t.Fatal(err)
	}
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	if message := <-messages; message != "ledger opened" {
		t.Errorf("the log says %q", message)
	}
	if counts, err := second.Read(ctx, []quota.Key{aKey}); err != nil || counts[0].Held != 1 {
		t.Errorf("count %+v, %v", counts, err)
	}
}

// A ledger that cannot be opened is closed like any other.
func TestCloseBeforeItIsOpened(t *testing.T) {
	t.Parallel()
	l, err := embedded.OpenAt(filepath.Join(t.TempDir(), "none", "ledger.db"), digester(t, "k"), time.Now)
	if err == nil {
		t.Fatal("a file in a directory that does not exist was opened")
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := l.Reserve(context.Background(), request(1)); !errors.Is(err, quota.ErrClosed) {
		t.Errorf("reserving = %v", err)
	}
}

// Files that are no ledger of this gateway are refused, and stay as they are.
func TestFilesThatAreRefused(t *testing.T) {
	t.Parallel()
	made := func(t *testing.T, path string) {
		l, err := embedded.OpenAt(path, digester(t, "k"), time.Now)
		if err != nil {
			t.Fatal(err)
		}
		if err := l.Close(); err != nil {
			t.Fatal(err)
		}
	}
	edited := func(edit func(*bbolt.Tx) error) func(*testing.T, string) {
		return func(t *testing.T, path string) {
			db, err := bbolt.Open(path, 0o600, nil)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(db.Update(edit), db.Close()); err != nil {
				t.Fatal(err)
			}
		}
	}
	tests := map[string]struct {
		make []func(*testing.T, string)
		says string
	}{
		"another layout": {
			make: []func(*testing.T, string){made, edited(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("meta")).Put([]byte("layout"), []byte("2")) })},
			says: `it has the layout "2", and this gateway reads "1"`,
		},
		"another key": {
			make: []func(*testing.T, string){made, edited(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("meta")).Put([]byte("key"), []byte("k")) })},
			says: "it was made with another key",
		},
		"another database": {
			make: []func(*testing.T, string){edited(func(tx *bbolt.Tx) error { _, err := tx.CreateBucket([]byte("certificates")); return err })},
			says: "it is no ledger",
		},
		"a text": {
			make: []func(*testing.T, string){func(t *testing.T, path string) {
				if err := os.WriteFile(path, []byte(strings.Repeat("no ledger\n", 4096)), 0o600); err != nil {
					t.Fatal(err)
				}
			}},
			says: "invalid database",
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "ledger.db")
			for _, step := range tt.make {
				step(t, path)
			}
			before, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			l, err := embedded.OpenAt(path, digester(t, "k"), time.Now)
			if err == nil || !strings.Contains(err.Error(), tt.says) || !strings.Contains(err.Error(), path) {
				t.Errorf("opening = %v, want one that says %q", err, tt.says)
			}
			if _, _, err := l.Reserve(context.Background(), request(1)); err == nil || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("reserving = %v, want one that says %q", err, tt.says)
			}
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			if after, err := os.ReadFile(path); err != nil || string(after) != string(before) {
				t.Errorf("the file was changed, %v", err)
			}
		})
	}
}

// A damaged entry fails the calls that need it, and no other.
func TestDamagedEntry(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	l, err := embedded.OpenAt(path, digester(t, "k"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	if _, _, err := l.Reserve(ctx, request(1)); err != nil {
		t.Fatal(err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	db, err := bbolt.Open(path, 0o600, nil)
	if err != nil {
		t.Fatal(err)
	}
	err = db.Update(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("counts")).Put([]byte(aKey), []byte{0x80}) })
	if err := errors.Join(err, db.Close()); err != nil {
		t.Fatal(err)
	}
	if l, err = embedded.OpenAt(path, digester(t, "k"), time.Now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	if _, _, err := l.Reserve(ctx, request(2)); err == nil || !strings.Contains(err.Error(), "damaged") {
		t.Errorf("reserving = %v", err)
	}
	if _, err := l.Find(ctx, request(2).Order); !errors.Is(err, quota.ErrNotFound) {
		t.Errorf("it was reserved: %v", err)
	}
	other := request(3)
	other.Takes[0].Key = quota.Counter{Kind: quota.Uses, Name: "other"}.Key()
	if _, _, err := l.Reserve(ctx, other); err != nil {
		t.Errorf("reserving of another count = %v", err)
	}
}

// A call that is granted while the ledger is being closed is kept: no caller is left waiting.
func TestCloseWhileCallsWait(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	l, err := embedded.OpenAt(path, digester(t, "k"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	var granted, closed atomic.Int64
	for n := range 100 {
		wg.Go(func() {
			_, _, err := l.Reserve(context.Background(), request(byte(n+1)))
			switch {
			case err == nil:
				granted.Add(1)
			case errors.Is(err, quota.ErrClosed):
				closed.Add(1)
			default:
				t.Errorf("reserving = %v", err)
			}
		})
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	wg.Wait()
	if l, err = embedded.OpenAt(path, digester(t, "k"), time.Now); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	counts, err := l.Read(context.Background(), []quota.Key{aKey})
	if err != nil || counts[0].Held < granted.Load() || granted.Load()+closed.Load() != 100 {
		t.Errorf("%d granted, %d too late, count %+v, %v", granted.Load(), closed.Load(), counts, err)
	}
}

// The writer ends what is overdue by itself, in bounded steps, and leaves what is not.
func TestWriterSweeps(t *testing.T) {
	t.Parallel()
	var now atomic.Int64
	now.Store(1_800_000_000_000)
	tick := make(chan time.Time)
	l, err := embedded.OpenWith(filepath.Join(t.TempDir(), "ledger.db"), digester(t, "k"),
		embedded.Seams{Now: func() time.Time { return time.UnixMilli(now.Load()) }, Tick: tick})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	ctx := context.Background()
	const orders = 3000
	fillHeld(t, l, orders)
	now.Add(terms.Hold.Milliseconds())
	young := request(200)
	young.Takes[0].Limit = 2 * orders
	if _, denials, err := l.Reserve(ctx, young); err != nil || len(denials) > 0 {
		t.Fatal(err, denials)
	}
	tick <- time.Time{} // and then steps follow each other
	for {
		counts, err := l.Read(ctx, []quota.Key{aKey})
		if err != nil {
			t.Fatal(err)
		}
		if counts[0].Held == 1 {
			break
		}
		if counts[0].Held > orders+1 || counts[0].Held < 1 {
			t.Fatalf("count %+v", counts[0])
		}
		runtime.Gosched()
	}
	if r, err := l.Find(ctx, quota.ID{0: 2, 15: 1}); err != nil || r.State != quota.Lapsed {
		t.Errorf("reservation %+v, %v", r, err)
	}
}

// fillHeld holds one for each of so many orders.
func fillHeld(t *testing.T, l quota.Ledger, orders int) {
	t.Helper()
	var all []quota.Settlement
	for n := range orders {
		q := request(1)
		q.Order = quota.ID{0: 2, 14: byte(n >> 8), 15: byte(n)}
		all = append(all, quota.Settlement{Order: q.Order, Outcome: quota.Hold, For: terms.Hold, Takes: q.Takes, Terms: q.Terms})
	}
	if _, err := l.Settle(context.Background(), all); err != nil {
		t.Fatal(err)
	}
}

// A disk that is full fails calls. What was answered before stays, and what fits is carried out
// again once there is room.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	l, err := embedded.OpenWith(path, digester(t, "k"), embedded.Seams{MaxSize: 128 << 10})
	if err != nil {
		t.Fatal(err)
	}
	ctx := context.Background()
	answered := 0
	for n := range 20000 {
		q := numberedRequest(n)
		_, err = l.Settle(ctx, []quota.Settlement{{Order: q.Order, Outcome: quota.Commit, Takes: q.Takes, Terms: q.Terms}})
		if err != nil {
			break
		}
		answered++
	}
	if err == nil || !strings.Contains(err.Error(), "cannot write the ledger") {
		t.Fatalf("after %d orders: %v", answered, err)
	}
	if r, err := l.Find(ctx, numberedRequest(answered-1).Order); err != nil || r.State != quota.Committed {
		t.Errorf("the last order is %+v, %v", r, err)
	}
	if _, err := l.Find(ctx, numberedRequest(answered).Order); !errors.Is(err, quota.ErrNotFound) {
		t.Errorf("the order that failed is there: %v", err)
	}
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if l, err = embedded.OpenAt(path, digester(t, "k"), time.Now); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	fillLedger(t, l, answered+1)
	for n := range answered + 1 {
		q := numberedRequest(n)
		counts, err := l.Read(ctx, []quota.Key{q.Takes[0].Key})
		if err != nil || counts[0].Committed != 1 {
			t.Fatalf("order %d: count %+v, %v", n, counts, err)
		}
	}
}
