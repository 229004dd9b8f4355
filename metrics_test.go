package discount

import (
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"

	"github.com/promogate/caddy-discount/internal/engine"
	"github.com/promogate/caddy-discount/internal/telemetry"
	"github.com/promogate/caddy-discount/quota"
)

// gathered are the module's metrics: "name{label=value …}" and the value.
func gathered(t *testing.T) map[string]float64 {
	t.Helper()
	families, err := collected()
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string]float64)
	for _, family := range families {
		for _, m := range family.Metric {
			var labels []string
			for _, l := range m.Label {
				labels = append(labels, l.GetName()+"="+l.GetValue())
			}
			slices.Sort(labels)
			all[strings.TrimPrefix(family.GetName(), "caddy_discount_")+"{"+strings.Join(labels, " ")+"}"] = valueOf(m)
		}
	}
	return all
}

func valueOf(m *dto.Metric) float64 {
	switch {
	case m.Counter != nil:
		return m.Counter.GetValue()
	case m.Gauge != nil:
		return m.Gauge.GetValue()
	default:
		return float64(m.Histogram.GetSampleCount())
	}
}

// only is the value of the one series whose name begins so; its name, too.
func only(t *testing.T, all map[string]float64, prefix string) (name string, value float64) {
	t.Helper()
	for n, v := range all {
		if strings.HasPrefix(n, prefix) {
			if name != "" {
				t.Fatalf("%s and %s", name, n)
			}
			name, value = n, v
		}
	}
	return name, value
}

func TestRuleHitsAndAmountsAreOfOrdersAndGoOnWithEdits(t *testing.T) {
	s := open(t, takes("m1", "0.5"), "discount_quote /quote STRATEGY\n"+proxied)
	before := gathered(t)
	s.order(tenYuan)
	s.order(tenYuan)
	s.send(strings.Replace(jsonRequest(tenYuan), "/orders", "/quote", 1))
	s.saved(takes("m2", "0.6"), "m2")
	s.order(tenYuan)
	// What is in service counts a moment before its counts are gathered.
	var after map[string]float64
	eventually(t, "three hits more", func() bool {
		after = gathered(t)
		return after["rule_hits_total{rule=half}"]-before["rule_hits_total{rule=half}"] == 3
	})
	if got := after["amount_minor_units_total{currency=CNY}"] - before["amount_minor_units_total{currency=CNY}"]; got != 500+500+600 {
		t.Errorf("%v fen more were given, want 1600", got)
	}
	if got := after["evaluation_duration_seconds{}"] - before["evaluation_duration_seconds{}"]; got != 4 {
		t.Errorf("%v evaluations more, want 4", got)
	}
}

// saved saves a strategy and waits until the admin API has it in service.
func (s *shop) saved(strategy, version string) {
	s.t.Helper()
	s.save(strategy)
	eventually(s.t, version+" in service", func() bool {
		return slices.ContainsFunc(runningEngines(), func(l *engine.Engine) bool { return l.Live().Value.Version() == version })
	})
}

func TestSeriesOfAStrategyAreOfWhatIsInService(t *testing.T) {
	s := open(t, takes("m1", "0.5"), proxied)
	id := runningEngines()[0].Key().ID()
	series := func(name string) string { return name + "{strategy=" + id + "}" }
	s.saved(takes("m2", "0.6"), "m2")
	// It is in service a moment before it is told of.
	eventually(t, "a second activation", func() bool {
		return gathered(t)["strategy_reloads_total{result=activated strategy="+id+"}"] == 2
	})
	all := gathered(t)
	if info, _ := only(t, all, "strategy_info"); !strings.Contains(info, "version=m2") {
		t.Errorf("info = %s", info)
	}
	at := all[series("strategy_last_reload_success_timestamp_seconds")]
	if at == 0 || all[series("strategy_last_reload_successful")] != 1 || all[series("strategy_state_written")] != 1 {
		t.Errorf("after a good edit: %v", all)
	}
	s.save("rule = 1")
	eventually(t, "a refusal", func() bool { return gathered(t)["strategy_reloads_total{result=refused strategy="+id+"}"] == 1 })
	all = gathered(t)
	if all[series("strategy_last_reload_successful")] != 0 || all[series("strategy_last_reload_success_timestamp_seconds")] != at {
		t.Errorf("after a refused edit: %v", all)
	}
	s.save("activate_at = 2099-01-01T00:00:00Z\n" + takes("m3", "0.7"))
	eventually(t, "a staged one", func() bool { return gathered(t)[series("strategy_staged_due_timestamp_seconds")] == 4070908800 })
	s.saved(takes("m4", "0.7"), "m4") // a new watcher needs one that may be in service now
	s.reconfigure(strings.Replace(proxied, "STRATEGY", "STRATEGY {\n\treload {\n\t\tsettle 33ms\n\t}\n}", 1))
	if got := gathered(t)["strategy_reloads_total{result=refused strategy="+id+"}"]; got != 1 {
		t.Errorf("other ways of reloading the same strategy make it forget its refusals: %v", got)
	}
	s.close()
	for name := range gathered(t) {
		if strings.Contains(name, id) || name == "rule_hits_total{rule=half}" {
			t.Errorf("%s is there when no strategy is in service", name)
		}
	}
}

// counted counts the orders of the strategy in service in a ledger.
func counted(t *testing.T, l quota.Ledger) {
	t.Helper()
	measured := telemetry.MeasureLedger(l)
	digester, err := quota.NewDigester(make([]byte, quota.LeastKey))
	if err != nil {
		t.Fatal(err)
	}
	e, h := runningEngines()[0], &engine.Handler{Ledger: func() (engine.Ledger, bool) { return engine.Ledger{Ledger: measured, Digester: digester}, true }}
	e.Join(h)
	e.Started(h)
	t.Cleanup(func() {
		e.Leave(h)
		measured.End()
	})
}

// What the dashboard and the alerts are held against is what there is: the name
// and type of every metric and its labels.
func TestMetricsAreAsListed(t *testing.T) {
	const list = "observability/metrics.txt"
	s := open(t, half+"\nquota = { uses = 10 }\n", proxied)
	counted(t, quota.NewMemory(time.Now))
	s.order(tenYuan)
	s.save("activate_at = 2099-01-01T00:00:00Z\n" + takes("later", "0.7"))
	eventually(t, "a staged one", func() bool { return !runningEngines()[0].Status().Staged.Due.IsZero() })
	eventually(t, "what is left of a quota", func() bool { _, has := gathered(t)["quota_left{quota=half.uses}"]; return has })
	families, err := collected()
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	for _, f := range families {
		fmt.Fprintf(&text, "%s %s", f.GetName(), strings.ToLower(f.GetType().String()))
		for _, l := range f.Metric[0].Label {
			text.WriteString(" " + l.GetName())
		}
		text.WriteString("\n")
	}
	if os.Getenv("UPDATE_METRICS") != "" {
		if err := os.WriteFile(list, []byte(text.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(list)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != text.String() {
		t.Errorf("%s differs (UPDATE_METRICS=1 go test . -run AsListed rewrites it); got:\n%s", list, text.String())
	}
}
