package strategy_test

import (
	"strings"
	"testing"
)

func TestCountsThatStartAtZero(t *testing.T) {
	t.Parallel()
	const was = "[quota.all]\nbudget = 5\n[rule.a]\ndiscount_rate = 0.1\nquota = { uses = 5, units_per_customer = 1 }\nquotas = [\"all\"]\n"
	for name, c := range map[string]struct{ now, want string }{
		"the same":           {now: was},
		"another limit":      {now: strings.Replace(was, "uses = 5", "uses = 7, partial = false, on_outage = \"allow\"", 1)},
		"a rule renamed":     {now: strings.Replace(was, "rule.a", "rule.b", 1), want: "b counts uses from zero: to continue the count of a, write id = \"a\"\nb counts units of each customer from zero: to continue the count of a, write id = \"a\""},
		"renamed with an id": {now: strings.NewReplacer("rule.a", "rule.b", "uses = 5", "uses = 5, id = \"a\"").Replace(was)},
		"another round":      {now: strings.Replace(was, "budget = 5", "budget = 5\nround = \"2\"", 1), want: `all counts budget from zero: its round was none and is "2"`},
		"another period":     {now: strings.Replace(was, "budget = 5", "budget = 5\nper = \"week\"", 1), want: "all counts budget from zero: it was counted for ever and is counted per week"},
		"a limit more":       {now: strings.Replace(was, "uses = 5", "uses = 5, units = 7", 1)},
		"a limit less":       {now: strings.Replace(was, "uses = 5, ", "", 1)},
		"a shared one renamed": {
			now: strings.NewReplacer("quota.all", "quota.every", "\"all\"", "\"every\"").Replace(was), want: `every counts budget from zero: to continue the count of all, write id = "all"`,
		},
		"no quota": {now: "[rule.a]\ndiscount_rate = 0.1\n"},
	} {
		var texts []string
		for _, r := range loadedText(t, c.now).RecountsAfter(loadedText(t, was)) {
			texts = append(texts, r.Text)
		}
		if got := strings.Join(texts, "\n"); got != c.want {
			t.Errorf("%s: got %s\nwant %s", name, got, c.want)
		}
	}
}
