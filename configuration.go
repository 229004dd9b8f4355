package discount

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/promogate/caddy-discount/internal/handlers"
)

// configurations holds what the handlers of each configuration have in common, from the
// first handler that is provisioned to the last one that is cleaned up. A configuration is
// known by its registry of metrics, of which each has its own.
var configurations = caddy.NewUsagePool()

// configuration is what the handlers of one configuration give to their strategies.
type configuration struct {
	registry *prometheus.Registry

	mu  sync.Mutex
	by  map[liveKey]*agreement
	ids map[string]liveKey
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
		c := &configuration{registry: registry, by: make(map[liveKey]*agreement), ids: make(map[string]liveKey)}
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
		a.err = fmt.Errorf("%s: handlers of one strategy and env have to agree, or leave it out in all but one:\n%w", key.text(), err)
	}
	s := a.given
	return s, errors.Join(a.err, s.fill())
}

// claim has the id of a strategy stand for it alone. Two have the same one by chance once in
// four billion times.
func (c *configuration) claim(key liveKey) error {
	id := key.id()
	if other, taken := c.ids[id]; taken {
		return fmt.Errorf("%s and %s have the same id, %s: rename one", other.text(), key.text(), id)
	}
	c.ids[id] = key
	return nil
}

// of is what the handlers of a strategy agree on, once all of them are provisioned.
func (c *configuration) of(key liveKey) sharedOptions {
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.by[key].given
	_ = s.fill() // which succeeded for every handler
	return s
}
