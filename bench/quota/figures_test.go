//go:build unix

package quota_test

import (
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/promogate/caddy-discount/bench/shop"
	"github.com/promogate/caddy-discount/quota/redis/redistest"
)

var (
	figuresFlag = flag.Bool("figures", false, "measure")
	roundsFlag  = flag.Int("rounds", 10, "how often each gateway has its turn")
)

// The load of the gateways: orders a second, for so long in each turn.
const (
	rate = 1000
	turn = 2 * time.Second
)

// TestFigures measures what counting costs, and prints it beside what it is to cost. It fails only if
// nothing can be measured.
func TestFigures(t *testing.T) {
	if !*figuresFlag {
		t.Skip("-figures measures")
	}
	debug.SetGCPercent(1000) // its own collections would take the processors it shares with the gateways
	for _, b := range benchmarks {
		b.run(t)
	}
	withGateway(t, func(bin string) { measureGateways(t, bin) })
}

// benchmark is what a package measures by itself.
type benchmark struct{ of, aim, pack, pattern string }

var benchmarks = []benchmark{
	{"a ledger in Redis, one hot key", "20,000 orders/s on two shared cores, 40,000 with a core for Redis", "./quota/redis", "BenchmarkReserve"},
	{"what a reservation in Redis adds at 1,000 orders/s", "p50 250 µs, p99 2,000 µs", "./quota/redis", "BenchmarkAdded"},
	{"the embedded ledger, 256 waiting", "10,000 orders/s for Reserve", "./quota/embedded", "Benchmark(Reserve|Order|SoldOut)$"},
	{"sold out, or nothing counted in the cart", "50 ns, no call", "./internal/reservations", "BenchmarkWithoutLedger"},
	{"a million codes", "20 B a code, 200 ns a look-up", "./strategy", "BenchmarkCodes"},
}

// run runs the benchmarks three times and prints what they print.
func (b benchmark) run(t *testing.T) {
	t.Helper()
	fmt.Printf("\n%s; aim: %s\n", b.of, b.aim)
	cmd := exec.Command("go", "test", "-run", "^$", "-bench", b.pattern, "-benchmem", "-count", "3", "-cpu", "2", b.pack)
	cmd.Dir = filepath.Join("..", "..")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("%s: %v\n%s", b.of, err, out)
	}
	for line := range strings.Lines(string(out)) {
		if strings.HasPrefix(line, "Benchmark") {
			fmt.Print("  " + line)
		}
	}
}

// measured is a gateway that takes turns.
type measured struct {
	name     string
	gateway  *gateway
	p50, p99 []time.Duration
}

// measureGateways measures what counting adds to an order.
func measureGateways(t *testing.T, bin string) {
	server := redistest.Start(t, redistest.Options{})
	upstream := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusCreated)
	}))
	t.Cleanup(upstream.Close)
	redis := func(namespace string) string {
		return fmt.Sprintf("ledger redis %s {\nnamespace %s\nkey %q\n}", server.URL(), namespace, secret)
	}
	start := func(name, options string, strategy []byte) *measured {
		return &measured{name: name, gateway: newGateway(t, bin, strategy, nil, options, upstream.Listener.Addr().String())}
	}
	all := []*measured{
		start("without quotas", "", hotStrategy("", "")),
		start("without quotas, again", "", hotStrategy("", "")),
		start("Redis", redis("hot"), hotStrategy(plenty, "")),
		start("embedded", "ledger embedded", hotStrategy(plenty, "")),
		start("Redis, sold out", redis("sold"), hotStrategy(soldOut, "")),
		start("Redis, nothing counted", redis("other"), hotStrategy("", plenty)),
	}
	fmt.Printf("\nan order at %d/s, in %d turns of %v; aim: Redis adds 0.25 ms to p50 and 2 ms to p99\n", rate, *roundsFlag, turn)
	takeTurns(t, all)
	server.Kill()
	time.Sleep(2 * time.Second) // by then the breaker is open
	fmt.Printf("\nthe same, and redis-server is dead; aim: it adds 1 ms to p99\n")
	takeTurns(t, all[:3])
}

// takeTurns has the gateways take turns, and prints what each adds to the first.
func takeTurns(t *testing.T, all []*measured) {
	for _, m := range all {
		m.p50, m.p99 = nil, nil
	}
	for round := range *roundsFlag {
		for i := range all {
			m := all[(i+round)%len(all)]
			p50, p99, failed := m.load(turn)
			m.p50, m.p99 = append(m.p50, p50), append(m.p99, p99)
			if len(failed) > 0 {
				t.Errorf("%s: %v", m.name, failed)
			}
		}
	}
	for _, m := range all {
		fmt.Printf("  %-24s p50 %8v, added %8v   p99 %8v, added %8v\n", m.name,
			round(median(m.p50)), round(added(m.p50, all[0].p50)), round(median(m.p99)), round(added(m.p99, all[0].p99)))
	}
}

// added is the middle of the differences, round by round.
func added(with, without []time.Duration) time.Duration {
	var all []time.Duration
	for i := range with {
		all = append(all, with[i]-without[i])
	}
	return median(all)
}

func median(all []time.Duration) time.Duration {
	all = slices.Sorted(slices.Values(all))
	return all[len(all)/2]
}

func round(d time.Duration) time.Duration { return d.Round(10 * time.Microsecond) }

// customer numbers all customers: each orders once.
var customer atomic.Int64

// load sends orders at the rate. All have to be answered with success.
func (m *measured) load(length time.Duration) (p50, p99 time.Duration, failed []string) {
	target := func(t *vegeta.Target) error {
		t.Method, t.URL, t.Body = http.MethodPost, "http://"+m.gateway.address+"/orders", []byte(hotCart)
		t.Header = http.Header{"Content-Type": {"application/json"}, headerCustomer: {"c" + strconv.FormatInt(customer.Add(1), 10)}}
		return nil
	}
	attacker := vegeta.NewAttacker(vegeta.Connections(128), vegeta.Timeout(5*time.Second))
	var got vegeta.Metrics
	for r := range attacker.Attack(target, vegeta.Rate{Freq: rate, Per: time.Second}, length, m.name) {
		got.Add(r)
	}
	got.Close()
	return got.Latencies.P50, got.Latencies.P99, got.Errors
}

// hotCart is an order of the article that all want.
const hotCart = `{"currency":"CNY","items":[{"id":"l1","sku":"sku-1","quantity":2,"unit_price":1800},{"id":"l2","sku":"hot","quantity":1,"unit_price":119900},{"id":"l3","sku":"sku-3","quantity":3,"unit_price":990}]}`

// Quotas of the rule of the article: two that all share and one of each customer, or one that was used
// up with the first order.
const (
	plenty  = "quota = { units = 1000000000, units_per_customer = 100 }\nquotas = [\"double-eleven\"]\n"
	soldOut = "quota = { units = 1, units_per_customer = 1 }\n"
)

// hotStrategy has a hundred rules, one for the article that all want, and one for an article that nobody
// orders, with quotas.
func hotStrategy(hot, cold string) []byte {
	text := shop.StrategyOf(100, 1)
	rule := func(sku, quotas string) {
		text = fmt.Appendf(text, "\n[rule.%s]\nskus = [%q]\nunit_price = 999.00\n%s", sku, sku, quotas)
	}
	rule("hot", hot)
	rule("cold", cold)
	if hot == plenty || cold == plenty {
		text = append(text, "\n[quota.double-eleven]\nbudget = 1000000000.00\n"...)
	}
	return text
}
