package embedded_test

import (
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/quota/embedded"
)

// A file that a disk has damaged ends no gateway. Either its ledger is refused with a reason, or it
// works but for what it cannot read.
func TestDamagedFile(t *testing.T) {
	t.Parallel()
	good := filepath.Join(t.TempDir(), "ledger.db")
	l, err := embedded.OpenAt(good, digester(t, "k"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	fillLedger(t, l, 2000)
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(good)
	if err != nil {
		t.Fatal(err)
	}
	tests := map[string]func(b []byte, random *rand.Rand) []byte{
		"cut in the middle": func(b []byte, random *rand.Rand) []byte { return b[:16384+random.IntN(len(b)/4)] },
		"empty pages":       func(b []byte, random *rand.Rand) []byte { clear(page(b, random)); return b },
		"a page of noise": func(b []byte, random *rand.Rand) []byte {
			noise := page(b, random)
			for i := range noise {
				noise[i] = byte(random.Uint32())
			}
			return b
		},
		"a page in the place of another": func(b []byte, random *rand.Rand) []byte { copy(page(b, random), page(b, random)); return b },
		"some bits": func(b []byte, random *rand.Rand) []byte {
			for range 2000 {
				b[8192+random.IntN(len(b)-8192)] ^= 1 << random.IntN(8)
			}
			return b
		},
	}
	for name, damage := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			refused := 0
			for seed := range uint64(20) {
				path := filepath.Join(t.TempDir(), "ledger.db")
				if err := os.WriteFile(path, damage([]byte(string(content)), rand.New(rand.NewPCG(seed, 1))), 0o600); err != nil {
					t.Fatal(err)
				}
				if !tryDamaged(t, path) {
					refused++
				}
			}
			if refused == 0 {
				t.Error("no damage was noticed: the test damages nothing that is used")
			}
		})
	}
}

// page is one of the pages of a file that are not the first two.
func page(b []byte, random *rand.Rand) []byte {
	const size = 4096
	n := 2 + random.IntN(40)
	return b[n*size : (n+1)*size]
}

func fillLedger(t *testing.T, l quota.Ledger, orders int) {
	t.Helper()
	var all []quota.Settlement
	for n := range orders {
		q := numberedRequest(n)
		all = append(all, quota.Settlement{Order: q.Order, Outcome: quota.Commit, Takes: q.Takes, Terms: q.Terms})
	}
	if _, err := l.Settle(context.Background(), all); err != nil {
		t.Fatal(err)
	}
}

func numberedRequest(n int) quota.Request {
	q := request(1)
	q.Order = quota.ID{0: 1, 14: byte(n >> 8), 15: byte(n)}
	q.Takes[0].Key = quota.Counter{Kind: quota.Uses, Name: "a", Customer: quota.Digest{14: byte(n >> 8), 15: byte(n)}}.Key()
	return q
}

// tryDamaged uses a damaged ledger, and reports whether everything worked.
func tryDamaged(t *testing.T, path string) bool {
	t.Helper()
	l, err := embedded.OpenAt(path, digester(t, "k"), time.Now)
	defer func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	}()
	if err != nil {
		if !strings.Contains(err.Error(), path) {
			t.Errorf("the error does not name the file: %v", err)
		}
		return false
	}
	ctx, works := context.Background(), true
	for n := 0; n < 2100; n += 13 {
		q := numberedRequest(n)
		_, _, reserveErr := l.Reserve(ctx, q)
		_, readErr := l.Read(ctx, []quota.Key{q.Takes[0].Key})
		works = works && reserveErr == nil && readErr == nil
	}
	return works && l.Sweep(ctx) == nil
}
