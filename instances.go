package discount

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyevents"
	"github.com/dunglas/httpsfv"
	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/internal/adminapi"
	"github.com/promogate/caddy-discount/internal/engine"
	"github.com/promogate/caddy-discount/internal/keyring"
	"github.com/promogate/caddy-discount/internal/pace"
	"github.com/promogate/caddy-discount/internal/sfv"
	"github.com/promogate/caddy-discount/internal/strategyfile"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
)

// What outlives a configuration: engines, keyrings, and the limiter of large bodies.

// engines holds those in use, by [engine.Key]. Handlers with the same key share one, across
// sites and across configuration reloads.
var engines = caddy.NewUsagePool()

// acquireEngine joins the engine of a strategy with a handler, or opens one, which reads the
// file. The options are for one that is opened: another one goes by those that it has until
// the configuration of the handler starts.
func acquireEngine(key engine.Key, o engine.Options, h *engine.Handler) (*engine.Engine, error) {
	value, _, err := engines.LoadOrNew(key, func() (caddy.Destructor, error) {
		return engine.Open(key, o, h, engine.Host{Log: currentLog, Header: strategyHeader})
	})
	if err != nil {
		return nil, err
	}
	e := value.(*engine.Engine)
	e.Join(h)
	return e, nil
}

// releaseEngine gives back what acquireEngine joined.
func releaseEngine(e *engine.Engine, h *engine.Handler) error {
	e.Leave(h)
	_, err := engines.Delete(e.Key())
	return err
}

// keyrings are those in use, by SignOptions.id. Handlers that sign alike share one, across
// sites and across configuration reloads.
var keyrings = caddy.NewUsagePool()

// acquireKeyring joins the keyring of the options, or opens it; nil for no options.
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

// runningEngines are those in use, in the order of their ids.
func runningEngines() []*engine.Engine {
	var all []*engine.Engine
	engines.Range(func(_, value any) bool {
		all = append(all, value.(*engine.Engine))
		return true
	})
	slices.SortFunc(all, func(a, b *engine.Engine) int { return cmp.Compare(a.Key().ID(), b.Key().ID()) })
	return all
}

// adminEngines are those in use, for the admin API.
func adminEngines() []adminapi.Engine {
	var all []adminapi.Engine
	for _, e := range runningEngines() {
		all = append(all, e)
	}
	return all
}

// currentLog is the log that Caddy uses now.
func currentLog() *zap.Logger { return caddy.Log().Named("http.handlers.discount") }

// strategyHeader writes what the headers of all quotes of a strategy have in common.
func strategyHeader(s *strategy.Strategy, pause document.Pause) (engine.Header, error) {
	sum := s.Fingerprint()
	identity := httpsfv.NewItem(sfv.Bare(s.Version()))
	identity.Params.Add("sha256", sum[:])
	text, err := httpsfv.Marshal(identity)
	if err != nil {
		return engine.Header{}, fmt.Errorf("writing the version as a header: %w", err)
	}
	rules, err := sfv.Items(s.Rules(), pause.After)
	if err != nil {
		return engine.Header{}, fmt.Errorf("writing the rule ids as a header: %w", err)
	}
	return engine.Header{Strategy: text, Rules: rules}, nil
}

// lookedForStrategy adds to an error where a relative path was looked for, see
// [strategyfile.LookedFor], for the path of a strategy as a configuration has it.
func lookedForStrategy(configured string, err error) error {
	return strategyfile.LookedFor(caddy.NewReplacer().ReplaceKnown(configured, ""), err)
}

// processLimiter is the one of the process: its processors are shared by all handlers.
var processLimiter = sync.OnceValue(func() *pace.BodyLimiter { return pace.NewBodyLimiter(max(1, runtime.GOMAXPROCS(0)/2)) })

// onStarted has do called, with its events, when the configuration that ctx is
// of has started. One that is only validated never does, nor one that is rejected.
func onStarted(ctx caddy.Context, do func(*caddyevents.App)) {
	app, err := ctx.AppIfConfigured("events")
	if err != nil {
		return // there is no configuration: a test provisions the handler by itself
	}
	if events, ok := app.(*caddyevents.App); ok {
		// The only error is that the app has started already, which it does after
		// every handler was provisioned.
		_ = events.On("started", startedFunc(func() { do(events) }))
	}
}

// startedFunc is called with the event.
type startedFunc func()

// Handle implements caddyevents.Handler.
func (f startedFunc) Handle(context.Context, caddy.Event) error {
	f()
	return nil
}
