package cli

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/spf13/cobra"
	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/internal/adminapi"
	"github.com/promogate/caddy-discount/internal/engine"
	"github.com/promogate/caddy-discount/internal/telemetry"
	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
)

// countingGateway is the admin API of a strategy whose orders are counted.
type countingGateway struct {
	*testing.T
	address string
	ledger  *quota.Memory
}

func openCounting(t *testing.T, text string) *countingGateway {
	t.Helper()
	path := filepath.Join(t.TempDir(), "flash.toml")
	if err := os.WriteFile(path, []byte("version = \"v1\"\n"+text), 0o644); err != nil {
		t.Fatal(err)
	}
	g := &countingGateway{T: t, ledger: quota.NewMemory(time.Now)}
	digester, err := quota.NewDigester(make([]byte, quota.LeastKey))
	if err != nil {
		t.Fatal(err)
	}
	measured := telemetry.MeasureLedger(g.ledger)
	t.Cleanup(measured.End)
	h := &engine.Handler{Source: "headers", Ledger: func() (engine.Ledger, bool) { return engine.Ledger{Ledger: measured, Digester: digester}, true }}
	e, err := engine.Open(engine.Key{Path: path}, engine.Options{}, h, engine.Host{
		Log:    zap.NewNop,
		Header: func(*strategy.Strategy, document.Pause) (engine.Header, error) { return engine.Header{}, nil },
	})
	if err != nil {
		t.Fatal(err)
	}
	e.Started(h)
	t.Cleanup(func() {
		e.Leave(h)
		if err := e.Destruct(); err != nil {
			t.Error(err)
		}
	})
	routes := adminapi.NewServer(func() []adminapi.Engine { return []adminapi.Engine{e} }).Routes()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var failed caddy.APIError
		if err := routes[0].Handler.ServeHTTP(w, r); errors.As(err, &failed) {
			w.WriteHeader(failed.HTTPStatus)
			_, _ = w.Write([]byte(`{"error": "` + strings.ReplaceAll(failed.Error(), `"`, `\"`) + `"}`))
		}
	}))
	t.Cleanup(server.Close)
	g.address = strings.TrimPrefix(server.URL, "http://")
	return g
}

// reserve holds so much of a count for an order.
func (g *countingGateway) reserve(order quota.ID, c quota.Counter, amount int64) {
	g.Helper()
	q := quota.Request{Order: order, Attempt: order, Terms: quota.Terms{Hold: time.Hour, Remember: time.Hour}, Takes: []quota.Take{{Key: c.Key(), Amount: amount, Limit: 1000}}}
	if _, _, err := g.ledger.Reserve(g.Context(), q); err != nil {
		g.Fatal(err)
	}
}

// run runs a command against the gateway.
func (g *countingGateway) run(c *cobra.Command, args ...string) (out string, err error) {
	g.Helper()
	var text bytes.Buffer
	c.SetArgs(append(args, "--address", g.address))
	c.SetOut(&text)
	c.SilenceErrors, c.SilenceUsage = true, true
	err = c.Execute()
	return text.String(), err
}

// good is run for a command that has to succeed.
func (g *countingGateway) good(c *cobra.Command, args ...string) string {
	g.Helper()
	out, err := g.run(c, args...)
	if err != nil {
		g.Fatalf("%q: %v", args, err)
	}
	return out
}

const flashRules = "[rule.flash]\ndiscount_rate = 0.5\nquota = { units = 500, units_per_customer = 2 }\n[rule.daily]\ndiscount_amount = 1\nquota = { budget = 12.50, per = \"day\" }\n"

func TestQuotasAreShown(t *testing.T) {
	t.Parallel()
	g := openCounting(t, flashRules)
	g.reserve(quota.NewID(), quota.Counter{Kind: quota.Units, Name: "flash"}, 3)
	want := "QUOTA                     LIMIT  USED  HELD  LEFT  PER                  UNRESOLVED\n" +
		"daily.budget               1250     0     0  1250  day from YYYY-MM-DD           0\n" +
		"flash.units                 500     3     3   497                                0\n" +
		"flash.units_per_customer      2                                                  0\n"
	if got := regexp.MustCompile(`\d{4}-\d\d-\d\d`).ReplaceAllString(g.good(quotasCommand()), "YYYY-MM-DD"); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if got := g.good(quotasCommand(), "--customer", "c-1"); !strings.Contains(got, "flash.units_per_customer      2     0     0     2") {
		t.Errorf("of a customer\n%s", got)
	}
	if got := g.good(quotasCommand(), "--json"); !strings.Contains(got, `"quota": "flash.units"`) || !strings.Contains(got, `"left": 497`) {
		t.Errorf("as JSON\n%s", got)
	}
}

func TestAQuotaIsAdjusted(t *testing.T) {
	t.Parallel()
	g := openCounting(t, flashRules)
	if got := g.good(quotasCommand(), "adjust", "flash.units", "--by", "20", "--reason", "sold in the shop"); got != "flash.units: 20 committed, 0 before; 480 of 500 left\n" {
		t.Errorf("printed %q", got)
	}
	if got := g.good(quotasCommand(), "adjust", "flash.units", "--by=-5", "--reason", "came back"); got != "flash.units: 15 committed, 20 before; 485 of 500 left\n" {
		t.Errorf("printed %q", got)
	}
	if got := g.good(quotasCommand(), "adjust", "flash.units_per_customer", "--customer", "c-1", "--by", "2", "--reason", "bought twice"); !strings.HasSuffix(got, "0 of 2 left\n") {
		t.Errorf("printed %q", got)
	}
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"no quota":       {args: []string{"adjust"}, says: "want one QUOTA such as flash.units"},
		"by nothing":     {args: []string{"adjust", "flash.units", "--reason", "x"}, says: "--by is missing"},
		"no reason":      {args: []string{"adjust", "flash.units", "--by", "1"}, says: "--reason is missing"},
		"another quota":  {args: []string{"adjust", "flash.uses", "--by", "1", "--reason", "x"}, says: `there is no quota "flash.uses"`},
		"no customer":    {args: []string{"adjust", "flash.units_per_customer", "--by", "1", "--reason", "x"}, says: "say which with --customer"},
		"below nothing":  {args: []string{"adjust", "flash.units", "--by=-16", "--reason", "x"}, says: "the count would be below zero: 15 are committed"},
		"another id":     {args: []string{"adjust", "flash.units", "--by", "1", "--reason", "x", "--id", "none"}, says: `no strategy in service has the id "none"`},
		"a wrong action": {args: []string{"adapt"}, says: `unknown command "adapt"`},
	} {
		if _, err := g.run(quotasCommand(), c.args...); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want an error that says %q", name, err, c.says)
		}
	}
}

func TestUnresolvedOrdersAreShownAndSettled(t *testing.T) {
	t.Parallel()
	g := openCounting(t, flashRules)
	if got := g.good(reservationsCommand(), "--unresolved"); got != "No order is unresolved.\n" {
		t.Errorf("printed %q", got)
	}
	order := quota.NewID()
	g.reserve(order, quota.Counter{Kind: quota.Budget, Name: "daily", Window: "day 2026-11-30"}, 40)
	if _, err := g.ledger.Settle(t.Context(), []quota.Settlement{{Order: order, Attempt: order, Outcome: quota.Unknown}}); err != nil {
		t.Fatal(err)
	}
	if got := g.good(reservationsCommand(), "--unresolved"); !strings.Contains(got, order.String()+"  held, unknown  ") || !strings.Contains(got, "  daily.budget 40 day 2026-11-30\n") {
		t.Errorf("printed\n%s", got)
	}
	if got := g.good(reservationsCommand(), "--unresolved", "--json"); !strings.Contains(got, `"unknown": true`) {
		t.Errorf("as JSON\n%s", got)
	}
	for name, c := range map[string]struct {
		args []string
		says string
	}{
		"others":           {says: "--unresolved is missing"},
		"no outcome":       {args: []string{"settle", order.String()}, says: "want an ID and commit"},
		"no reason":        {args: []string{"settle", order.String(), "commit"}, says: "--reason is missing"},
		"held for no time": {args: []string{"settle", order.String(), "hold", "--reason", "x"}, says: "--for is missing"},
		"no such outcome":  {args: []string{"settle", order.String(), "lapse", "--reason", "x"}, says: `outcome: "lapse" is none of`},
		"no such order":    {args: []string{"settle", quota.NewID().String(), "commit", "--reason", "x"}, says: "has no such reservation"},
	} {
		if _, err := g.run(reservationsCommand(), c.args...); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want an error that says %q", name, err, c.says)
		}
	}
	if got := g.good(reservationsCommand(), "settle", order.String(), "hold", "--for", "15m", "--reason", "payment pending"); got != order.String()+": held\n" {
		t.Errorf("printed %q", got)
	}
	if got := g.good(reservationsCommand(), "settle", order.String(), "commit", "--reason", "paid"); got != order.String()+": committed\n" {
		t.Errorf("printed %q", got)
	}
	if got := g.good(reservationsCommand(), "--unresolved"); got != "No order is unresolved.\n" {
		t.Errorf("printed %q", got)
	}
}
