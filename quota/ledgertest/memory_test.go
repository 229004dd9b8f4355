package ledgertest_test

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/quota/ledgertest"
)

// The ledger in memory is the state machine itself: its sequences only show that the suite is fair,
// its races that the lock is where it has to be.
func TestMemory(t *testing.T) {
	t.Parallel()
	ledgertest.Run(t, func(t ledgertest.TB) ledgertest.Subject {
		var now atomic.Int64
		now.Store(1_800_000_000_000)
		clock := func() time.Time { return time.UnixMilli(now.Load()) }
		l := quota.NewMemory(clock)
		t.Cleanup(func() { _ = l.Close() })
		return ledgertest.Subject{Ledger: l, Now: clock, Advance: func(d time.Duration) { now.Add(d.Milliseconds()) }}
	})
}
