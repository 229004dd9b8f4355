package discount

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyevents"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"github.com/prometheus/client_golang/prometheus"
	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/internal/adminapi"
	"github.com/promogate/caddy-discount/internal/directive"
	"github.com/promogate/caddy-discount/internal/engine"
	"github.com/promogate/caddy-discount/internal/fields"
	"github.com/promogate/caddy-discount/internal/handlers"
	"github.com/promogate/caddy-discount/internal/keyring"
	"github.com/promogate/caddy-discount/internal/ledgers"
	"github.com/promogate/caddy-discount/internal/pace"
	"github.com/promogate/caddy-discount/internal/strategyfile"
)

// What handlers share: engines, keyrings and the limiter of large bodies, which outlive a
// configuration, and what the handlers of one configuration agree on.

// engines are the engines in use, by [engine.Key]. Handlers with the same key share one engine,
// across sites and configuration reloads.
var engines = caddy.NewUsagePool()

// acquireEngine adds a handler to the engine of its strategy. If there is no engine yet, it opens
// one, which reads the file. The options apply to an engine that it opens. An engine that exists
// already keeps its options until the configuration of the handler starts.
func acquireEngine(key engine.Key, o engine.Options, h *engine.Handler) (*engine.Engine, error) {
	value, _, err := engines.LoadOrNew(key, func() (caddy.Destructor, error) {
		return engine.Open(key, o, h, engine.Host{Log: currentLog, Header: fields.OfStrategy})
	})
	if err != nil {
		return nil, err
	}
	e := value.(*engine.Engine)
	e.Join(h)
	return e, nil
}

// releaseEngine removes a handler that acquireEngine added, and releases the engine.
func releaseEngine(e *engine.Engine, h *engine.Handler) error {
	e.Leave(h)
	_, err := engines.Delete(e.Key())
	return err
}

// acquireLedger acquires the ledger that the handlers of a strategy have agreed on. One that is named
// and is no file is opened at once, so that what is wrong with it is an error at the start.
func (o *Options) acquireLedger(running *engine.Engine) (*ledgers.Ledger, error) {
	shared := o.shared()
	config := shared.ledgerOf(o.key())
	counts := running.Live().Value.CountsOrders()
	if o.State.Dir == stateOff && config.IsFile() && (counts || config.Named()) {
		return nil, errors.New("ledger: embedded is a file of the state directory, and state is off: name another ledger, or a state directory")
	}
	l, err := ledgers.Acquire(config, currentLog)
	if err == nil && (l == nil || config.IsFile()) {
		return l, nil
	}
	if err == nil {
		if err = l.Open(); err != nil {
			err = errors.Join(err, l.Release())
		}
	}
	return l, directive.InOption("ledger", err)
}

// openLedger opens the ledger if the strategy in service has a quota. It does so when the configuration
// has started, so that one that is only validated writes nothing, and after each edit.
func (p *pricer) openLedger() {
	live := p.engine.Live().Value
	if !live.CountsOrders() {
		return
	}
	for _, set := range live.SignedCodes() {
		if !p.codeKeys.Has(set) {
			p.log.Warn("no code of a signed set is accepted: it has no code_key", zap.String("codes", set))
		}
	}
	if limits := live.LimitsPerCustomer(); len(limits) > 0 && p.identity == "" {
		p.log.Warn("limits per customer go by what carts say: a client may name another customer, unless the option customer says who it is",
			zap.Strings("quotas", limits))
	}
	if p.ledger == nil {
		p.log.Warn("no order is counted, the ledger is off: each rule with a quota follows its on_outage")
	}
	if err := p.ledger.Open(); err != nil {
		p.log.Error("cannot open ledger", zap.Error(err))
	}
}

// countedIn is where the orders of the handler are counted, and false while no ledger is open.
func (p *pricer) countedIn() (engine.Ledger, bool) {
	l := p.ledger.Opened()
	if l == nil {
		return engine.Ledger{}, false
	}
	return engine.Ledger{Ledger: l.Measured(), Digester: l.Digester}, true
}

// keyrings are the keyrings in use, by SignOptions.id. Handlers that sign alike share one keyring,
// across sites and configuration reloads.
var keyrings = caddy.NewUsagePool()

// acquireKeyring returns the keyring of the options, and opens it if no handler uses it yet. It
// returns nil for no options.
func acquireKeyring(s *SignOptions) (*keyring.Keyring, error) {
	if s == nil {
		return nil, nil
	}
	value, _, err := keyrings.LoadOrNew(s.id(), func() (caddy.Destructor, error) { return s.open() })
	if err != nil {
		return nil, err
	}
	return value.(*keyring.Keyring), nil
}

// releaseKeyring gives back what acquireKeyring acquired.
func releaseKeyring(s *SignOptions) error {
	if s == nil {
		return nil
	}
	_, err := keyrings.Delete(s.id())
	return err
}

// keyringsInUse returns the keyrings in use, in no order.
func keyringsInUse() []*keyring.Keyring {
	var all []*keyring.Keyring
	keyrings.Range(func(_, value any) bool {
		all = append(all, value.(*keyring.Keyring))
		return true
	})
	return all
}

// runningEngines returns the engines in use, in the order of their ids.
func runningEngines() []*engine.Engine {
	var all []*engine.Engine
	engines.Range(func(_, value any) bool {
		all = append(all, value.(*engine.Engine))
		return true
	})
	slices.SortFunc(all, func(a, b *engine.Engine) int { return cmp.Compare(a.Key().ID(), b.Key().ID()) })
	return all
}

// adminEngines returns the engines in use, for the admin API.
func adminEngines() []adminapi.Engine {
	var all []adminapi.Engine
	for _, e := range runningEngines() {
		all = append(all, e)
	}
	return all
}

// currentLog is the log that Caddy uses now.
func currentLog() *zap.Logger { return caddy.Log().Named("http.handlers.discount") }

// lookedForStrategy adds to an error where the path of a strategy was looked for, if the
// configuration has a relative one. See [strategyfile.LookedFor].
func lookedForStrategy(configured string, err error) error {
	return strategyfile.LookedFor(caddy.NewReplacer().ReplaceKnown(configured, ""), err)
}

// processLimiter limits large bodies and long quotes for the whole process: all handlers share its
// processors.
var processLimiter = sync.OnceValue(func() *pace.BodyLimiter { return pace.NewBodyLimiter(max(1, runtime.GOMAXPROCS(0)/2)) })

// onStarted calls do with the events app once the configuration of ctx has started. A configuration
// that is only validated, or that is rejected, never starts.
func onStarted(ctx caddy.Context, do func(*caddyevents.App)) {
	app, err := ctx.AppIfConfigured("events")
	if err != nil {
		return // there is no configuration: a test provisions the handler by itself
	}
	if events, ok := app.(*caddyevents.App); ok {
		// On fails only after the app has started. The app starts after every handler was
		// provisioned.
		_ = events.On("started", startedFunc(func() { do(events) }))
	}
}

// startedFunc is a function that is called when the event occurs.
type startedFunc func()

// Handle implements caddyevents.Handler.
func (f startedFunc) Handle(context.Context, caddy.Event) error {
	f()
	return nil
}

// configurations are the configurations with a discount handler, from the provisioning of the first
// handler to the cleanup of the last one. The key is the metrics registry, since each configuration
// has its own.
var configurations = caddy.NewUsagePool()

// configuration is what the handlers of one configuration give to their strategies.
type configuration struct {
	registry *prometheus.Registry

	mu  sync.Mutex
	by  map[engine.Key]*agreement
	ids map[string]engine.Key
}

// agreement is what the handlers of one strategy in a configuration agree on.
type agreement struct {
	given sharedOptions // by any of them
	err   error         // what they do not agree on
}

// joinConfiguration returns the configuration of ctx. For the first handler it also reads the
// shared options of all others: the strategy of the first is opened before the others are
// provisioned.
func joinConfiguration(ctx caddy.Context) (*configuration, error) {
	registry := ctx.GetMetricsRegistry()
	app, notConfigured := ctx.AppIfConfigured("http") // a test may provision a handler by itself
	value, _, err := configurations.LoadOrNew(registry, func() (caddy.Destructor, error) {
		c := &configuration{registry: registry, by: make(map[engine.Key]*agreement), ids: make(map[string]engine.Key)}
		if notConfigured == nil {
			c.foresee(app)
		}
		return c, nil
	})
	if err != nil {
		return nil, fmt.Errorf("finding the handlers of the configuration: %w", err)
	}
	return value.(*configuration), nil
}

// leave ends what joinConfiguration began.
func (c *configuration) leave() error {
	_, err := configurations.Delete(c.registry)
	return err
}

// Destruct implements [caddy.Destructor].
func (*configuration) Destruct() error { return nil }

// foresee records the shared options of handlers that are not provisioned yet. An error in them is
// reported when the handler is provisioned.
func (c *configuration) foresee(app any) {
	http, ok := app.(*caddyhttp.App)
	if !ok {
		return
	}
	for _, server := range http.Servers {
		text, err := json.Marshal([]any{server.Routes, server.Errors, server.NamedRoutes})
		if err != nil {
			continue
		}
		found, _ := handlers.In(text)
		for _, h := range found {
			var o Options
			if json.Unmarshal(h.Options, &o) == nil && o.expandShared() == nil {
				_, _ = c.agree(&o)
			}
		}
	}
}

// agree adds the shared options of a handler to those of its strategy. It returns all that are
// given so far, with defaults for the others.
func (c *configuration) agree(o *Options) (sharedOptions, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := o.key()
	a := c.by[key]
	if a == nil {
		a = &agreement{err: c.claim(key)}
		c.by[key] = a
	}
	if err := a.given.merge(o.shared()); err != nil && a.err == nil {
		a.err = fmt.Errorf("%s: handlers of one strategy and env have to agree, or leave it out in all but one:\n%w", key, err)
	}
	s := a.given
	return s, errors.Join(a.err, s.fill())
}

// claim reserves the id of a strategy. Two strategies have the same id by chance once in four
// billion times.
func (c *configuration) claim(key engine.Key) error {
	id := key.ID()
	if other, taken := c.ids[id]; taken {
		return fmt.Errorf("%s and %s have the same id, %s: rename one", other, key, id)
	}
	c.ids[id] = key
	return nil
}

// of is what the handlers of a strategy agree on, once all of them are provisioned.
func (c *configuration) of(key engine.Key) sharedOptions {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.by[key].given
	_ = s.fill() // which succeeded for every handler
	return s
}
