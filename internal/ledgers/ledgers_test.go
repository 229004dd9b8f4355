package ledgers_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"go.uber.org/goleak"
	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/internal/ledgers"
	"github.com/promogate/caddy-discount/quota"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func init() {
	caddy.RegisterModule(fakeEngine{engine: "fake"})
	caddy.RegisterModule(fakeEngine{engine: ledgers.Default})
	caddy.RegisterModule(notAnEngine{})
}

// fakeEngine is an engine of ledgers in memory. What becomes of it is noted under its name.
type fakeEngine struct {
	engine string // its name in the program

	Name      string `json:"name,omitempty"`
	Namespace string `json:"namespace,omitempty"`
}

func (f fakeEngine) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{
		ID:  caddy.ModuleID(ledgers.Namespace + "." + f.engine),
		New: func() caddy.Module { return &fakeEngine{engine: f.engine} },
	}
}

// Provision notes that the module is loaded.
func (f *fakeEngine) Provision(caddy.Context) error {
	n := notesOf(f.Name)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.loaded = append(n.loaded, f.engine)
	return nil
}

// UnmarshalCaddyfile reads the name as an argument and the namespace in a block.
func (f *fakeEngine) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next()
	if d.NextArg() {
		f.Name = d.Val()
	}
	for nesting := d.Nesting(); d.NextBlock(nesting); {
		if d.Val() != "namespace" || !d.AllArgs(&f.Namespace) {
			return d.Errf("unknown option %q of an engine", d.Val())
		}
	}
	return nil
}

// Open implements [quota.Engine].
func (f *fakeEngine) Open(o quota.Origin) (quota.Opened, error) {
	n := notesOf(f.Name)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.opened = append(n.opened, o)
	if len(n.opened) <= n.fails {
		return quota.Opened{}, errNotReached
	}
	d, err := quota.NewDigester([]byte(strings.Repeat("k", quota.LeastKey)))
	return quota.Opened{Ledger: quota.NewMemory(time.Now), Digester: d, Timeout: time.Second, Terms: quota.Terms{Hold: time.Minute, Remember: time.Hour}}, err
}

// Cleanup notes that the module ends.
func (f *fakeEngine) Cleanup() error {
	n := notesOf(f.Name)
	n.mu.Lock()
	defer n.mu.Unlock()
	n.ended++
	return nil
}

var errNotReached = errors.New("the ledger is not reached")

// notes are what became of the engines of a name.
type notes struct {
	mu     sync.Mutex
	fails  int            // how many calls of Open fail first
	loaded []string       // the engines
	opened []quota.Origin // by calls of Open
	ended  int
}

// counts are how often engines were loaded, opened and ended.
func (n *notes) counts() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return fmt.Sprintf("%d loaded, %d opened, %d ended", len(n.loaded), len(n.opened), n.ended)
}

// noted are the notes by the name of engines. A test has names of its own, and the default engine has "".
var noted sync.Map

func notesOf(name string) *notes {
	n, _ := noted.LoadOrStore(name, new(notes))
	return n.(*notes)
}

// notAnEngine is a module in the namespace that is no engine.
type notAnEngine struct{}

func (notAnEngine) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: ledgers.Namespace + ".plain", New: func() caddy.Module { return new(notAnEngine) }}
}

// named is the configuration of a fake engine with the name of the test, and its notes.
func named(t *testing.T) (ledgers.Config, *notes) {
	t.Helper()
	noted.Delete(t.Name())
	t.Cleanup(func() { noted.Delete(t.Name()) })
	return ledgers.Config{Raw: json.RawMessage(fmt.Sprintf(`{"engine":"fake","name":%q}`, t.Name()))}, notesOf(t.Name())
}

// acquire acquires a ledger until the test ends, unless the test releases it.
func acquire(t *testing.T, c ledgers.Config) (l *ledgers.Ledger, release func()) {
	t.Helper()
	l, err := ledgers.Acquire(c, zap.NewNop)
	if err != nil {
		t.Fatal(err)
	}
	release = sync.OnceFunc(func() {
		if err := l.Release(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(release)
	return l, release
}

func TestAcquire(t *testing.T) {
	for _, c := range []struct {
		name, raw string
		nothing   bool   // nothing is counted
		engine    string // that is loaded
		says      string // the error; "" for none
	}{
		{name: "off", raw: `{"engine":"off"}`, nothing: true},
		{name: "off with an option", raw: `{"engine":"off","name":"x"}`, says: "off takes no options"},
		{name: "none is named", raw: "", engine: ledgers.Default},
		{name: "the default is named", raw: `{"engine":"embedded"}`, engine: ledgers.Default},
		{name: "another is named", raw: `{"engine":"fake"}`, engine: "fake"},
		{name: "an unknown one", raw: `{"engine":"nowhere"}`, says: `there is no engine "nowhere" in this program`},
		{name: "options alone", raw: `{"name":"x"}`, says: "the engine is missing"},
		{name: "an empty name", raw: `{"engine":""}`, says: "the engine is missing"},
		{name: "a name that is no text", raw: `{"engine":1}`, says: "the engine is missing"},
		{name: "no object", raw: `[]`, says: "cannot unmarshal array"},
		{name: "an unknown option", raw: `{"engine":"fake","size":1}`, says: `unknown field "size"`},
		{name: "a module that is no engine", raw: `{"engine":"plain"}`, says: "plain is no engine of a ledger"},
	} {
		t.Run(c.name, func(t *testing.T) {
			noted.Delete("")
			l, err := ledgers.Acquire(ledgers.Config{Raw: json.RawMessage(c.raw)}, zap.NewNop)
			if c.says != "" {
				if err == nil || !strings.Contains(err.Error(), c.says) || l != nil {
					t.Errorf("%v, error %v, want one that says %q", l, err, c.says)
				}
				return
			}
			if err != nil || (l == nil) != c.nothing {
				t.Fatalf("%v, %v", l, err)
			}
			defer func() {
				if err := l.Release(); err != nil {
					t.Error(err)
				}
			}()
			if got := strings.Join(notesOf("").loaded, " "); got != c.engine {
				t.Errorf("loaded %q, want %q", got, c.engine)
			}
		})
	}
}

func TestConfigurationsThatShareALedger(t *testing.T) {
	here := quota.Origin{Namespace: "shop.toml", StateDir: "/state/here"}
	for _, c := range []struct {
		name, one, other string // configurations of engines
		elsewhere        bool   // the other has another state directory
		share            bool
	}{
		{name: "equal ones", one: `{"engine":"fake","name":"a"}`, other: `{"engine":"fake","name":"a"}`, share: true},
		{name: "members in another order", one: `{"engine":"fake","name":"a","namespace":"n"}`, other: `{"namespace":"n","name":"a","engine":"fake"}`, share: true},
		{name: "the default, named and not", one: "", other: `{"engine":"embedded"}`, share: true},
		{name: "different options", one: `{"engine":"fake","name":"a"}`, other: `{"engine":"fake","name":"b"}`},
		{name: "an option more", one: `{"engine":"fake","name":"a"}`, other: `{"engine":"fake","name":"a","namespace":"n"}`},
		{name: "different engines", one: `{"engine":"fake"}`, other: `{"engine":"embedded"}`},
		{name: "different origins", one: `{"engine":"fake","name":"a"}`, other: `{"engine":"fake","name":"a"}`, elsewhere: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			there := here
			if c.elsewhere {
				there.StateDir = "/state/there"
			}
			one, _ := acquire(t, ledgers.Config{Raw: json.RawMessage(c.one), Origin: here})
			other, _ := acquire(t, ledgers.Config{Raw: json.RawMessage(c.other), Origin: there})
			if (one == other) != c.share {
				t.Errorf("they share a ledger: %v", one == other)
			}
		})
	}
}

func TestALedgerIsOpenedWhenItIsNeededAndOnce(t *testing.T) {
	config, n := named(t)
	config.Origin = quota.Origin{Namespace: "shop.toml", StateDir: "/state"}
	l, _ := acquire(t, config)
	again, _ := acquire(t, config)
	if got := n.counts(); got != "1 loaded, 0 opened, 0 ended" || l.Opened() != nil {
		t.Fatalf("before it is needed: %s", got)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if err := again.Open(); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if got := n.counts(); got != "1 loaded, 1 opened, 0 ended" {
		t.Errorf("after it was needed eight times: %s", got)
	}
	if n.opened[0] != config.Origin {
		t.Errorf("opened for %+v, want %+v", n.opened[0], config.Origin)
	}
	if l.Opened() == nil || l.Opened() != again.Opened() {
		t.Error("its handlers have not the same ledger")
	}
}

func TestALedgerThatCannotBeOpenedIsTriedAgain(t *testing.T) {
	config, n := named(t)
	n.fails = 2
	l, _ := acquire(t, config)
	for try := range n.fails {
		if err := l.Open(); !errors.Is(err, errNotReached) || l.Opened() != nil {
			t.Errorf("try %d: %v, %v", try, l.Opened(), err)
		}
	}
	if err := l.Open(); err != nil || l.Opened() == nil {
		t.Errorf("after it can be reached: %v, %v", l.Opened(), err)
	}
	if got := n.counts(); got != "1 loaded, 3 opened, 0 ended" {
		t.Error(got)
	}
}

// What prevents a ledger from being opened may go away without an edit.
func TestALedgerThatCannotBeOpenedIsTriedAgainByItself(t *testing.T) {
	for _, c := range []struct {
		name     string
		released bool // before it is tried again
		want     string
	}{
		{name: "in use", want: "1 loaded, 3 opened, 1 ended"},
		{name: "not in use any more", released: true, want: "1 loaded, 1 opened, 1 ended"},
	} {
		t.Run(c.name, func(t *testing.T) {
			config, n := named(t)
			n.fails = 2
			synctest.Test(t, func(t *testing.T) {
				l, release := acquire(t, config)
				if err := l.Open(); !errors.Is(err, errNotReached) {
					t.Errorf("the first try: %v", err)
				}
				if c.released {
					release()
				}
				time.Sleep(time.Minute)
				if opened := l.Opened() != nil; opened == c.released {
					t.Errorf("opened: %v", opened)
				}
				release()
			})
			if got := n.counts(); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestALedgerEndsWithItsLastHandler(t *testing.T) {
	for _, c := range []struct {
		name string
		open bool
		want string // notes in the end
	}{
		{name: "opened", open: true, want: "1 loaded, 1 opened, 1 ended"},
		{name: "never opened", want: "1 loaded, 0 opened, 1 ended"},
	} {
		t.Run(c.name, func(t *testing.T) {
			config, n := named(t)
			l, releaseFirst := acquire(t, config)
			_, releaseLast := acquire(t, config)
			if c.open {
				if err := l.Open(); err != nil {
					t.Fatal(err)
				}
			}
			releaseFirst()
			if n.ended != 0 {
				t.Error("it ended with its first handler")
			}
			releaseLast()
			if err := l.Open(); err != nil { // as for an edit that is told late
				t.Error(err)
			}
			if got := n.counts(); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
			if fresh, _ := acquire(t, config); fresh == l {
				t.Error("a ledger that has ended is used again")
			}
		})
	}
}

func TestAStrategyHasOneReserver(t *testing.T) {
	config, _ := named(t)
	l, _ := acquire(t, config)
	before := l.Reserver("one")
	if err := l.Open(); err != nil {
		t.Fatal(err)
	}
	if l.Reserver("one") != before {
		t.Error("a strategy has two")
	}
	if l.Reserver("other") == before {
		t.Error("two strategies have one")
	}
}

// A handler that counts nothing has a nil Ledger.
func TestNoLedger(t *testing.T) {
	var l *ledgers.Ledger
	if err := errors.Join(l.Open(), l.Release()); err != nil || l.Opened() != nil {
		t.Errorf("%v, %v", l.Opened(), err)
	}
	if l.Reserver("one") == nil {
		t.Error("orders cannot be priced")
	}
}
