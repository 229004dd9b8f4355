package redisledger_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/promogate/caddy-discount/quota"
	redisledger "github.com/promogate/caddy-discount/quota/redis"
	"github.com/promogate/caddy-discount/quota/redis/redistest"
)

var secret = strings.Repeat("k", quota.LeastKey)

// read reads a module from what follows `ledger` in a Caddyfile.
func read(text string) (*redisledger.Module, error) {
	var m redisledger.Module
	err := m.UnmarshalCaddyfile(caddyfile.NewTestDispenser(text))
	return &m, err
}

// configured is a module as a configuration has it. Its cleanup is the test's.
func configured(t *testing.T, text string) (*redisledger.Module, error) {
	t.Helper()
	m, err := read(text)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := caddy.NewContext(caddy.Context{Context: context.Background()})
	t.Cleanup(cancel)
	t.Cleanup(func() {
		if err := m.Cleanup(); err != nil {
			t.Error(err)
		}
	})
	return m, m.Provision(ctx)
}

func opened(t *testing.T, m *redisledger.Module) quota.Opened {
	t.Helper()
	l, err := m.Open(quota.Origin{Namespace: "discount.toml"})
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestModuleIsRegistered(t *testing.T) {
	t.Parallel()
	info, err := caddy.GetModule("http.discount.ledgers.redis")
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := info.New().(quota.Engine); !ok {
		t.Errorf("%T opens no ledger", info.New())
	}
}

// Equal configurations share one ledger, which is closed with the last of them.
func TestModulesShareALedger(t *testing.T) {
	server := redistest.Start(t, redistest.Options{})
	t.Setenv("LEDGER_URL", server.URL())
	text := "redis {env.LEDGER_URL} {\nnamespace shop\nkey " + secret + "\ntimeout 10s\nhold 1m\nremember 1h\nunresolved keep\n}"
	old, err := configured(t, text)
	if err != nil {
		t.Fatal(err)
	}
	newer, err := configured(t, text)
	if err != nil {
		t.Fatal(err)
	}
	a, b := opened(t, old), opened(t, newer)
	if a.Ledger != b.Ledger {
		t.Error("two ledgers for one configuration")
	}
	if want := (quota.Terms{Hold: time.Minute, Remember: time.Hour, Keep: true}); a.Terms != want || a.Timeout != 10*time.Second {
		t.Errorf("opened %+v", a)
	}
	if err := old.Cleanup(); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Ledger.Read(context.Background(), []quota.Key{key("a")}); err != nil {
		t.Errorf("reading after a reload: %v", err)
	}
	if err := newer.Cleanup(); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Ledger.Read(context.Background(), []quota.Key{key("a")}); !errors.Is(err, quota.ErrClosed) {
		t.Errorf("reading after the last configuration: %v", err)
	}
}

func TestModuleAsJSON(t *testing.T) {
	t.Parallel()
	m, err := read("redis redis://10.0.0.5:6379 {\nnamespace shop\ntimeout 20ms\n}")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(m)
	if want := `{"url":"redis://10.0.0.5:6379","namespace":"shop","timeout":20000000}`; err != nil || string(text) != want {
		t.Errorf("%s, %v, want %s", text, err, want)
	}
}

func TestBadModules(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ text, says string }{
		"no key":         {text: "redis redis://10.0.0.5 {\nnamespace shop\n}", says: "ledger: key is missing"},
		"no namespace":   {text: "redis redis://10.0.0.5 {\nkey " + secret + "\n}", says: "ledger: namespace is missing"},
		"a short key":    {text: "redis redis://10.0.0.5 {\nkey short\n}", says: "ledger: key: "},
		"no such scheme": {text: "redis http://10.0.0.5 {\nnamespace shop\nkey " + secret + "\n}", says: "ledger: the URL of the server: redis: invalid URL scheme: http"},
		"a URL not set":  {text: "redis {env.LEDGER_URL_THAT_IS_NOT_SET} {\nnamespace shop\nkey " + secret + "\n}", says: "ledger: redis: "},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := configured(t, test.text); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error = %v, want one that says %q", err, test.says)
			}
		})
	}
	for name, test := range map[string]struct{ text, says string }{
		"no URL":         {text: "redis {\nnamespace shop\n}", says: "redis takes exactly one argument"},
		"two URLs":       {text: "redis a b", says: "redis takes exactly one argument"},
		"another option": {text: "redis a {\ndir x\n}", says: `unknown ledger option "dir"`},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := read(test.text); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error = %v, want one that says %q", err, test.says)
			}
		})
	}
}

// A wrong password is an error of the configuration. A server that cannot be reached is none.
func TestModuleAtStart(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, redistest.Options{Password: true})
	m, err := configured(t, "redis redis://:wrong@"+server.Addr()+" {\nnamespace shop\nkey "+secret+"\n}")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := m.Open(quota.Origin{}); err == nil || !strings.Contains(err.Error(), "WRONGPASS") || strings.Contains(err.Error(), "wrong@") {
		t.Errorf("with a wrong password: %v", err)
	}
	server.Kill()
	again, err := configured(t, "redis "+server.URL()+" {\nnamespace shop\nkey "+secret+"\n}")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := opened(t, again).Ledger.Read(context.Background(), nil); err == nil {
		t.Error("read from a server that is not there")
	}
}

// Gateways whose keys differ do not share the counts of customers.
func TestAnotherKey(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, redistest.Options{})
	var warnings []string
	o := options(server.URL(), "shop")
	o.Warn = func(text string) { warnings = append(warnings, text) }
	for i := range byte(3) {
		o.KeyID = quota.Digest{1 + i/2}
		openShop(t, o)
	}
	if len(warnings) != 1 || !strings.Contains(warnings[0], "another key") {
		t.Errorf("warnings %q, want one at the third gateway", warnings)
	}
}
