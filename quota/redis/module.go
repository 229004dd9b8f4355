package redisledger

import (
	"errors"
	"fmt"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/internal/directive"
	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/quota/ledgeroptions"
)

func init() { caddy.RegisterModule(new(Module)) }

// Module counts in Redis 6.2 or later, or in Valkey, for any number of gateways. All gateways with the
// same server, `namespace` and `key` share their counts. Both are required.
//
// Redis may lose what it acknowledged. With `appendfsync always` a crash loses nothing. With
// `appendfsync everysec`, after a failover and after FLUSHALL, each gateway sends again what it was
// granted, before it grants anything else: what then is beyond a limit is counted and shown as over.
// A `maxmemory-policy` that may drop any key is refused.
//
// A server that cannot be reached is no error: the gateway starts, and rules follow their `on_outage`
// until it can be. A wrong password is one.
type Module struct {
	// Where the server is: `redis://[[user]:password@]host[:port][/database]`, `rediss://` with TLS,
	// or `unix://` and a path. Placeholders are expanded.
	URL string `json:"url,omitempty"`

	ledgeroptions.Options

	opened []poolKey
}

// ledgers are the ledgers in use. Handlers with the same configuration share one, across sites and
// configuration reloads.
var ledgers = caddy.NewUsagePool()

// poolKey is what ledgers with one client have in common.
type poolKey struct {
	url, namespace string
	timeout        time.Duration
	key            quota.Digest
}

// pooled is a ledger in the pool.
type pooled struct{ *Ledger }

// Destruct closes a ledger that no configuration uses any more.
func (p pooled) Destruct() error { return p.Close() }

// CaddyModule returns the Caddy module information.
func (*Module) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.discount.ledgers.redis", New: func() caddy.Module { return new(Module) }}
}

// UnmarshalCaddyfile reads the options:
//
//	redis <url> {
//		namespace  <name>
//		key        <secret>
//		timeout    <duration>
//		hold       <duration>
//		remember   <duration>
//		unresolved expire|keep
//	}
func (m *Module) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next()
	if err := directive.Word(d, &m.URL); err != nil {
		return err
	}
	return m.Unmarshal(d)
}

// Provision checks the options. Errors contain neither the key nor the password.
func (m *Module) Provision(caddy.Context) error {
	if err := directive.Expand("ledger: redis", &m.URL); err != nil {
		return err
	}
	if err := m.Options.Provision(); err != nil {
		return err
	}
	if m.Key == "" {
		return errors.New("ledger: key is missing: gateways that share counts digest customers and codes with the same key")
	}
	_, err := m.options(quota.Digest{}).client()
	return directive.InOption("ledger", err)
}

// Cleanup closes the ledgers that no other configuration uses.
func (m *Module) Cleanup() error {
	var errs []error
	for _, key := range m.opened {
		_, err := ledgers.Delete(key)
		errs = append(errs, err)
	}
	m.opened = nil
	return errors.Join(errs...)
}

// Open implements [quota.Engine].
func (m *Module) Open(quota.Origin) (quota.Opened, error) {
	digester, err := m.Digester()
	if err != nil {
		return quota.Opened{}, fmt.Errorf("ledger: %w", err)
	}
	o := m.options(digester.KeyID())
	key := poolKey{url: o.URL, namespace: o.Namespace, timeout: o.Timeout, key: o.KeyID}
	value, _, err := ledgers.LoadOrNew(key, func() (caddy.Destructor, error) {
		l, err := Open(o)
		if err != nil {
			return nil, err
		}
		l.Notify(func(n quota.Notice) { logNotice(o.Namespace, n) })
		return pooled{l}, nil
	})
	if err != nil {
		return quota.Opened{}, fmt.Errorf("ledger: %w", err)
	}
	m.opened = append(m.opened, key)
	return quota.Opened{Ledger: value.(pooled).Ledger, Digester: digester, Terms: m.Terms(), Timeout: o.Timeout}, nil
}

func (m *Module) options(keyID quota.Digest) Options {
	namespace := m.Namespace
	return Options{
		URL: m.URL, Namespace: namespace, KeyID: keyID, Timeout: time.Duration(m.Timeout),
		Warn: func(text string) {
			currentLog().Warn("ledger is doubtful", zap.String("namespace", namespace), zap.String("why", text))
		},
	}
}

// logNotice logs what an engine says of its ledger.
func logNotice(namespace string, n quota.Notice) {
	log := currentLog().With(zap.String("namespace", namespace))
	switch n.Event {
	case quota.Down:
		log.Error("ledger unreachable", zap.Error(n.Err))
	case quota.Up:
		log.Info("ledger reachable again")
	case quota.Forgot:
		over := make(map[string]int64)
		for _, o := range n.Over {
			c, _ := o.Key.Counter() // one that cannot be read has no name
			over[c.Name] += o.By
		}
		log.Warn("ledger sent again what the server may have forgotten", zap.Int("orders", n.Sent), zap.Int("unknown", n.Unknown), zap.Any("over", over))
	}
}

// currentLog is the log that Caddy uses now: a ledger outlives the configuration that opened it.
func currentLog() *zap.Logger { return caddy.Log().Named("http.discount.ledgers.redis") }

// Interface guards
var (
	_ caddy.Provisioner     = (*Module)(nil)
	_ caddy.CleanerUpper    = (*Module)(nil)
	_ caddyfile.Unmarshaler = (*Module)(nil)
	_ quota.Engine          = (*Module)(nil)
	_ quota.Notifier        = (*Ledger)(nil)
)
