package embedded

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/quota/ledgeroptions"
)

func init() { caddy.RegisterModule(new(Module)) }

// Module counts in a file of the state directory, for one gateway. It is the default as soon as a
// strategy has a quota.
//
// What it has granted is on the disk before the order goes on: a crash loses nothing. A second
// gateway on the same file has no ledger until the first ends. Several gateways, each with a file of
// its own, multiply every limit: they need `ledger redis`.
type Module struct {
	ledgeroptions.Options

	opened []string // paths in the pool
}

// ledgers are the ledgers in use, by their paths. Handlers with the same path share one, across
// sites and configuration reloads.
var ledgers = caddy.NewUsagePool()

// CaddyModule returns the Caddy module information.
func (*Module) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.discount.ledgers.embedded", New: func() caddy.Module { return new(Module) }}
}

// UnmarshalCaddyfile reads the options:
//
//	embedded {
//		namespace  <name>
//		key        <secret>
//		timeout    <duration>
//		hold       <duration>
//		remember   <duration>
//		unresolved expire|keep
//	}
func (m *Module) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next()
	if d.CountRemainingArgs() > 0 {
		return d.ArgErr()
	}
	return m.Unmarshal(d)
}

// Provision checks the options.
func (m *Module) Provision(caddy.Context) error {
	return m.Options.Provision()
}

// Cleanup closes the ledgers that no other configuration uses.
func (m *Module) Cleanup() error {
	var errs []error
	for _, path := range m.opened {
		_, err := ledgers.Delete(path)
		errs = append(errs, err)
	}
	m.opened = nil
	return errors.Join(errs...)
}

// Open implements [quota.Engine].
func (m *Module) Open(o quota.Origin) (quota.Opened, error) {
	opened, err := m.openIn(o)
	if err != nil {
		return quota.Opened{}, fmt.Errorf("ledger: %w", err)
	}
	return opened, nil
}

func (m *Module) openIn(o quota.Origin) (quota.Opened, error) {
	if o.StateDir == "" {
		return quota.Opened{}, errors.New("it needs a state directory")
	}
	name := m.Namespace
	if name == "" {
		name = o.Namespace
	}
	dir, err := filepath.Abs(filepath.Join(o.StateDir, "ledger"))
	if err != nil {
		return quota.Opened{}, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return quota.Opened{}, err
	}
	path := filepath.Join(dir, name+".db")
	digester, err := m.digester(path, filepath.Join(dir, name+".key"))
	if err != nil {
		return quota.Opened{}, err
	}
	l, err := m.acquire(path, digester)
	return quota.Opened{Ledger: l, Digester: digester, Terms: m.Terms(), Timeout: time.Duration(m.Timeout)}, err
}

// digester is that of the key that is configured, else of the key beside the ledger.
func (m *Module) digester(ledger, key string) (*quota.Digester, error) {
	if m.Key != "" {
		return m.Digester()
	}
	return keptDigester(ledger, key)
}

// acquire returns the ledger at a path, which this module uses until Cleanup. The log has an error if
// the file cannot be opened yet.
func (m *Module) acquire(path string, d *quota.Digester) (*Ledger, error) {
	value, _, err := ledgers.LoadOrNew(path, func() (caddy.Destructor, error) {
		_, missing := os.Stat(path)
		l, err := open(&Ledger{path: path, digester: d, log: currentLog})
		switch {
		case err != nil:
			currentLog().Error("cannot open ledger", zap.Error(err))
		case missing != nil:
			currentLog().Warn("new ledger: every count starts at zero; another gateway has counts of its own", zap.String("path", path))
		default:
			currentLog().Info("ledger open; another gateway has counts of its own", zap.String("path", path))
		}
		return l, nil
	})
	if err != nil {
		return nil, err
	}
	m.opened = append(m.opened, path)
	l := value.(*Ledger)
	if l.digester.KeyID() != d.KeyID() {
		return nil, fmt.Errorf("key: %s is in use with another key", path)
	}
	return l, nil
}

// currentLog is the log that Caddy uses now: a ledger outlives the configuration that opened it.
func currentLog() *zap.Logger { return caddy.Log().Named("http.discount.ledgers.embedded") }

// Interface guards
var (
	_ caddy.Provisioner     = (*Module)(nil)
	_ caddy.CleanerUpper    = (*Module)(nil)
	_ caddyfile.Unmarshaler = (*Module)(nil)
	_ quota.Engine          = (*Module)(nil)
)
