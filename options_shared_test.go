package discount

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2"

	"github.com/promogate/caddy-discount/internal/engine"
)

// beside is a site with a guard on discount alone, beside a discount_quote without one.
const beside = "discount_quote /quote STRATEGY\n" + guarded

// A strategy that two handlers use is one, with one id, whatever either leaves out. So a
// rollback puts back what orders are priced by.
func TestOneStrategyIsOneWhateverItsHandlersLeaveOut(t *testing.T) {
	s := open(t, half, beside)
	if all := runningEngines(); len(all) != 1 {
		t.Fatalf("%d strategies are in service, want one: %+v", len(all), all)
	}
	l := runningEngines()[0]
	first := l.Live().Fingerprint
	s.fill(3)
	s.save(takes("v2", "0.4"))
	s.logs("strategy activated", `"version":"v2"`)
	s.save(takes("v3", "0.9"))
	s.logs("strategy refused", `"version":"v3"`, "max_mean_change") // for both
	if err := l.Rollback(first, "", ""); err != nil {
		t.Fatal(err)
	}
	if got := s.price(); got != "500" {
		t.Errorf("the order has a discount of %s after the rollback, want 500", got)
	}
	quote := s.send(strings.Replace(jsonRequest(tenYuan), "/orders", "/quote", 1))
	if !strings.Contains(quote.body, `"discount":500`) {
		t.Errorf("the quote after the rollback is %s", quote.body)
	}
}

// What a strategy shares among its handlers is given once, or alike.
func TestHandlersOfOneStrategyHaveToAgree(t *testing.T) {
	two := func(one, other string) string {
		return "discount_quote /quote STRATEGY {\n" + one + "\n}\ndiscount /orders* STRATEGY {\n" + other + "\n}\nreverse_proxy UPSTREAM"
	}
	within := func(block, option string) string { return block + " {\n" + option + "\n}" }
	nested := "handle /a* {\nroute {\nhandle {\ndiscount STRATEGY {\nreload {\npoll 2s\n}\n}\n}\n}\n}\n" +
		"handle_errors {\ndiscount STRATEGY {\nreload {\npoll 3s\n}\n}\n}\nreverse_proxy UPSTREAM"
	for name, c := range map[string]struct {
		site string
		want []string // parts of the error; none if there is none
	}{
		"the same":                {site: two(within("guard", "max_mean_change 2"), within("guard", "max_mean_change 2"))},
		"the same, by value":      {site: two(within("guard", "max_free_orders 5%"), within("guard", "max_free_orders 0.05"))},
		"in units of their own":   {site: two(within("reload", "settle 50ms"), within("reload", "settle 0.05s"))},
		"left out by one":         {site: two("", within("guard", "max_mean_change 2")+"\n"+within("reload", "poll 2s")+"\nstate off")},
		"each something else":     {site: two(within("guard", "max_mean_change 2"), within("guard", "max_free_orders 5%"))},
		"another settle":          {site: two(within("reload", "settle 30ms"), within("reload", "settle 40ms")), want: []string{"reload settle", "30ms", "40ms"}},
		"another poll":            {site: two(within("reload", "poll 2s"), within("reload", "poll 3s")), want: []string{"reload poll", "2s", "3s"}},
		"another factor":          {site: two(within("guard", "max_mean_change 2"), within("guard", "max_mean_change 2.5")), want: []string{"guard max_mean_change", " 2 ", " 2.5"}},
		"another share":           {site: two(within("guard", "max_free_orders 0%"), within("guard", "max_free_orders 5%")), want: []string{"guard max_free_orders", " 0 ", " 0.05"}},
		"another evaluation":      {site: two(within("guard", "max_evaluation 2ms"), within("guard", "max_evaluation 3ms")), want: []string{"guard max_evaluation", "2ms", "3ms"}},
		"another sample":          {site: two(within("guard", "min_sample 3"), within("guard", "min_sample 4")), want: []string{"guard min_sample", " 3 ", " 4"}},
		"another directory":       {site: two("state /var/lib/one", "state /var/lib/other"), want: []string{"state: ", "/var/lib/one", "/var/lib/other"}},
		"a directory and none":    {site: two("state /var/lib/one", "state off"), want: []string{"state: ", "/var/lib/one", " off"}},
		"another number":          {site: two(within("state", "keep 3"), within("state", "keep 4")), want: []string{"state keep", " 3 ", " 4"}},
		"another rollback":        {site: two(within("state", "rollback on"), within("state", "rollback off")), want: []string{"state rollback", " on ", " off"}},
		"another key, unspoken":   {site: two(within("state", "key one-secret"), within("state", "key other-secret")), want: []string{"state key: one handler has another one than the other"}},
		"several":                 {site: two(within("guard", "min_sample 3")+"\nstate off", within("guard", "min_sample 4")+"\nstate /var/lib/one"), want: []string{"guard min_sample", "state: "}},
		"far apart in the routes": {site: nested, want: []string{"reload poll", "2s", "3s"}},
		"of another env":          {site: "discount_quote /quote STRATEGY {\nenv a\nstate off\n}\ndiscount /orders* STRATEGY {\nenv b\nreload {\npoll 3s\n}\n}\nreverse_proxy UPSTREAM"},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, "version = \"v1\"\n[rule.half]\ndiscount_rate = 0.5\n[[env]]\nname = \"a\"\n[[env]]\nname = \"b\"\n", proxied)
			err := s.load(c.site)
			if len(c.want) == 0 {
				if err != nil {
					t.Errorf("error = %v", err)
				}
				return
			}
			if err == nil || !all(append(c.want, s.strategy), func(part string) bool { return strings.Contains(err.Error(), part) }) {
				t.Errorf("error = %v, want %q", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "secret") {
				t.Errorf("the error shows a key: %v", err)
			}
			if got := s.price(); got != "500" { // by the configuration that runs
				t.Errorf("discount = %s", got)
			}
		})
	}
}

// The state directory that any handler gives is the one of the strategy, also for the
// handler that is provisioned first, and at a start with a file that is broken.
func TestTheStateOfAnotherHandlerCountsAtTheStart(t *testing.T) {
	state := filepath.Join(t.TempDir(), "state")
	site := "discount_quote /quote STRATEGY\ndiscount /orders* STRATEGY {\nstate " + state + "\n}\nreverse_proxy UPSTREAM"
	s := open(t, half, site)
	eventually(t, "the content is kept", func() bool { return len(runningEngines()[0].History().Snapshots) > 0 })
	if err := caddy.Stop(); err != nil {
		t.Fatal(err)
	}
	s.save("broken")
	if err := s.load(site); err != nil {
		t.Fatalf("it does not start with what is in the state directory: %v", err)
	}
	if got := s.price(); got != "500" {
		t.Errorf("discount = %s, want 500", got)
	}
}

// A new configuration takes over with its values when it starts: the strategy stays the
// same one, with its carts, and what the old rails refused is judged by the new ones.
func TestAWiderRailTakesOverWithTheConfiguration(t *testing.T) {
	s := open(t, half, beside)
	l := runningEngines()[0]
	s.fill(3)
	s.save(takes("v2", "0.9"))
	s.logs("strategy refused", `"version":"v2"`, "a factor of 1.5 either way")
	s.reconfigure(strings.ReplaceAll(beside, "1.5", "1.7"))
	s.logs("strategy refused", `"version":"v2"`, "a factor of 1.7 either way")
	if got := s.price(); got != "500" {
		t.Errorf("discount = %s by a rail that is too narrow still, want 500", got)
	}
	s.reconfigure(strings.ReplaceAll(beside, "1.5", "2"))
	s.logs("strategy activated", `"version":"v2"`, "carts: mean discount 50% to 90%")
	if got := s.price(); got != "900" {
		t.Errorf("discount = %s, want 900", got)
	}
	if now := runningEngines(); len(now) != 1 || now[0] != l {
		t.Errorf("%d strategies are in service, want the one of before", len(now))
	}
	s.reconfigure(proxied)
	s.save(takes("v3", "0.1"))
	s.logs("strategy activated", `"version":"v3"`) // without a rail
}

// A configuration that is rejected changes nothing of a strategy that runs.
func TestARejectedConfigurationLeavesTheGuardrails(t *testing.T) {
	s := open(t, half, beside)
	s.fill(3)
	broken := strings.ReplaceAll(beside, "1.5", "9") + "\ndiscount /more* /nowhere/strategy.toml"
	if err := s.load(broken); err == nil {
		t.Fatal("a configuration with a strategy that is not there was taken")
	}
	s.save(takes("v2", "0.9"))
	s.logs("strategy refused", `"version":"v2"`, "a factor of 1.5 either way")
}

// A state directory is exchanged while the strategy serves.
func TestAnotherStateDirectoryTakesOverWithTheConfiguration(t *testing.T) {
	first, second := filepath.Join(t.TempDir(), "state"), filepath.Join(t.TempDir(), "state")
	site := func(state string) string {
		return fmt.Sprintf("discount_quote /quote STRATEGY\ndiscount /orders* STRATEGY {\nstate %s\n}\nreverse_proxy UPSTREAM", state)
	}
	s := open(t, half, site(first))
	l := runningEngines()[0]
	for _, dir := range []string{first, second, "off", first} {
		if dir != first || l.Status().State.Dir != filepath.Join(first, l.Key().ID()) {
			s.reconfigure(site(dir))
		}
		want := filepath.Join(dir, l.Key().ID())
		if dir == "off" {
			want = ""
		}
		if now := runningEngines(); len(now) != 1 || now[0] != l || now[0].Status().State.Dir != want {
			t.Fatalf("state is in %s, want %s", now[0].Status().State.Dir, want)
		}
		if want == "" {
			continue
		}
		eventually(t, "the content is kept in "+dir, func() bool { return len(l.History().Snapshots) == 1 })
		if _, err := os.Stat(filepath.Join(want, "log")); err != nil {
			t.Error(err)
		}
	}
}

// An id names one strategy: two that have the same one by chance do not run side by side.
func TestTwoStrategiesOfOneIDAreAnError(t *testing.T) {
	c := &configuration{by: make(map[engine.Key]*agreement), ids: make(map[string]engine.Key)}
	known := make(map[string]string) // envs by id
	for i := range 1_000_000 {       // of 2^32 ids two are alike within some 80,000
		env := fmt.Sprint("env", i)
		id := engine.Key{Path: "/shop/discount.toml", Env: env}.ID()
		other, alike := known[id]
		known[id] = env
		if !alike {
			continue
		}
		if _, err := c.agree(&Options{Strategy: "/shop/discount.toml", Env: other}); err != nil {
			t.Fatal(err)
		}
		want := fmt.Sprintf("/shop/discount.toml with env %s and /shop/discount.toml with env %s have the same id, %s: rename one", other, env, id)
		if _, err := c.agree(&Options{Strategy: "/shop/discount.toml", Env: env}); err == nil || err.Error() != want {
			t.Errorf("error = %v, want %s", err, want)
		}
		return
	}
	t.Fatal("no two ids are alike")
}
