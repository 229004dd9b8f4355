package discount

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
)

// fill sends orders until so many carts are kept to compare editions on.
func (s *shop) fill(carts int) {
	s.t.Helper()
	eventually(s.t, "carts are kept", func() bool {
		s.order(tenYuan)
		return len(inService()[0].sample.Carts()) >= carts
	})
}

// price is the discount on ten yuan, in fen.
func (s *shop) price() string {
	s.t.Helper()
	return s.order(tenYuan).Get("X-Discount-Amount")
}

// logs waits for a line of the log with all parts.
func (s *shop) logs(parts ...string) {
	s.t.Helper()
	eventually(s.t, fmt.Sprintf("%q in the log", parts), func() bool {
		for line := range strings.Lines(s.logged()) {
			if all(parts, func(part string) bool { return strings.Contains(line, part) }) {
				return true
			}
		}
		return false
	})
}

func all(parts []string, holds func(string) bool) bool {
	for _, part := range parts {
		if !holds(part) {
			return false
		}
	}
	return true
}

func takes(version, rate string) string {
	return fmt.Sprintf("version = %q\n[rule.half]\ndiscount_rate = %s", version, rate)
}

const guarded = `discount /orders* STRATEGY {
	guard {
		max_mean_change 1.5
		max_free_orders 5%
		min_sample 3
	}
}
reverse_proxy UPSTREAM`

func TestGuardRailsRefuseAnEditThatMovesTooMuch(t *testing.T) {
	for name, c := range map[string]struct{ next, rail, bound string }{
		"the mean discount":   {takes("v2", "0.9"), "guard rail max_mean_change", "to 180% of what it was, the bound is a factor of 1.5 either way"},
		"orders for nothing":  {"version = \"v2\"\n[rule.half]\ndiscount_amount = 100", "guard rail max_mean_change", "to 200% of what it was"},
		"no discount at all":  {"version = \"v2\"\n[rule.half]\nmin_subtotal = 1000\ndiscount_rate = 0.5", "guard rail max_mean_change", "from 5.00 CNY to 0.00 CNY"},
		"a mistake all along": {"version = \"v2\"\n[rule.half]\ndiscount_rat = 0.5", "unknown key", "did you mean discount_rate?"},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, half, guarded)
			s.fill(3)
			s.save(c.next)
			s.logs("strategy refused", c.rail, c.bound, `"in_service":"v1"`)
			if got := s.price(); got != "500" {
				t.Errorf("discount = %s after the refusal, want 500", got)
			}
			s.save(takes("v3", "0.6"))
			s.logs("strategy activated", `"version":"v3"`, "carts: mean discount 5.00 CNY to 6.00 CNY, free orders 0 to 0")
			if got := s.price(); got != "600" {
				t.Errorf("discount = %s, want 600", got)
			}
		})
	}
}

func TestGuardRailsDoNotJudgeByTooFewCarts(t *testing.T) {
	s := open(t, half, guarded)
	s.save(takes("v2", "0.9"))
	s.logs("strategy activated", `"version":"v2"`, "guard rails did not judge: 0 carts, 3 are wanted")
}

// What the rails refused may be fine an hour later: saving it again asks again.
func TestARefusalByTheRailsIsNotForEver(t *testing.T) {
	s := open(t, half, guarded)
	s.fill(3)
	s.save(takes("v2", "0.9"))
	s.logs("strategy refused", "max_mean_change", `"version":"v2"`, `"sha256":"`)
	if r := inService()[0].Status().Refusal; r.Version != "v2" || len(r.Fingerprint) != 64 {
		t.Errorf("the status says that %q %q was refused", r.Version, r.Fingerprint)
	}
	eventually(t, "a record of which version was refused", func() bool {
		last := inService()[0].History().Records
		r := last[len(last)-1]
		return r.Action == "refused" && r.Version == "v2" && len(r.Fingerprint) == 64
	})
	s.save(takes("v3", "0.7"))
	s.logs("strategy activated", `"version":"v3"`)
	s.save(takes("v2", "0.9"))
	s.logs("strategy activated", `"version":"v2"`, "7.00 CNY to 9.00 CNY")
}

func TestStagedStrategySwitchesAtItsInstant(t *testing.T) {
	s := open(t, half, proxied)
	due := time.Now().Add(5 * time.Second) // for the save to be read before it, however busy the machine
	s.save("activate_at = " + due.Format(time.RFC3339Nano) + "\n" + takes("v2", "0.9"))
	s.logs("strategy staged", `"version":"v2"`, `"in_service":"v1"`, `"due"`)
	for {
		asked := time.Now()
		got := s.price()
		answered := time.Now()
		switch {
		case got == "500" && asked.After(due.Add(time.Minute)):
			t.Fatal("the staged strategy never came into service")
		case got == "900" && answered.Before(due):
			t.Fatalf("in service %v early", due.Sub(answered))
		case got == "900":
			return
		}
	}
}

// A test is read with the strategy, so mending either is enough.
func TestRulesThatFailTheirTestsAreRefused(t *testing.T) {
	s := open(t, half, proxied)
	beside := strings.TrimSuffix(s.strategy, ".toml") + ".test.toml"
	saveTest := func(discount string) {
		s.makeDirectory(filepath.Dir(beside), map[string]string{filepath.Base(beside): `[[test]]
name = "half of ten"
now = 2026-11-11T09:30:00+08:00
cart = { items = [{ sku = "a", quantity = 1, unit_price = 10.00 }] }
expect = { discount = ` + discount + ` }`})
	}
	saveTest("5.00")
	s.save(takes("v2", "0.6"))
	s.logs("strategy refused", "1 of 1 rule test failed", `.test.toml:1: \"half of ten\"`, "expect.discount: got 6.00 CNY, want 5.00 CNY")
	if got := s.price(); got != "500" {
		t.Errorf("discount = %s, want 500", got)
	}
	saveTest("6.00")
	s.logs("strategy activated", `"version":"v2"`)
	if got := s.price(); got != "600" {
		t.Errorf("discount = %s, want 600", got)
	}
	saveTest("words")
	s.logs("strategy refused", ".test.toml:5:")
}

// bodySite has two handlers of one strategy that read orders differently.
const bodySite = `
handle /orders* {
	discount STRATEGY
	reverse_proxy UPSTREAM
}
handle /shop* {
	discount STRATEGY {
		map {
			items order.lines
			quantity qty
			unit_price price
		}
		prices major
	}
	reverse_proxy UPSTREAM
}
`

// The body of a test is watched with the strategy, and read as one of its handlers does.
func TestBodiesOfTestsAreReadAsTheHandlersDo(t *testing.T) {
	s := open(t, half, bodySite)
	beside := func(files map[string]string) { s.makeDirectory(filepath.Dir(s.strategy), files) }
	name := strings.TrimSuffix(filepath.Base(s.strategy), ".toml") + ".test.toml"
	test := `[[test]]
name = "half of ten"
now = 2026-11-11T09:30:00+08:00
body = "order.json"
expect = { discount = 6.00 }`
	beside(map[string]string{name: test})
	s.logs("strategy refused", "test[0].body: there is no file order.json beside the test")
	beside(map[string]string{"order.json": `{"order":{"lines":[{"qty":"1","price":"10.00"}]}}`})
	s.logs("strategy refused", "1 of 1 rule test failed", "expect.discount: got 5.00 CNY, want 6.00 CNY")
	beside(map[string]string{"order.json": `{"order":{"lines":[{"qty":"1","price":"ten"}]}}`})
	s.logs("strategy refused", "body: order.json by the default shape: there are no goods at items",
		"body: order.json by map with items order.lines, prices major: /order/lines/0/price: is")
	beside(map[string]string{"order.json": `{"order":{"lines":[{"qty":"1","price":"12.00"}]}}`})
	s.logs("strategy has the meaning that is in service") // which passes
	s.save(takes("v2", "0.4"))
	s.logs("strategy refused", "expect.discount: got 4.80 CNY, want 6.00 CNY")
	if got := s.price(); got != "500" {
		t.Errorf("discount = %s, want 500", got)
	}

	// At the start not every handler is known: what none of those that are reads is no
	// reason not to start.
	beside(map[string]string{"order.json": `{"lines":[]}`})
	s.logs("strategy refused", "there are no goods at items")
	if err := caddy.Stop(); err != nil {
		t.Fatal(err)
	}
	s.save(takes("v3", "0.5"))
	if err := s.load(bodySite); err != nil {
		t.Fatal(err)
	}
	s.logs("rule tests skipped at start", "half of ten")
}

func TestDirectoryIsOneStrategy(t *testing.T) {
	s := open(t, half, proxied)
	dir := t.TempDir() + "/strategy"
	s.makeDirectory(dir, map[string]string{
		"10-base.toml":   "version = \"d1\"\n[rule.half]\ndiscount_rate = 0.5",
		"20-spring.toml": "[rule.spring]\ndiscount_amount = 1",
	})
	s.reconfigure(strings.ReplaceAll(proxied, "STRATEGY", dir))
	if got := s.order(tenYuan).Get("X-Discount-Rules"); got != `"half";amount=500, "spring";amount=100` {
		t.Errorf("rules = %s", got)
	}
	s.makeDirectory(dir, map[string]string{"20-spring.toml": "[rule.half]\ndiscount_amount = 1"})
	s.logs("strategy refused", "20-spring.toml:1:7", "is already there, in ", "10-base.toml, line 2")
	s.makeDirectory(dir, map[string]string{"20-spring.toml": "[rule.spring]\ndiscount_amount = 2", ".20-spring.toml.swp": "x", "notes.txt": "x"})
	s.logs("strategy activated", `"version":"d1"`, "rename")
	if got := s.price(); got != "700" {
		t.Errorf("discount = %s, want 700", got)
	}
}

func TestEmptyDirectoryIsNoStrategy(t *testing.T) {
	s := open(t, half, proxied)
	dir := t.TempDir() + "/strategy"
	s.makeDirectory(dir, map[string]string{"only.test.toml": ""})
	err := s.load(strings.ReplaceAll(proxied, "STRATEGY", dir))
	if err == nil || !strings.Contains(err.Error(), "there is no *.toml file in the directory") {
		t.Errorf("error = %v", err)
	}
}
