package redisledger_test

import (
	"context"
	"fmt"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/quota/ledgertest"
	redisledger "github.com/promogate/caddy-discount/quota/redis"
	"github.com/promogate/caddy-discount/quota/redis/redistest"
)

// The scripts decide as the state machine does. Each subject has a namespace of one server, and a clock
// that is in that server.
func TestConformance(t *testing.T) {
	t.Parallel()
	s := redistest.Start(t, redistest.Options{})
	var subjects atomic.Int64
	ledgertest.Run(t, func(t ledgertest.TB) ledgertest.Subject {
		name := "subject-" + strconv.FormatInt(subjects.Add(1), 10)
		now := time.UnixMilli(1_800_000_000_000)
		advance := func(d time.Duration) {
			now = now.Add(d)
			s.Do("SET", "now:"+name, strconv.FormatInt(now.UnixMilli(), 10))
		}
		advance(0)
		var l *redisledger.Ledger
		open := func() quota.Ledger {
			var err error
			clock := fmt.Sprintf("local now = tonumber(redis.call('GET', 'now:%s'))", name)
			if l, err = redisledger.OpenAt(options(s.URL(), name), clock); err != nil {
				t.Fatal(err)
			}
			for end := time.Now().Add(patience); ; time.Sleep(time.Millisecond) { // a machine under load may be too slow at first
				if _, err := l.Read(context.Background(), nil); err == nil || time.Now().After(end) {
					return l
				}
			}
		}
		t.Cleanup(func() { _ = l.Close() })
		return ledgertest.Subject{
			Ledger: open(), Now: func() time.Time { return now }, Advance: advance,
			Restart: func() quota.Ledger {
				_ = l.Close()
				return open()
			},
		}
	})
}

// options are those of most tests. A machine under load must not be taken for a dead server.
func options(url, namespace string) redisledger.Options {
	return redisledger.Options{URL: url, Namespace: namespace, Timeout: 10 * time.Second}
}

var terms = quota.Terms{Hold: 10 * time.Minute, Remember: 24 * time.Hour}
