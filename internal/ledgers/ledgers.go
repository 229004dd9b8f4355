// Package ledgers loads the ledgers that orders are counted in, as modules of Caddy. Handlers with the
// same configuration share a ledger, across sites and configurations.
package ledgers

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/caddyserver/caddy/v2"
	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/internal/reservations"
	"github.com/promogate/caddy-discount/quota"
)

// settleFor is how long the end of a ledger waits for what it is to be told.
const settleFor = 5 * time.Second

// key identifies a ledger: what differs in it is counted apart.
type key struct {
	engine, module string
	origin         quota.Origin
}

// openAgainAfter is when a ledger is tried again that could not be opened.
const openAgainAfter = 5 * time.Second

// ledgers are the ledgers in use.
var ledgers = caddy.NewUsagePool()

// Ledger is a ledger in use. It is loaded with the first handler, and opened when a strategy needs it.
type Ledger struct {
	key    key
	engine quota.Engine
	end    func() // of the module
	log    func() *zap.Logger

	mu        sync.Mutex
	reservers map[string]*reservations.Reserver // by strategy
	opened    *reservations.Ledger              // nil before it is opened
	tried     chan struct{}                     // closed once opening it was tried
	triedOnce sync.Once
	again     *time.Timer // until it is tried again; nil if it is not to be
	ended     bool
}

// Acquire returns the ledger of a configuration, and loads its module for its first handler. It is nil
// if nothing is counted: the engine is off, or none is named and the program has no default. log
// returns the present log. What is acquired must be released.
func Acquire(c Config, log func() *zap.Logger) (*Ledger, error) {
	name, module, err := c.engine()
	if err != nil {
		return nil, err
	}
	if name == Off {
		if string(module) != "{}" {
			return nil, errors.New("off takes no options")
		}
		return nil, nil
	}
	if _, err := caddy.GetModule(Namespace + "." + name); err != nil {
		if !c.Named() {
			return nil, nil
		}
		return nil, fmt.Errorf("there is no engine %q in this program", name)
	}
	k := key{engine: name, module: string(module), origin: c.Origin}
	value, _, err := ledgers.LoadOrNew(k, func() (caddy.Destructor, error) { return load(k, log) })
	if err != nil {
		return nil, err
	}
	return value.(*Ledger), nil
}

// load loads the module. It lives as long as its handlers, in whatever configuration they are, so it has
// a context of its own.
func load(k key, log func() *zap.Logger) (*Ledger, error) {
	ctx, end := caddy.NewContext(caddy.Context{Context: context.Background()})
	module, err := ctx.LoadModuleByID(Namespace+"."+k.engine, json.RawMessage(k.module))
	if err != nil {
		end()
		return nil, err
	}
	engine, ok := module.(quota.Engine)
	if !ok {
		end()
		return nil, fmt.Errorf("the module %s.%s is no engine of a ledger", Namespace, k.engine)
	}
	return &Ledger{key: k, engine: engine, end: end, log: log, reservers: make(map[string]*reservations.Reserver), tried: make(chan struct{})}, nil
}

// Release ends what Acquire began. A nil Ledger has nothing to end.
func (l *Ledger) Release() error {
	if l == nil {
		return nil
	}
	_, err := ledgers.Delete(l.key)
	return err
}

// Reserver returns what reserves the orders of a strategy in the ledger, the same for all its handlers.
// For a nil Ledger it is one that counts nothing.
func (l *Ledger) Reserver(strategy string) *reservations.Reserver {
	if l == nil {
		return new(reservations.Reserver)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	r := l.reservers[strategy]
	if r == nil {
		r = reservations.NewReserver(l.tried)
		r.Use(l.opened)
		l.reservers[strategy] = r
	}
	return r
}

// Open opens the ledger, unless that was done. The first orders wait for it. If it fails, every order is
// priced as if the ledger could not be reached. A nil Ledger has nothing to open.
func (l *Ledger) Open() error {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.opened != nil || l.ended {
		return nil
	}
	defer l.triedOnce.Do(func() { close(l.tried) })
	opened, err := l.engine.Open(l.key.origin)
	if err != nil {
		if l.again == nil {
			l.again = time.AfterFunc(openAgainAfter, l.openAgain)
		}
		return err
	}
	l.opened = reservations.NewLedger(opened, l.log)
	for _, r := range l.reservers {
		r.Use(l.opened)
	}
	return nil
}

// openAgain opens the ledger if what prevented it is gone. The reason was logged when it first failed.
func (l *Ledger) openAgain() {
	l.mu.Lock()
	l.again = nil
	due := l.opened == nil && !l.ended
	l.mu.Unlock()
	if due && l.Open() == nil && l.Opened() != nil {
		l.log().Info("ledger opened")
	}
}

// Opened returns the ledger that was opened; nil if none was.
func (l *Ledger) Opened() *reservations.Ledger {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.opened
}

// Destruct implements [caddy.Destructor]: it waits until the ledger was told what became of the orders,
// and ends the module.
func (l *Ledger) Destruct() error {
	l.mu.Lock()
	l.ended = true // an edit that is told late opens it no more
	if l.again != nil {
		l.again.Stop()
	}
	opened := l.opened
	l.mu.Unlock()
	switch {
	case opened == nil:
		l.end()
	case opened.InUse() && !caddy.Exiting():
		// Another configuration is in service, and orders of this one are still on their way.
		go l.finish(opened, opened.Terms.Hold)
	default:
		l.finish(opened, settleFor)
	}
	return nil
}

// finish ends the ledger when it was told what became of the orders that are on their way, and waits for
// them for so long at most.
func (l *Ledger) finish(opened *reservations.Ledger, orders time.Duration) {
	if left := opened.Close(orders, settleFor); left > 0 {
		l.log().Error("ledger ended before it was told what became of orders", zap.Int("orders", left))
	}
	l.end()
}
