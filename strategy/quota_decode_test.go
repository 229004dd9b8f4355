package strategy_test

import (
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/strategy"
)

// warned loads a strategy and lists what is wrong with it, or what is warned of.
func warned(text string) (string, error) {
	m, err := strategy.Parse("", strategy.Source{Name: "t.toml", Data: []byte("version = \"v\"\n" + text)})
	if err != nil {
		return err.Error(), err
	}
	var list []string
	for _, w := range m.Warnings() {
		list = append(list, w.String())
	}
	return strings.Join(list, "\n"), nil
}

func TestQuotasThatAreRefused(t *testing.T) {
	t.Parallel()
	const rule = "[rule.a]\ndiscount_rate = 0.1\n"
	for name, c := range map[string]struct{ text, want string }{
		"no limit":               {rule + "quota = { per = \"day\" }\n", `t.toml:4:11: rule."a".quota: the quota limits nothing (write uses, units or budget, or one of them with _per_customer)`},
		"a shared without one":   {"[quota.all]\npartial = true\n" + rule + "quotas = [\"all\"]\n", "t.toml:2:8: quota.all: the quota limits nothing"},
		"a name that nobody":     {"[quota.all]\nuses = 1\n" + rule, `t.toml:2:8: quota.all: no rule names this quota (write quotas = ["all"] in a rule, or leave the quota out)`},
		"an unknown name":        {"[quota.all]\nuses = 1\n" + rule + "quotas = [\"all\", \"al\"]\n", `t.toml:6:18: rule."a".quotas[1]: there is no [quota.al] (did you mean "all"?)`},
		"a name in quota":        {"[quota.all]\nuses = 1\n" + rule + "quotas = \"all\"\nquota = \"all\"\n", "the names of [quota.NAME] are written in quotas"},
		"units of shipping":      {rule + "applies_to = \"shipping\"\nquota = { units = 1 }\n", `t.toml:5:11: rule."a".quota: the quota counts units, and shipping has none (use applies_to = "items", or limit uses or budget)`},
		"shared units":           {"[quota.all]\nunits_per_customer = 1\n" + rule + "applies_to = \"all\"\nquotas = [\"all\"]\n", `t.toml:7:1: rule."a".quotas: quota.all counts units, and shipping has none`},
		"a count twice":          {"[quota.a]\nuses = 1\n" + rule + "quota = { uses = 1 }\nquotas = [\"a\"]\n", `quota.a counts as "a", too (give one of them another id, or share one [quota.NAME])`},
		"an id twice":            {rule + "quota = { uses = 1, id = \"b\" }\n[rule.b]\ndiscount_rate = 0.1\nquota = { uses = 1 }\n", `rule."a".quota counts as "b", too`},
		"nothing":                {rule + "quota = { uses = 0 }\n", "rule.\"a\".quota.uses: 0 is out of range"},
		"a fraction of an order": {rule + "quota = { uses = 1.5 }\n", "rule.\"a\".quota.uses"},
		"another period":         {rule + "quota = { uses = 1, per = \"days\" }\n", `want one of day, week, month (did you mean "day"?)`},
		"another outage":         {rule + "quota = { uses = 1, on_outage = \"apply\" }\n", "want one of skip, allow"},
		"a limit of others":      {rule + "quota = { limit = 1 }\n", "did you mean uses?"},
		"one a user":             {rule + "quota = { per_user = 1 }\n", "did you mean uses_per_customer?"},
		"a key mistyped":         {rule + "quota = { uses_per_costumer = 1 }\n", "did you mean uses_per_customer?"},
		"another period key":     {rule + "quota = { uses = 1, period = \"day\" }\n", "did you mean per?"},
		"no table":               {"[quota]\nuses = 1\n" + rule, "a quota is a table"},
		"a decimal too many":     {rule + "quota = { budget = 1.005 }\n", "1.005 has 3 decimals, CNY has 2"},
		"an id of a line":        {rule + "quota = { uses = 1, id = \"a\\nb\" }\n", "has a character that cannot be printed"},
		"a quota of a step":      {"[[discounts]]\nthreshold = 1\namount = 1\nquota = { uses = 1 }\n", `unknown key "quota"`},
	} {
		got, err := warned(c.text)
		if err == nil || !strings.Contains(got, c.want) || strings.Contains(got, "\n") {
			t.Errorf("%s: got %s\nwant %s", name, got, c.want)
		}
	}
}

func TestQuotasThatAreWarnedOf(t *testing.T) {
	t.Parallel()
	const partial = "quota = { units = 5, partial = true }\n"
	for name, c := range map[string]struct{ text, want string }{
		"bundles":                  {"[rule.a]\nbundle = { units = 2, price = 1 }\n" + partial, `t.toml:4:11: rule."a".quota: bundle reduces units in sets`},
		"buy and get":              {"[rule.a]\nbuy = { quantity = 2 }\nget = {}\n" + partial, "get reduces units in sets"},
		"groups":                   {"[quota.q]\nbudget = 5\npartial = true\n[rule.a]\ngroups_of = { size = 2, rate = 0.1 }\nquotas = [\"q\"]\n", `rule."a".quotas: groups_of reduces units in sets`},
		"orders":                   {"[rule.a]\ndiscount_rate = 0.1\nquota = { uses = 5, partial = true }\n", "an order is counted as a whole, so partial changes nothing"},
		"the budget of a gift":     {"[rule.a]\ngift = { sku = \"mug\" }\nquota = { budget = 5 }\n", "a gift takes nothing off"},
		"a name with a space":      {"[quota.\"q \"]\nuses = 5\n[rule.a]\ndiscount_rate = 0.1\nquotas = [\"q \"]\n", "ends with a space"},
		"units of a rate":          {"[rule.a]\ndiscount_rate = 0.1\n" + partial, ""},
		"bundles without partial":  {"[rule.a]\nbundle = { units = 2, price = 1 }\nquota = { units = 4 }\n", ""},
		"orders of the same group": {"[rule.a]\ngroups_of = { size = 2, rate = 0.1 }\nquota = { uses = 5 }\n", ""},
	} {
		got, err := warned(c.text)
		if err != nil || (c.want == "") != (got == "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: got %s\nwant %s", name, got, c.want)
		}
	}
}
