//go:build unix

package quota_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"

	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/quota/embedded"
	"github.com/promogate/caddy-discount/quota/ledgeroptions"
	redisledger "github.com/promogate/caddy-discount/quota/redis"
	"github.com/promogate/caddy-discount/quota/redis/redistest"
)

// hold is how long gateways hold an order whose outcome is not known.
const hold = 4 * time.Second

// setting is what a scenario is about.
type setting struct {
	name  string
	fsync string // of Redis; empty for the embedded ledger
	keep  bool   // unresolved keep
	exact bool   // nothing may be accepted beyond a limit

	// forgets says that the server is emptied and replaced by a replica.
	forgets bool
}

// ledgers is where the orders of a scenario are counted.
type ledgers struct {
	setting
	t *testing.T

	// of Redis
	servers []*redistest.Server // the primary first
	network []*redistest.Proxy  // of each gateway
}

func newLedgers(t *testing.T, s setting, gateways int) *ledgers {
	t.Helper()
	l := &ledgers{setting: s, t: t}
	if s.fsync == "" {
		return l
	}
	config := redistest.Options{Config: []string{"appendfsync " + s.fsync}}
	l.servers = append(l.servers, redistest.Start(t, config))
	if s.forgets {
		l.servers = append(l.servers, redistest.Start(t, config))
		l.servers[1].Follow(l.servers[0])
	}
	for range gateways {
		l.network = append(l.network, redistest.NewProxy(t, l.servers[0].Addr()))
	}
	return l
}

// options are the lines of a gateway's Caddyfile.
func (l *ledgers) options(gateway int) string {
	engine := "embedded"
	if l.fsync != "" {
		engine = "redis " + l.servers[0].URLOf(l.network[gateway].Addr())
	}
	unresolved := "expire"
	if l.keep {
		unresolved = "keep"
	}
	return fmt.Sprintf(`ledger %s {
				namespace  %s
				key        %q
				timeout    300ms
				hold       %s
				unresolved %s
			}`, engine, namespace, secret, hold, unresolved)
}

// open opens the ledger beside the gateways; the embedded one when its gateway has ended.
func (l *ledgers) open(g *gateway) (quota.Ledger, func()) {
	l.t.Helper()
	if l.fsync != "" {
		opened, err := redisledger.Open(redisledger.Options{URL: l.servers[0].URL(), Namespace: namespace, Timeout: patience})
		if err != nil {
			l.t.Fatal(err)
		}
		return opened, func() { _ = opened.Close() }
	}
	ctx, cancel := caddy.NewContext(caddy.Context{Context: context.Background()})
	m := &embedded.Module{Options: ledgeroptions.Options{Namespace: namespace, Key: secret}}
	if err := m.Provision(ctx); err != nil {
		l.t.Fatal(err)
	}
	opened, err := m.Open(quota.Origin{StateDir: g.stateDir()})
	if err != nil {
		l.t.Fatal(err)
	}
	return opened.Ledger, func() {
		_ = m.Cleanup()
		cancel()
	}
}

// promote makes the replica the primary. Each gateway hears of it a little later than the last.
func (l *ledgers) promote(pause func()) {
	replica := l.servers[1]
	replica.Promote()
	for _, n := range l.network {
		pause()
		n.To(replica.Addr())
		n.Cut()
	}
	l.servers[0].Kill()
	l.servers[0], l.servers[1] = replica, l.servers[0]
}

// repair makes the server that was the primary a replica again.
func (l *ledgers) repair() {
	l.servers[1].Restart()
	l.servers[1].Follow(l.servers[0])
}
