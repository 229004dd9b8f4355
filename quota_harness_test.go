package discount

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/promogate/caddy-discount/quota"
)

func init() { caddy.RegisterModule(new(memoryEngine)) }

// memoryEngine is a ledger in memory, for tests that look into it.
type memoryEngine struct {
	Name string `json:"name,omitempty"`
	Note string `json:"note,omitempty"` // makes it another configuration
}

// memories are the ledgers of memoryEngine by name. A test has one of its own.
var memories sync.Map

// memory is a ledger in memory that can be switched off and counts calls.
type memory struct {
	*quota.Memory
	down            atomic.Bool
	reserves, reads atomic.Int64
	ahead           atomic.Int64 // what its clock is ahead by
}

func (*memoryEngine) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.discount.ledgers.memory", New: func() caddy.Module { return new(memoryEngine) }}
}

func (m *memoryEngine) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next()
	d.NextArg()
	m.Name = d.Val()
	if d.NextArg() {
		m.Note = d.Val()
	}
	return nil
}

// Open implements quota.Engine.
func (m *memoryEngine) Open(quota.Origin) (quota.Opened, error) {
	d, err := quota.NewDigester([]byte(strings.Repeat("k", quota.LeastKey)))
	return quota.Opened{Ledger: memoryCalled(m.Name), Digester: d, Timeout: time.Second, Terms: quota.Terms{Hold: 10 * time.Minute, Remember: time.Hour}}, err
}

func memoryCalled(name string) *memory {
	m := &memory{}
	m.Memory = quota.NewMemory(func() time.Time { return time.Now().Add(time.Duration(m.ahead.Load())) })
	value, _ := memories.LoadOrStore(name, m)
	return value.(*memory)
}

func (m *memory) Reserve(ctx context.Context, q quota.Request) (quota.Grant, []quota.Denial, error) {
	m.reserves.Add(1)
	if m.down.Load() {
		return quota.Grant{}, nil, context.DeadlineExceeded
	}
	return m.Memory.Reserve(ctx, q)
}

func (m *memory) Settle(ctx context.Context, all []quota.Settlement) ([]quota.Settled, error) {
	if m.down.Load() {
		return nil, context.DeadlineExceeded
	}
	return m.Memory.Settle(ctx, all)
}

func (m *memory) Read(ctx context.Context, keys []quota.Key) ([]quota.Count, error) {
	m.reads.Add(1)
	if m.down.Load() {
		return nil, context.DeadlineExceeded
	}
	return m.Memory.Read(ctx, keys)
}

// count is the count of a quota that is for ever and for all.
func (m *memory) count(t *testing.T, kind quota.Kind, name string) quota.Count {
	t.Helper()
	counts, err := m.Memory.Read(context.Background(), []quota.Key{quota.Counter{Kind: kind, Name: name}.Key()})
	if err != nil {
		t.Fatal(err)
	}
	return counts[0]
}

// limited halves five units at most.
const limited = "version = \"v1\"\ncurrency = \"CNY\"\n[rule.flash]\ndiscount_rate = 0.5\nquota = { units = 5 }\n"

// openLimited is open with a ledger in memory; LEDGER in the site is the option for it.
func openLimited(t *testing.T, strategy, site string) (*shop, *memory) {
	t.Helper()
	memories.Delete(t.Name())
	m := memoryCalled(t.Name())
	t.Cleanup(func() { memories.Delete(t.Name()) })
	return open(t, strategy, strings.ReplaceAll(site, "LEDGER", "ledger memory \""+t.Name()+"\"")), m
}
