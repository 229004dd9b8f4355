package strategy_test

import (
	"strings"
	"testing"
)

// Each warning has a text that triggers it and one that does not.
func TestWarnings(t *testing.T) {
	const head = "version = \"v\"\ntimezone = \"UTC\"\n"
	for _, c := range []struct {
		name, text, calm, want string
	}{
		{
			"a SKU the catalogue does not know",
			head + "[[products]]\nsku = \"latte\"\n[rule.a]\nskus = [\"late\"]\ndiscount_amount = 1\n",
			head + "[[products]]\nsku = \"latte\"\n[rule.a]\nskus = [\"latte\"]\ndiscount_amount = 1\n",
			`t.toml:6:9: rule."a".skus[0]: the catalogue does not know "late" (did you mean "latte"?)`,
		},
		{
			"a category the catalogue does not know",
			head + "[[products]]\nsku = \"latte\"\ncategory = \"coffee\"\n[[discounts]]\nthreshold = 1\namount = 1\ncategories = [\"tea\"]\n",
			head + "[[products]]\nsku = \"latte\"\n[[discounts]]\nthreshold = 1\namount = 1\ncategories = [\"tea\"]\n",
			`t.toml:9:15: discounts[0].categories[0]: the catalogue does not know "tea"`,
		},
		{
			"a rate that looks like the share to pay",
			head + "[rule.a]\ndiscount_rate = 0.8\n",
			head + "[rule.a]\ndiscount_rate = 0.2\n",
			`t.toml:4:17: rule."a".discount_rate: 0.8 is taken off, 0.2 is left to pay (to let 0.8 be paid, 8 折, write 0.2)`,
		},
		{
			"a rate of a unit that looks like the share to pay",
			head + "[rule.a]\nunit_rates = [0, 0.8]\n",
			head + "[rule.a]\nunit_rates = [0, 0.2]\n",
			`t.toml:4:18: rule."a".unit_rates[1]: 0.8 is taken off, 0.2 is left to pay (to let 0.8 be paid, 8 折, write 0.2)`,
		},
		{
			"rates of units that look like the shares to pay",
			head + "[rule.a]\nunit_rates = [1, 0.5, 0]\n",
			head + "[rule.a]\nunit_rates = [0, 1, 0.5]\n[rule.b]\npick = \"cheapest\"\nunit_rates = [1, 0.5, 0]\n",
			`t.toml:4:1: rule."a".unit_rates: most is taken off the first unit of each set (to let [1, 0.5, 0] be paid, write [0, 0.5, 1])`,
		},
		{
			"a step that gives no more than the one below it",
			head + "[rule.a]\nladder = [{ threshold = 100, amount = 20 }, { threshold = 200, amount = 15 }]\n",
			head + "[rule.a]\nladder = [{ threshold = 100, amount = 20 }, { threshold = 200, amount = 45 }]\n",
			`t.toml:4:47: rule."a".ladder[1]: the step gives no more than the one below it`,
		},
		{
			"a step of [[discounts]] that another makes useless",
			head + "[[discounts]]\nthreshold = 20\namount = 3\n[[discounts]]\nthreshold = 35\namount = 3\n",
			head + "[[discounts]]\nthreshold = 20\namount = 3\n[[discounts]]\nthreshold = 35\namount = 3\ncategories = [\"c\"]\n",
			"t.toml:6:3: discounts[1]: discounts[0] is as easy to reach and worth as much, so this step never applies",
		},
		{
			"a rule behind one that always ends the cart",
			head + "[rule.a]\nstop = \"cart\"\ndiscount_amount = 1\n[rule.b]\ndiscount_amount = 1\n",
			head + "[rule.a]\nstop = \"cart\"\nmin_quantity = 2\ndiscount_amount = 1\n[rule.b]\ndiscount_amount = 1\n",
			`t.toml:6:7: rule."b": rule."a" comes before and always ends the cart, so this rule never applies`,
		},
		{
			"a rule of shipping behind one that always ends the cart, unless an exclusive one replaces it",
			head + "[rule.a]\nstop = \"cart\"\ndiscount_amount = 1\n[rule.b]\napplies_to = \"shipping\"\ndiscount_amount = 1\n",
			head + "[rule.a]\nstop = \"cart\"\ndiscount_amount = 1\n[rule.b]\napplies_to = \"shipping\"\ndiscount_amount = 1\n[rule.x]\nexclusive = \"goods\"\ndiscount_amount = 2\n",
			`t.toml:6:7: rule."b": rule."a" comes before and always ends the cart, so this rule never applies`,
		},
		{
			"a window without a time zone",
			"version = \"v\"\n[rule.a]\ntime_window = { start = \"08:00\", end = \"10:00\" }\ndiscount_amount = 1\n",
			head + "[rule.a]\ntime_window = { start = \"08:00\", end = \"10:00\" }\ndiscount_amount = 1\n",
			`t.toml:3:17: rule."a".time_window.start: the time is local, and no timezone is given, so it is UTC (such as timezone = "Asia/Shanghai" at the top)`,
		},
		{
			"a local date-time without a time zone",
			"version = \"v\"\n[rule.a]\nvalid_until = 2024-06-30T23:59:59\ndiscount_amount = 1\n",
			"version = \"v\"\n[rule.a]\nvalid_until = 2024-06-30T23:59:59Z\ndiscount_amount = 1\n",
			`t.toml:3:15: rule."a".valid_until: the time is local, and no timezone is given, so it is UTC (such as timezone = "Asia/Shanghai" at the top)`,
		},
		{
			"an end that comes twice",
			"version = \"v\"\ntimezone = \"America/Santiago\"\n[rule.a]\nvalid_until = 2026-04-04T23:59:59\ndiscount_amount = 1\n",
			"version = \"v\"\ntimezone = \"America/Santiago\"\n[rule.a]\nvalid_until = 2026-04-04T23:59:59-04:00\ndiscount_amount = 1\n",
			`t.toml:4:15: rule."a".valid_until: the clocks in America/Santiago show 2026-04-04T23:59:59 twice, and the later time counts (write 2026-04-04T23:59:59-04:00 to say so, or 2026-04-04T23:59:59-03:00 for the other)`,
		},
		{
			"a start that comes twice",
			"version = \"v\"\ntimezone = \"Europe/Berlin\"\n[rule.a]\nvalid_from = \"2026-10-25T02:00:00.5\"\ndiscount_amount = 1\n",
			"version = \"v\"\ntimezone = \"Europe/Berlin\"\n[rule.a]\nvalid_from = \"2026-10-25T03:00:00\"\ndiscount_amount = 1\n",
			`t.toml:4:14: rule."a".valid_from: the clocks in Europe/Berlin show 2026-10-25T02:00:00.5 twice, and the earlier time counts (write 2026-10-25T02:00:00.5+02:00 to say so, or 2026-10-25T02:00:00.5+01:00 for the other)`,
		},
		{
			"a start that is skipped",
			"version = \"v\"\ntimezone = \"America/Havana\"\n[rule.a]\nvalid_from = 2026-03-08T00:00:00\ndiscount_amount = 1\n",
			"version = \"v\"\ntimezone = \"America/Havana\"\n[rule.a]\nvalid_from = 2026-03-08T01:00:00\ndiscount_amount = 1\n",
			`t.toml:4:14: rule."a".valid_from: the clocks in America/Havana skip 2026-03-08T00:00:00, so it is the instant at which they are set forward (write 2026-03-08T01:00:00-04:00 to say so)`,
		},
		{
			"an activation that comes twice",
			"version = \"v\"\ntimezone = \"America/New_York\"\nactivate_at = 2026-11-01T01:30:00\n[rule.a]\ndiscount_amount = 1\n",
			"version = \"v\"\ntimezone = \"America/New_York\"\nactivate_at = 2026-11-01T02:00:00\n[rule.a]\ndiscount_amount = 1\n",
			`t.toml:3:15: activate_at: the clocks in America/New_York show 2026-11-01T01:30:00 twice, and the earlier time counts (write 2026-11-01T01:30:00-04:00 to say so, or 2026-11-01T01:30:00-05:00 for the other)`,
		},
		{
			"an offset with seconds",
			"version = \"v\"\ntimezone = \"Africa/Monrovia\"\n[rule.a]\nvalid_from = 1972-01-07T00:30:00\ndiscount_amount = 1\n",
			"version = \"v\"\ntimezone = \"Africa/Monrovia\"\n[rule.a]\nvalid_from = 1972-01-07T00:45:00\ndiscount_amount = 1\n",
			`t.toml:4:14: rule."a".valid_from: the clocks in Africa/Monrovia skip 1972-01-07T00:30:00, so it is the instant at which they are set forward (write 1972-01-07T00:44:30Z to say so)`,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := warnings(t, c.text); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
			if got := warnings(t, c.calm); got != "" {
				t.Errorf("without cause: %s", got)
			}
		})
	}
}

func warnings(t *testing.T, text string) string {
	t.Helper()
	var lines []string
	for _, c := range mustParse(t, "", text).Warnings() {
		lines = append(lines, c.String())
	}
	return strings.Join(lines, "\n")
}
