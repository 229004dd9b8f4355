//go:build unix

package embedded_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/quota/embedded"
)

// childLedger is the environment variable with the path of the ledger that a child loads, and
// childFirst the one with the number of its first order.
const (
	childLedger = "TEST_EMBEDDED_LEDGER"
	childFirst  = "TEST_EMBEDDED_FIRST"
)

func TestMain(m *testing.M) {
	if path := os.Getenv(childLedger); path != "" {
		child(path)
	}
	goleak.VerifyTestMain(m)
}

const killLimit = 5000

// numbered is what the nth order asks for: every one has the same count.
func numbered(n int64) quota.Request {
	q := quota.Request{Terms: quota.Terms{Hold: time.Hour, Remember: 24 * time.Hour}, Takes: []quota.Take{{Key: aKey, Amount: 1, Limit: killLimit}}}
	binary.BigEndian.PutUint64(q.Order[8:], uint64(n))
	q.Attempt = q.Order
	return q
}

// child is what the test binary does as the child of TestNothingAnsweredIsLost. It reserves and settles
// until it is killed, and writes what was answered.
func child(path string) {
	var first int64
	if _, err := fmt.Sscan(os.Getenv(childFirst), &first); err != nil {
		panic(err)
	}
	d, err := quota.NewDigester([]byte(strings.Repeat("k", quota.LeastKey)))
	if err != nil {
		panic(err)
	}
	l, err := embedded.OpenAt(path, d, time.Now)
	if err != nil {
		panic(err)
	}
	var next atomic.Int64
	next.Store(first)
	var wg sync.WaitGroup
	for range 32 {
		wg.Go(func() {
			for {
				if err := oneOrder(l, next.Add(1)); err != nil {
					panic(err)
				}
			}
		})
	}
	wg.Wait()
}

// oneOrder reserves and, for two orders of three, settles. It writes a line for each answer.
func oneOrder(l quota.Ledger, n int64) error {
	q := numbered(n)
	_, denials, err := l.Reserve(context.Background(), q)
	if err != nil {
		return err
	}
	if len(denials) > 0 {
		fmt.Println("denied", n)
		return nil
	}
	fmt.Println("held", n)
	outcome, word := quota.Commit, "committed"
	switch n % 3 {
	case 1:
		outcome, word = quota.Release, "released"
	case 2:
		return nil
	}
	if _, err := l.Settle(context.Background(), []quota.Settlement{{Order: q.Order, Attempt: q.Attempt, Outcome: outcome}}); err != nil {
		return err
	}
	fmt.Println(word, n)
	return nil
}

// A child that is killed in the middle of load loses nothing that it was answered.
func TestNothingAnsweredIsLost(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "ledger.db")
	answered := make(map[int64]string)
	var first int64
	for round := range 4 {
		first = runAndKill(t, path, first, 300+170*round, answered)
		check(t, path, first, answered)
	}
	if len(answered) < 1000 {
		t.Errorf("only %d orders were answered", len(answered))
	}
}

// runAndKill lets a child work from an order on, and kills it after so many answers. It returns the
// greatest order that it answered, and more than those it was at.
func runAndKill(t *testing.T, path string, first int64, answers int, answered map[int64]string) int64 {
	t.Helper()
	victim := exec.Command(os.Args[0])
	victim.Env = append(os.Environ(), childLedger+"="+path, fmt.Sprintf("%s=%d", childFirst, first))
	out, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	victim.Stderr = &stderr
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	greatest := first
	lines := bufio.NewScanner(out)
	for n := 0; lines.Scan(); n++ {
		if n == answers {
			if err := victim.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
		var word string
		var order int64
		if _, err := fmt.Sscan(lines.Text(), &word, &order); err != nil {
			t.Fatalf("%q: %v", lines.Text(), err)
		}
		greatest = max(greatest, order)
		answered[order] = word
	}
	var exit *exec.ExitError
	if err := victim.Wait(); !errors.As(err, &exit) || exit.Exited() {
		t.Fatalf("the child was not killed: %v\n%s", err, &stderr)
	}
	return greatest + 100 // those that it was at have no answer
}

// check reads the ledger after a kill, up to an order.
func check(t *testing.T, path string, last int64, answered map[int64]string) {
	t.Helper()
	l, err := embedded.OpenAt(path, digester(t, "k"), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	var want quota.Count
	for n := int64(1); n <= last; n++ {
		r, err := l.Find(context.Background(), numbered(n).Order)
		if err != nil && !errors.Is(err, quota.ErrNotFound) {
			t.Fatal(err)
		}
		switch r.State {
		case quota.Held:
			want.Held++
		case quota.Committed:
			want.Committed++
		}
		// An answer to the last call of an order may not have been written any more.
		word := answered[n]
		kept := map[string]bool{"": true, "denied": r.State == quota.None, "held": r.State != quota.None,
			"committed": r.State == quota.Committed, "released": r.State == quota.Released}[word]
		if !kept {
			t.Errorf("order %d was answered with %s and is %s", n, word, r.State)
		}
	}
	counts, err := l.Read(context.Background(), []quota.Key{aKey})
	if err != nil {
		t.Fatal(err)
	}
	if got := counts[0]; got != want || got.Used() > killLimit {
		t.Errorf("the count is %+v, but the orders have %+v, of %d", got, want, killLimit)
	}
}
