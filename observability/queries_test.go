package observability

import (
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/promql/parser"
)

// metrics are the labels of every series of the module, by name, as metrics.txt
// has them, which a test of the module holds against the program.
func metrics(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile("metrics.txt")
	if err != nil {
		t.Fatal(err)
	}
	all := make(map[string][]string)
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		name, labels := fields[0], append(fields[2:], "job", "instance")
		if fields[1] != "histogram" {
			all[name] = labels
			continue
		}
		all[name+"_sum"], all[name+"_count"] = labels, labels
		all[name+"_bucket"] = append(slices.Clone(labels), "le")
	}
	if len(all) < 10 {
		t.Fatalf("metrics.txt has %d series", len(all))
	}
	return all
}

// Grafana's variables are replaced as it would, before a query is parsed.
var variables = strings.NewReplacer("$__rate_interval", "5m", "$__interval", "1m", "$job", "caddy", "$instance", "a")

// unknown says what a query asks for that there is not.
func unknown(query string, metrics map[string][]string) (faults []string, labels []string) {
	expr, err := parser.NewParser(parser.Options{}).ParseExpr(variables.Replace(query))
	if err != nil {
		return []string{err.Error()}, nil
	}
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		selector, ok := node.(*parser.VectorSelector)
		if !ok {
			return nil
		}
		known, exists := metrics[selector.Name]
		if !exists {
			faults = append(faults, "no metric "+selector.Name)
		}
		for _, m := range selector.LabelMatchers {
			if m.Name != "__name__" && !slices.Contains(known, m.Name) {
				faults = append(faults, fmt.Sprintf("%s has no label %s", selector.Name, m.Name))
			}
		}
		labels = append(labels, known...)
		return nil
	})
	return append(faults, unknownGroups(expr, labels)...), labels
}

// unknownGroups says by which labels is grouped or matched that no metric has.
func unknownGroups(expr parser.Expr, known []string) (faults []string) {
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		var by []string
		switch n := node.(type) {
		case *parser.AggregateExpr:
			by = n.Grouping
		case *parser.BinaryExpr:
			if n.VectorMatching != nil {
				by = append(slices.Clone(n.VectorMatching.MatchingLabels), n.VectorMatching.Include...)
			}
		}
		for _, label := range by {
			if !slices.Contains(known, label) {
				faults = append(faults, "no label "+label)
			}
		}
		return nil
	})
	return faults
}

func TestUnknownIsFound(t *testing.T) {
	t.Parallel()
	known := metrics(t)
	for query, want := range map[string]string{
		`rate(caddy_discount_decisions[5m])`:                                    "no metric caddy_discount_decisions",
		`caddy_discount_decisions_total{reason="x"}`:                            "caddy_discount_decisions_total has no label reason",
		`sum by (sku) (caddy_discount_decisions_total)`:                         "no label sku",
		`caddy_discount_strategy_info / on (cart) caddy_discount_strategy_info`: "no label cart",
		`sum by (le) (caddy_discount_decisions_total)`:                          "no label le",
		`rate(`: "parse error",
		`sum by (status) (rate(caddy_discount_decisions_total{instance=~"$instance"}[$__rate_interval]))`: "",
	} {
		faults, _ := unknown(query, known)
		if got := strings.Join(faults, "; "); want == "" && got != "" || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
}

func TestAlertsAskForWhatThereIs(t *testing.T) {
	t.Parallel()
	known := metrics(t)
	for name, query := range alertQueries(t) {
		if faults, _ := unknown(query, known); len(faults) > 0 {
			t.Errorf("%s: %s", name, strings.Join(faults, "; "))
		}
	}
}

// dashboard is what is held to rules of a dashboard.
type dashboard struct {
	UID, Title  string
	Panels      []panel
	Annotations struct {
		List []struct{ Name, Expr, TitleFormat string }
	}
	Templating struct {
		List []struct{ Name, Type, Definition string }
	}
}

type panel struct {
	ID          int
	Type, Title string
	GridPos     struct{ X, Y, W, H int }
	Targets     []struct{ RefID, Expr, LegendFormat string }
}

func readDashboard(t *testing.T) (d dashboard) {
	t.Helper()
	text, err := os.ReadFile("dashboard.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &d); err != nil {
		t.Fatal(err)
	}
	if d.UID == "" || d.Title == "" || len(d.Panels) < 10 {
		t.Fatalf("it is no dashboard: %+v", d)
	}
	return d
}

func TestPanelsHaveTheirOwnIDAndPlace(t *testing.T) {
	t.Parallel()
	ids := make(map[int]string)
	places := make(map[[2]int]string)
	for _, p := range readDashboard(t).Panels {
		if other, taken := ids[p.ID]; taken || p.ID < 1 {
			t.Errorf("%q has the id %d of %q", p.Title, p.ID, other)
		}
		ids[p.ID] = p.Title
		if p.GridPos.X+p.GridPos.W > 24 || p.GridPos.H < 1 {
			t.Errorf("%q does not fit: %+v", p.Title, p.GridPos)
		}
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other := places[[2]int{x, y}]; other != "" {
					t.Fatalf("%q lies on %q", p.Title, other)
				}
				places[[2]int{x, y}] = p.Title
			}
		}
	}
}

var inBraces = regexp.MustCompile(`{{\s*(\w+)\s*}}`)

func TestPanelsAskForWhatThereIs(t *testing.T) {
	t.Parallel()
	known := metrics(t)
	hold := func(where, query, legend string) {
		faults, labels := unknown(query, known)
		for _, label := range inBraces.FindAllStringSubmatch(legend, -1) {
			if !slices.Contains(labels, label[1]) {
				faults = append(faults, "no label "+label[1]+" to show")
			}
		}
		if len(faults) > 0 {
			t.Errorf("%s: %s", where, strings.Join(faults, "; "))
		}
	}
	d := readDashboard(t)
	for _, p := range d.Panels {
		if p.Type != "row" && len(p.Targets) == 0 {
			t.Errorf("%q asks for nothing", p.Title)
		}
		for _, q := range p.Targets {
			hold(fmt.Sprintf("%q %s", p.Title, q.RefID), q.Expr, q.LegendFormat)
		}
	}
	for _, a := range d.Annotations.List {
		hold(a.Name, a.Expr, a.TitleFormat)
	}
	for _, v := range d.Templating.List {
		if inside, ok := strings.CutPrefix(v.Definition, "label_values("); ok {
			i := strings.LastIndex(inside, ",")
			hold(v.Name, inside[:i], "{{"+strings.Trim(inside[i:], ", )")+"}}")
		}
	}
}

// Every metric is on the dashboard or in an alert.
func TestEveryMetricIsUsed(t *testing.T) {
	t.Parallel()
	var used strings.Builder
	for _, p := range readDashboard(t).Panels {
		for _, q := range p.Targets {
			used.WriteString(q.Expr + "\n")
		}
	}
	for _, query := range alertQueries(t) {
		used.WriteString(query + "\n")
	}
	for name := range metrics(t) {
		base := strings.TrimSuffix(strings.TrimSuffix(strings.TrimSuffix(name, "_bucket"), "_sum"), "_count")
		if !strings.Contains(used.String(), base) {
			t.Errorf("%s is nowhere used", name)
		}
	}
}
