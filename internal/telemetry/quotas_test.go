package telemetry

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/strategy"
)

// limited are the counters of a strategy in service with two quotas, flash.units and
// welcome.uses_per_customer.
func limited(t *testing.T, s *Strategy) *QuotaCounters {
	t.Helper()
	m, err := strategy.Parser{}.Parse(strategy.Source{Name: "strategy.toml", Data: []byte(`
version = "limited"
timezone = "Asia/Shanghai"
[rule.flash]
discount_rate = 0.5
quota = { units = 500, per = "day" }
[rule.welcome]
discount_rate = 0.1
quota = { uses_per_customer = 1 }
`)})
	if err != nil {
		t.Fatal(err)
	}
	c := newQuotaCollector(10)
	n := c.newCounters(strategy.Compile(m).Quotas(), nil)
	c.serve(s, n)
	return n
}

// told returns the telemetry of a strategy, the events that it emits and its log.
func told(t *testing.T) (*Strategy, <-chan string, *observer.ObservedLogs) {
	t.Helper()
	core, logs := observer.New(zapcore.InfoLevel)
	s := NewStrategy(Key{ID: t.Name(), Path: "/strategy.toml"}, func() *zap.Logger { return zap.New(core) })
	t.Cleanup(s.Close)
	events := make(chan string, 10)
	s.Subscribe(t, func(name string, data map[string]any) { events <- fmt.Sprint(name, " ", data) })
	return s, events, logs
}

// lines are the messages and fields of a log.
func lines(logs *observer.ObservedLogs) []string {
	var all []string
	for _, entry := range logs.All() {
		all = append(all, fmt.Sprint(entry.Level, " ", entry.Message, " ", entry.ContextMap()))
	}
	return all
}

func TestAQuotaThatIsUsedUpIsToldOnce(t *testing.T) {
	t.Parallel()
	s, events, logs := told(t)
	counters := limited(t, s)
	reading := func(left int64) []QuotaReading { return []QuotaReading{{Left: left}, {PerCustomer: true}} }
	const exhausted = "discount_quota_exhausted map[limit:500 path:/strategy.toml per:day quota:flash.units]"
	s.OnQuotas(counters, reading(1))
	counters.UsedUp(0)
	counters.UsedUp(0)
	s.OnQuotas(counters, reading(0))
	if got := <-events; got != exhausted {
		t.Errorf("event %s, want %s", got, exhausted)
	}
	s.OnQuotas(counters, reading(3)) // an order was released
	s.OnQuotas(counters, reading(0))
	if got := <-events; got != exhausted {
		t.Errorf("event %s, want %s", got, exhausted)
	}
	line := "info quota exhausted map[limit:500 per:day quota:flash.units]"
	if got := lines(logs); !slices.Equal(got, []string{line, line}) {
		t.Errorf("log %q", got)
	}
}

func TestWhatIsTakenBeyondALimitIsToldWithTheNextReading(t *testing.T) {
	t.Parallel()
	s, events, logs := told(t)
	counters := limited(t, s)
	counters.series[1].Load().untold.Add(2)
	counters.series[1].Load().untold.Add(3)
	for range 2 {
		s.OnQuotas(counters, []QuotaReading{{Left: 1}, {PerCustomer: true}})
	}
	counters.UsedUp(0)
	if got, want := <-events, "discount_quota_over map[by:5 limit:1 path:/strategy.toml quota:welcome.uses_per_customer]"; got != want {
		t.Errorf("event %s, want %s", got, want)
	}
	<-events // that the other is used up
	want := []string{"warn quota taken beyond its limit map[by:5 limit:1 quota:welcome.uses_per_customer]", "info quota exhausted map[limit:500 per:day quota:flash.units]"}
	if got := lines(logs); !slices.Equal(got, want) {
		t.Errorf("log %q, want %q", got, want)
	}
}

func TestALedgerThatIsDownIsToldOnce(t *testing.T) {
	t.Parallel()
	s, events, logs := told(t)
	s.OnLedger(nil) // it was never down
	refused := errors.New("dial tcp: connection refused")
	s.OnLedger(refused)
	s.OnLedger(refused) // by the ledger of another handler
	s.OnLedger(nil)
	s.OnForgot(quota.Notice{Event: quota.Forgot, Sent: 3, Unknown: 1})
	for _, want := range []string{
		"discount_ledger_down map[error:dial tcp: connection refused path:/strategy.toml]",
		"discount_ledger_up map[path:/strategy.toml]",
		"discount_ledger_forgot map[orders:3 path:/strategy.toml unknown:1]",
	} {
		if got := <-events; got != want {
			t.Errorf("event %s, want %s", got, want)
		}
	}
	want := []string{
		"error ledger down map[effect:rules with a quota follow on_outage error:dial tcp: connection refused]",
		"info ledger up map[]",
	}
	if got := lines(logs); !slices.Equal(got, want) {
		t.Errorf("log %q, want %q", got, want)
	}
}
