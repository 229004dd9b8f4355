package discount

import (
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/promogate/caddy-discount/internal/engine"
	"github.com/promogate/caddy-discount/internal/handlers"
)

// sharedOptions are the options that belong to a strategy and not to a handler: all handlers
// of one strategy in a configuration have the same.
type sharedOptions struct {
	reload ReloadOptions
	guard  GuardOptions
	state  StateOptions
}

// shared are the options that a handler gives to its strategy.
func (o *Options) shared() sharedOptions { return sharedOptions{o.Reload, o.Guard, o.State} }

// share takes over the options of the strategy.
func (o *Options) share(s sharedOptions) { o.Reload, o.Guard, o.State = s.reload, s.guard, s.state }

// fill puts the defaults in where no handler gives anything.
func (s *sharedOptions) fill() error {
	setIfZero(&s.reload.Settle, defaultSettle)
	setIfZero(&s.reload.Poll, defaultPoll)
	s.guard.fill()
	return s.state.fill()
}

// merge adds what another handler gives. The error names each option to which the two give
// different values, and both values.
func (s *sharedOptions) merge(other sharedOptions) error {
	return errors.Join(
		agree("reload settle", &s.reload.Settle, other.reload.Settle, durationText),
		agree("reload poll", &s.reload.Poll, other.reload.Poll, durationText),
		agree("guard max_mean_change", &s.guard.MaxMeanChange, other.guard.MaxMeanChange, floatText),
		agreeIfGiven("guard max_free_orders", &s.guard.MaxFreeOrders, other.guard.MaxFreeOrders, floatText),
		agree("guard max_evaluation", &s.guard.MaxEvaluation, other.guard.MaxEvaluation, durationText),
		agree("guard min_sample", &s.guard.MinSample, other.guard.MinSample, strconv.Itoa),
		agree("state", &s.state.Dir, other.state.Dir, func(dir string) string { return dir }),
		agree("state keep", &s.state.Keep, other.state.Keep, strconv.Itoa),
		agree("state key", &s.state.Key, other.state.Key, nil),
		agreeIfGiven("state rollback", &s.state.NoRollback, other.state.NoRollback, rollbackText),
	)
}

// agree takes a value over that was left out so far. It is an error if both are given and
// not the same, which names them unless text is nil: then they are secret.
func agree[T comparable](name string, value *T, other T, text func(T) string) error {
	var none T
	switch {
	case other == none || *value == other:
		return nil
	case *value == none:
		*value = other
		return nil
	case text == nil:
		return fmt.Errorf("%s: one handler has another one than the other", name)
	}
	return fmt.Errorf("%s: one handler has %s and the other %s", name, text(*value), text(other))
}

// agreeIfGiven is agree for a value that may be given as zero.
func agreeIfGiven[T comparable](name string, value **T, other *T, text func(T) string) error {
	switch {
	case other == nil || *value != nil && **value == *other:
		return nil
	case *value == nil:
		*value = other
		return nil
	}
	return fmt.Errorf("%s: one handler has %s and the other %s", name, text(**value), text(*other))
}

func durationText(d caddy.Duration) string { return time.Duration(d).String() }

func floatText(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// rollbackText is the option as the Caddyfile has it.
func rollbackText(off bool) string {
	if off {
		return "off"
	}
	return "on"
}

// forEngine are the options as the engine of a strategy has them.
func (s *sharedOptions) forEngine(key engine.Key) engine.Options {
	return engine.Options{
		Settle: time.Duration(s.reload.Settle), Poll: time.Duration(s.reload.Poll),
		State: s.state.dirOf(key), LogKey: s.state.Key, Keep: s.state.Keep,
		Limits: s.guard.limits(), NoRollback: s.state.rollbackOff(),
	}
}

// configurations holds what the handlers of each configuration have in common, from the
// first handler that is provisioned to the last one that is cleaned up. A configuration is
// known by its registry of metrics, of which each has its own.
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

// joinConfiguration is the configuration that ctx is of. The first handler looks at what
// all others give: its strategy is opened before these are provisioned.
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
		return nil, fmt.Errorf("looking at the handlers of the configuration: %w", err)
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

// foresee takes note of what the handlers give that are not provisioned yet. What is wrong
// with one is for its own provisioning to say.
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

// agree adds what a handler gives to its strategy, and is all that is given so far.
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

// claim has the id of a strategy stand for it alone. Two have the same one by chance once in
// four billion times.
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
