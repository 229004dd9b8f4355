package discount

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"

	"github.com/promogate/caddy-discount/internal/engine"
)

// fill sends orders until so many carts are kept to compare strategies on.
func (s *shop) fill(carts int) {
	s.t.Helper()
	eventually(s.t, "carts are kept", func() bool {
		s.order(tenYuan)
		return s.sampled() >= carts
	})
}

// sampled is how many carts are kept to compare strategies on.
func (s *shop) sampled() int {
	s.t.Helper()
	return sampleSize(runningEngines()[0])
}

// trusting has the address of a client taken from X-Forwarded-For.
const trusting = "\tservers {\n\t\ttrusted_proxies static 127.0.0.0/8\n\t}\n"

// orderFrom is order for a client.
func (s *shop) orderFrom(client, cart string) {
	s.t.Helper()
	s.order(cart, "X-Forwarded-For: "+client)
}

// keep sends orders until so many clients have a cart more in the sample each.
func (s *shop) keep(clients int, cart string) {
	s.t.Helper()
	for i := range clients {
		kept := s.sampled()
		eventually(s.t, "a cart is kept", func() bool {
			s.orderFrom(fmt.Sprintf("203.0.113.%d", i+1), cart)
			return s.sampled() > kept
		})
	}
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

// sampleSize is how many carts the guardrails of an engine go by.
func sampleSize(e *engine.Engine) int {
	carts, _ := e.SampleSize()
	return carts
}

func TestGuardrailsRefuseAnEditThatMovesTooMuch(t *testing.T) {
	for name, c := range map[string]struct{ next, rail, bound string }{
		"the mean discount":   {next: takes("v2", "0.9"), rail: "guardrail max_mean_change", bound: "to 180% of what it was, the bound is a factor of 1.5 either way"},
		"orders for nothing":  {next: "version = \"v2\"\n[rule.half]\ndiscount_amount = 100", rail: "guardrail max_mean_change", bound: "to 200% of what it was"},
		"no discount at all":  {next: "version = \"v2\"\n[rule.half]\nmin_subtotal = 1000\ndiscount_rate = 0.5", rail: "guardrail max_mean_change", bound: "from 50% to 0% of what they cost"},
		"a mistake all along": {next: "version = \"v2\"\n[rule.half]\ndiscount_rat = 0.5", rail: "unknown key", bound: "did you mean discount_rate?"},
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
			s.logs("strategy activated", `"version":"v3"`, "carts: mean discount 50% to 60%, median 50% to 60%, free orders 0 to 0")
			if got := s.price(); got != "600" {
				t.Errorf("discount = %s, want 600", got)
			}
		})
	}
}

func TestGuardrailsNeedEnoughCarts(t *testing.T) {
	s := open(t, half, guarded)
	s.save(takes("v2", "0.9"))
	s.logs("strategy activated", `"version":"v2"`, "guardrails not checked: 0 carts, min_sample is 3")
	s.logs("strategy not checked by guardrails", `"level":"warn"`, `"version":"v2"`)
}

// A cart at a price that outweighs all others, of an article that the edit does not touch,
// hides nothing.
func TestOneDearCartDoesNotHideAnEdit(t *testing.T) {
	const before = "version = \"v1\"\n[rule.a]\nskus = [\"a\"]\ndiscount_rate = 0.1\n[rule.b]\nskus = [\"b\"]\ndiscount_rate = 0.1"
	s := openWith(t, trusting, before, strings.ReplaceAll(guarded, "1.5", "2"))
	s.keep(5, strings.Replace(tenYuan, "{\"quantity", "{\"sku\":\"a\",\"quantity", 1))
	s.keep(1, `{"items":[{"sku":"b","quantity":1,"unit_price":1000000000000}]}`)
	s.save(strings.ReplaceAll(strings.Replace(before, "0.1", "0.7", 1), "v1", "v2"))
	s.logs("strategy refused", `"version":"v2"`, "guardrail max_mean_change", "the mean discount of 6 carts goes from 10% to 60% of what they cost")
}

// What a stranger asks is no order, and decides nothing.
func TestGuardrailsSampleOrdersAlone(t *testing.T) {
	s := open(t, half, strings.Replace(guarded, "discount /orders*", "discount_quote /quote STRATEGY\ndiscount /orders*", 1))
	const quotes = 60
	for range quotes {
		answer := s.send(strings.Replace(jsonRequest(`{"items":[{"sku":"a","quantity":1,"unit_price":1}]}`), "/orders", "/quote", 1))
		if answer.StatusCode != http.StatusOK {
			t.Fatalf("status %d: %s", answer.StatusCode, answer.body)
		}
	}
	for _, l := range runningEngines() {
		if n := sampleSize(l); n != 0 {
			t.Errorf("%d carts of quotes are kept", n)
		}
	}
}

// Orders in another currency get no discount from either strategy, and do not take the place
// of those that do.
func TestOrdersInAnotherCurrencyDoNotDisableGuardrails(t *testing.T) {
	s := openWith(t, trusting, half, guarded)
	s.keep(3, tenYuan)
	const foreign = 300
	for i := range foreign {
		s.orderFrom(fmt.Sprintf("198.51.100.%d", i%250), `{"currency":"USD","items":[{"sku":"a","quantity":1,"unit_price":1000}]}`)
	}
	if n := s.sampled(); n != 3 {
		t.Errorf("%d carts are kept, want the 3 in the currency of the strategy", n)
	}
	s.save(takes("v2", "0.9"))
	s.logs("strategy refused", `"version":"v2"`, "guardrail max_mean_change: the mean discount of 3 carts goes from 50% to 90%")
}

// One client counts for four carts, however many orders it sends.
func TestOneClientDoesNotKeepAnEditOut(t *testing.T) {
	s := openWith(t, trusting, half, strings.ReplaceAll(guarded, "1.5", "2"))
	s.keep(16, tenYuan)
	order := func() { s.orderFrom("198.51.100.7", `{"items":[{"sku":"a","quantity":1,"unit_price":1}]}`) }
	eventually(t, "four carts of one client are kept", func() bool { order(); return s.sampled() >= 20 })
	const more = 300
	for range more {
		order()
	}
	if n := s.sampled(); n > 20 {
		t.Errorf("%d carts are kept, want at most 4 of one client beside 16", n)
	}
	s.save(takes("v2", "0.4")) // at one fen that is nothing, where half of it is one
	s.logs("strategy activated", `"version":"v2"`)
}

// Orders that cost nothing already are no reason to refuse an edit.
func TestFreeOrdersAreJudgedByTheIncrease(t *testing.T) {
	const before = "version = \"v1\"\nlimits = { max_rate = 1 }\n[rule.half]\ndiscount_rate = 1\n"
	const after = "version = \"v2\"\nlimits = { max_rate = 1 }\n[rule.half]\ndiscount_rate = 1\n[rule.other]\nskus = [\"other\"]\ndiscount_rate = 0.1\n"
	s := openWith(t, trusting, before, "discount /orders* STRATEGY {\n\tguard {\n\t\tmax_free_orders 5%\n\t\tmin_sample 3\n\t}\n}\nreverse_proxy UPSTREAM")
	s.keep(3, `{"items":[{"sku":"a","quantity":1,"unit_price":100}]}`)
	s.save(after)
	s.logs("strategy activated", `"version":"v2"`, "free orders 3 to 3")
}

// What is kept to compare strategies on is bounded in bytes.
func TestLargeOrdersAreNotKept(t *testing.T) {
	s := open(t, half, guarded)
	var lines []string
	for i := range 40 {
		lines = append(lines, fmt.Sprintf(`{"sku":"a","quantity":1,"unit_price":100,"attributes":{"note":"%d %s"}}`, i, strings.Repeat("x", 400)))
	}
	large := `{"items":[` + strings.Join(lines, ",") + `]}`
	for range 20 {
		s.order(large)
	}
	if n := s.sampled(); n != 0 {
		t.Errorf("%d carts of %d bytes are kept", n, len(large))
	}
	s.fill(1)
}

// What the rails refused may be fine an hour later: saving it again asks again.
func TestARefusalByGuardrailsIsNotForEver(t *testing.T) {
	s := open(t, half, guarded)
	s.fill(3)
	s.save(takes("v2", "0.9"))
	s.logs("strategy refused", "max_mean_change", `"version":"v2"`, `"sha256":"`)
	if r := runningEngines()[0].Status().Refusal; r.Version != "v2" || len(r.Fingerprint) != 64 {
		t.Errorf("the status says that %q %q was refused", r.Version, r.Fingerprint)
	}
	eventually(t, "a record of which version was refused", func() bool {
		last := runningEngines()[0].History().Records
		r := last[len(last)-1]
		return r.Action == "refused" && r.Version == "v2" && len(r.Fingerprint) == 64
	})
	s.save(takes("v3", "0.7"))
	s.logs("strategy activated", `"version":"v3"`)
	s.save(takes("v2", "0.9"))
	s.logs("strategy activated", `"version":"v2"`, "70% to 90%")
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
	s.logs("strategy unchanged") // which passes
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
