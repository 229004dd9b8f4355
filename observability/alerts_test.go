package observability

import (
	"context"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/promqltest"
	"github.com/prometheus/prometheus/rules"
	"go.yaml.in/yaml/v3"
)

// unitTests is what is used here of the format of `promtool test rules`, which
// runs the same file.
type unitTests struct {
	RuleFiles []string       `yaml:"rule_files"`
	Interval  model.Duration `yaml:"evaluation_interval"`
	Tests     []unitTest     `yaml:"tests"`
}

type unitTest struct {
	Name     string         `yaml:"name"`
	Interval model.Duration `yaml:"interval"`
	Series   []struct {
		Series string `yaml:"series"`
		Values string `yaml:"values"`
	} `yaml:"input_series"`
	Alerts []alertTest `yaml:"alert_rule_test"`
}

type alertTest struct {
	At   model.Duration  `yaml:"eval_time"`
	Name string          `yaml:"alertname"`
	Want []expectedAlert `yaml:"exp_alerts"`
}

type expectedAlert struct {
	Labels      map[string]string `yaml:"exp_labels"`
	Annotations map[string]string `yaml:"exp_annotations"`
}

func readTests(t *testing.T) (all unitTests) {
	t.Helper()
	text, err := os.ReadFile("alerts.test.yml")
	if err != nil {
		t.Fatal(err)
	}
	from := yaml.NewDecoder(strings.NewReader(string(text)))
	from.KnownFields(true)
	if err := from.Decode(&all); err != nil {
		t.Fatal(err)
	}
	return all
}

func TestAlerts(t *testing.T) {
	t.Parallel()
	all := readTests(t)
	for _, test := range all.Tests {
		t.Run(test.Name, func(t *testing.T) {
			t.Parallel()
			test.run(t, all)
		})
	}
}

// run evaluates the rules minute by minute, as Prometheus would have.
func (u *unitTest) run(t *testing.T, all unitTests) {
	t.Helper()
	load := fmt.Sprintf("load %v\n", u.Interval)
	for _, s := range u.Series {
		load += "  " + s.Series + " " + s.Values + "\n"
	}
	suite, err := promqltest.NewLazyLoader(load, promqltest.LazyLoaderOpts{EnableAtModifier: true, EnableNegativeOffset: true})
	if err != nil {
		t.Fatal(err)
	}
	defer suite.Close()
	groups := loadRules(t, suite, all)
	end := time.Duration(slices.MaxFunc(u.Alerts, func(a, b alertTest) int { return int(a.At - b.At) }).At)
	for at := time.Duration(0); at <= end; at += time.Duration(all.Interval) {
		now := time.Unix(0, 0).UTC().Add(at)
		suite.WithSamplesTill(now, func(err error) {
			if err != nil {
				t.Fatal(err)
			}
			for _, g := range groups {
				g.Eval(suite.Context(), now)
			}
		})
		for _, want := range u.Alerts {
			if time.Duration(want.At) == at {
				want.check(t, groups)
			}
		}
	}
}

func loadRules(t *testing.T, suite *promqltest.LazyLoader, all unitTests) map[string]*rules.Group {
	t.Helper()
	manager := rules.NewManager(&rules.ManagerOptions{
		QueryFunc:  rules.EngineQueryFunc(suite.QueryEngine(), suite.Storage()),
		Appendable: suite.Storage(),
		Context:    suite.Context(),
		NotifyFunc: func(context.Context, string, ...*rules.Alert) {},
		Parser:     parser.NewParser(parser.Options{}),
	})
	groups, errs := manager.LoadGroups(time.Duration(all.Interval), labels.EmptyLabels(), "", nil, false, all.RuleFiles...)
	for _, err := range errs {
		t.Fatal(err)
	}
	for _, a := range alertingRules(groups) {
		a.SetRestored(true) // nothing is waited for
	}
	return groups
}

func alertingRules(groups map[string]*rules.Group) (all []*rules.AlertingRule) {
	for _, g := range groups {
		for _, r := range g.Rules() {
			if a, ok := r.(*rules.AlertingRule); ok {
				all = append(all, a)
			}
		}
	}
	return all
}

// check compares the alerts that fire.
func (want *alertTest) check(t *testing.T, groups map[string]*rules.Group) {
	t.Helper()
	var firing, expected []string
	for _, a := range alertingRules(groups) {
		if a.Name() != want.Name {
			continue
		}
		for _, alert := range a.ActiveAlerts() {
			if alert.State == rules.StateFiring {
				firing = append(firing, alertText(alert.Labels.Map(), alert.Annotations.Map()))
			}
		}
	}
	for _, e := range want.Want {
		with := maps.Clone(e.Labels)
		with["alertname"] = want.Name
		expected = append(expected, alertText(with, e.Annotations))
	}
	slices.Sort(firing)
	slices.Sort(expected)
	if !slices.Equal(firing, expected) {
		t.Errorf("after %v, %s fires as\n%s\nwant\n%s", want.At, want.Name, strings.Join(firing, "\n"), strings.Join(expected, "\n"))
	}
}

func alertText(labels, annotations map[string]string) string { return fmt.Sprint(labels, annotations) }

func TestEveryAlertIsTestedToFireAndNotToFire(t *testing.T) {
	t.Parallel()
	fires, silent := make(map[string]bool), make(map[string]bool)
	for _, test := range readTests(t).Tests {
		for _, a := range test.Alerts {
			fires[a.Name] = fires[a.Name] || len(a.Want) > 0
			silent[a.Name] = silent[a.Name] || len(a.Want) == 0
		}
	}
	for name := range alertQueries(t) {
		if !fires[name] || !silent[name] {
			t.Errorf("%s: tested to fire: %v, not to fire: %v", name, fires[name], silent[name])
		}
	}
}

// alertQueries are the expressions of the alerts by name.
func alertQueries(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile("alerts.yml")
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []struct {
			Rules []struct{ Alert, Expr string }
		}
	}
	if err := yaml.Unmarshal(text, &file); err != nil {
		t.Fatal(err)
	}
	all := make(map[string]string)
	for _, g := range file.Groups {
		for _, r := range g.Rules {
			if all[r.Alert] != "" {
				t.Errorf("%s is there twice", r.Alert)
			}
			all[r.Alert] = r.Expr
		}
	}
	return all
}
