package strategy_test

import (
	"errors"
	"testing"

	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
)

// A strategy that is wrong is refused with a message that says where, what and
// how to mend it. Each case is the whole message.
func TestMessages(t *testing.T) {
	const rule = "[rule.a]\ndiscount_rate = 0.1\n"
	for _, c := range []struct {
		name, text, env, want string
	}{
		{"an empty file", "", "", "t.toml:1:1: the file is empty (a strategy has a version and at least one rule)"},
		{"comments alone", "# to do\n", "", "t.toml:1:1: the file is empty (a strategy has a version and at least one rule)"},
		{"a blank version", "version = \"  \"\n" + rule, "", "t.toml:1:11: version: the version is blank"},
		{"behind a byte order mark", "\ufeffversion = 1\n" + rule, "", `t.toml:1:11: version: this is an integer ("1"), want a string`},
		{"a byte order mark alone", "\ufeff", "", "t.toml:1:1: the file is empty (a strategy has a version and at least one rule)"},
		{"a day by its whole name", "version = \"v\"\n[rule.a]\ntime_window = { start = \"08:00\", end = \"09:00\", days = [\"Friday\"] }\ndiscount_rate = 0.1\n", "",
			`t.toml:3:57: rule."a".time_window.days[0]: "Friday" is not a day, sun, mon, tue, wed, thu, fri, sat are (did you mean "fri"?)`},
		{"a date as a string", "version = \"v\"\n[rule.a]\nvalid_until = \"2026-11-30\"\ndiscount_rate = 0.1\n", "",
			`t.toml:3:15: rule."a".valid_until: 2026-11-30 is a date without a time (such as 2026-11-30T23:59:59)`},
		{"a percent sign", "version = \"v\"\n[rule.a]\ndiscount_rate = \"20%\"\n", "",
			`t.toml:3:17: rule."a".discount_rate: "20%" is not a rate: not a decimal number (20 % off is 0.2; 2 折 would be 0.8, of which check warns)`},
		{"a version alone", "version = \"v\"", "", `t.toml:1:1: the strategy has no rule (write a [rule."name"] or a [[discounts]] step)`},
		{"rules without a version", rule, "", "t.toml:1:1: version: the strategy has no version (add version = \"…\" at the top)"},
		{"a version that is too long", "version = \"0123456789012345678901234567890123456789012345678901234567890123x\"\n" + rule, "",
			"t.toml:1:11: version: 65 characters are too many, want 1 to 64"},
		{"a version with a control character", "version = \"a\\tb\"\n" + rule, "", `t.toml:1:11: version: "a\tb" has a character that cannot be printed`},
		{"a version that is a number", "version = 2\n" + rule, "", `t.toml:1:11: version: this is an integer ("2"), want a string`},
		{"a line that is not TOML", "version = \"v\"\n[rule.a\n", "", "t.toml:2:8: expected ']' to close table name"},
		{"a decimal comma", "version = \"v\"\n[rule.a]\ndiscount_amount = 8,00\n", "",
			"t.toml:3:20: unexpected comma in a number (decimals follow a point, such as 8.50, and thousands are 1000 or 1_000)"},
		{"a step without a threshold", "version = \"v\"\n[rule.a]\nladder = [{ amount = 20 }]\n", "", `t.toml:3:13: rule."a".ladder[0]: there is no threshold`},
		{"a second step without a threshold", "version = \"v\"\n[rule.a]\nladder = [{ threshold = 100, amount = 10 }, { amount = 20 }]\n", "",
			`t.toml:3:47: rule."a".ladder[1]: there is no threshold`},
		{"a threshold that is mistyped", "version = \"v\"\n[rule.a]\nladder = [{ threshold = 100, amount = 10 }, { treshold = 200, amount = 20 }]\n", "",
			`t.toml:3:47: rule."a".ladder[1].treshold: unknown key "treshold" (did you mean threshold?)`},
		{"a decimal comma in a rate", "version = \"v\"\n[rule.a]\ndiscount_rate = 0,85\n", "",
			"t.toml:3:17: 0,85 is no rate (8.5 折 is 0.15; 85 % off would be 0.85, of which check warns)"},
		{"a decimal comma in what may be an amount", "version = \"v\"\n[rule.a]\ndiscount = 8,00\n", "",
			"t.toml:3:13: unexpected comma in a number (decimals follow a point, such as 8.50, and thousands are 1000 or 1_000)"},
		{"curly quotes", "version = “v”\n" + rule, "", "t.toml:1:11: unexpected left double quote “ (U+201C) (the quote of TOML is the straight \")"},
		{"a single curly quote", "version = ‘v’\n" + rule, "", "t.toml:1:11: unexpected left single quote ‘ (U+2018) (the quote of TOML is the straight \" or ')"},
		{"a string without an end", "version = \"v\n" + rule, "", "t.toml:1:13: the string does not end on its line (end it with the quote it begins with)"},
		{"a bare key in another script", "version = \"v\"\n[rule.春]\ndiscount_rate = 0.1\n", "",
			"t.toml:2:7: unexpected character '春' (U+6625) (keys and texts with other letters than A to Z are written in quotes)"},
		{"a sign of a currency", "version = \"v\"\n[rule.a]\ndiscount_amount = €8\n", "", "t.toml:3:19: unexpected currency sign € (U+20AC) (an amount is written without the sign of its currency)"},
		{"a bare percent sign", "version = \"v\"\n[rule.a]\ndiscount_rate = 15%\n", "",
			"t.toml:3:17: 15% is no rate (15 % off is 0.15; 1.5 折 would be 0.85, of which check warns)"},
		{"a colon for an equals sign", "version: \"v\"\n" + rule, "", "t.toml:1:8: expected '=' after key (key = value, with an equals sign)"},
		{"a truth in capitals", "version = \"v\"\n[rule.a]\nenabled = True\n", "", "t.toml:3:11: unexpected word (true and false are written in small letters)"},
		{"a currency in small letters", "version = \"v\"\ncurrency = \"eur\"\n" + rule, "",
			`t.toml:2:12: currency: "eur" is not an ISO 4217 currency code (did you mean "EUR"?)`},
		{"a currency by its name", "version = \"v\"\ncurrency = \"Euro\"\n" + rule, "",
			`t.toml:2:12: currency: "Euro" is not an ISO 4217 currency code (did you mean "EUR"?)`},
		{"a currency by its sign", "version = \"v\"\ncurrency = \"€\"\n" + rule, "",
			`t.toml:2:12: currency: "€" is not an ISO 4217 currency code (such as CNY, USD or JPY)`},
		{"a rule twice", "version = \"v\"\n[rule.a]\ndiscount_rate = 0.1\n[rule.a]\ndiscount_rate = 0.1\n", "", `t.toml:4:7: rule.a: "a" is already there, on line 2`},
		{"a key twice in a rule", "version = \"v\"\n[rule.\"春\"]\npriority = 1\npriority = 2\n", "", `t.toml:4:1: rule."春".priority: "priority" is already there, on line 3`},
		{"a key twice in a step", "version = \"v\"\n[[discounts]]\nthreshold = 1\n[[discounts]]\nthreshold = 1\nthreshold = 2\n", "", `t.toml:6:1: discounts[1].threshold: "threshold" is already there, on line 5`},
		{"a key twice", "version = \"v\"\nversion = \"w\"\n", "", `t.toml:2:1: version: "version" is already there, on line 1`},
		{"a date that does not exist", "version = \"v\"\n[rule.a]\ndiscount_rate = 0.1\nvalid_until = 2024-02-30T00:00:00Z\n", "",
			"t.toml:4:15: rule.a.valid_until: 2024-02-30T00:00:00Z: there is no such date-time (February 2024 has 29 days)"},
		{"bytes that are not UTF-8", "version = \"\xff\"", "", "t.toml:1:12: the file is not UTF-8 here (save it as UTF-8)"},
		{"a mistyped key", "version = \"v\"\n[rule.a]\ndiscount_rat = 0.1\n", "",
			`t.toml:3:1: rule."a".discount_rat: unknown key "discount_rat" (did you mean discount_rate?)`},
		{"a key that is nothing like any", "version = \"v\"\nzzzzzz = 1\n" + rule, "", `t.toml:2:1: zzzzzz: unknown key "zzzzzz"`},
		{"per cent instead of a fraction", "version = \"v\"\n[rule.a]\ndiscount_rate = 15\n", "",
			`t.toml:3:17: rule."a".discount_rate: 15 is out of range, want above 0 and at most 1 (15 % off is 0.15; 15 折 would be 0.85, of which check warns)`},
		{"a share to pay instead of a share off", "version = \"v\"\n[rule.a]\ndiscount_rate = 0.95\n", "",
			`t.toml:3:17: rule."a".discount_rate: 0.95 takes more than 0.9 off (9.5 折 is 0.05; 95 % off would be 0.95, which is above 0.9)`},
		{"a rate of nothing", "version = \"v\"\n[rule.a]\ndiscount_rate = 0\n", "",
			`t.toml:3:17: rule."a".discount_rate: the rate is 0, want above 0 (to switch a rule off, leave its rate and write enabled = false)`},
		{"a negative rate", "version = \"v\"\n[rule.a]\ndiscount_rate = -0.1\n", "",
			`t.toml:3:17: rule."a".discount_rate: -0.1 is out of range, want above 0 and at most 1 (10 % off is 0.1; 1 折 would be 0.9, of which check warns)`},
		{"a rate with an exponent", "version = \"v\"\n[rule.a]\ndiscount_rate = 1e-1\n", "",
			`t.toml:3:17: rule."a".discount_rate: 1e-1 is not a plain decimal number (write it with digits and a point only)`},
		{"not a number", "version = \"v\"\n[rule.a]\ndiscount_rate = nan\n", "",
			`t.toml:3:17: rule."a".discount_rate: nan is not a plain decimal number (write it with digits and a point only)`},
		{"too many decimals", "version = \"v\"\n[rule.a]\ndiscount_amount = 1.005\n", "",
			`t.toml:3:19: rule."a".discount_amount: "1.005" is not an amount of CNY: 1.005 has 3 decimals, CNY has 2`},
		{"decimals of a currency without any", "version = \"v\"\ncurrency = \"JPY\"\n[rule.a]\ndiscount_amount = 0.5\n", "",
			`t.toml:4:19: rule."a".discount_amount: "0.5" is not an amount of JPY: 0.5 has 1 decimal, JPY has 0`},
		{"an amount of nothing", "version = \"v\"\n[rule.a]\ndiscount_amount = 0\n", "", `t.toml:3:19: rule."a".discount_amount: 0 is too small, want 0.01 CNY or more`},
		{"two rewards", "version = \"v\"\n[rule.a]\ndiscount_rate = 0.1\ndiscount_amount = 1\n", "",
			`t.toml:4:19: rule."a".discount_amount: the rule has a second reward, discount_rate is the first (split it into two rules)`},
		{"a minimum of none", "version = \"v\"\n[rule.a]\nmin_quantity = 0\ndiscount_rate = 0.1\n", "",
			`t.toml:3:16: rule."a".min_quantity: 0 is out of range, want 1 to 999999999999999`},
		{"a switch that is a string", "version = \"v\"\n[rule.a]\nenabled = \"yes\"\ndiscount_rate = 0.1\n", "",
			`t.toml:3:11: rule."a".enabled: this is a string ("yes"), want true or false`},
		{"an end before the beginning", "version = \"v\"\n[rule.a]\nvalid_from = 2024-02-01T00:00:00Z\nvalid_until = 2024-01-01T00:00:00Z\ndiscount_rate = 0.1\n", "",
			`t.toml:4:15: rule."a".valid_until: the rule ends before it begins`},
		{"a date without a time", "version = \"v\"\n[rule.a]\nvalid_until = 2024-01-01\ndiscount_rate = 0.1\n", "",
			`t.toml:3:15: rule."a".valid_until: 2024-01-01 is a date without a time (such as 2024-01-01T23:59:59)`},
		{"no time of day", "version = \"v\"\n[rule.a]\ntime_window = { start = \"8\", end = \"25:00\" }\ndiscount_rate = 0.1\n", "",
			"t.toml:3:25: rule.\"a\".time_window.start: \"8\" is not a time of day (such as \"08:00\" or \"22:30:15\")\n" +
				`t.toml:3:36: rule."a".time_window.end: "25:00" is not a time of day (such as "08:00" or "22:30:15")`},
		{"no such day", "version = \"v\"\n[rule.a]\ntime_window = { start = \"08:00\", end = \"09:00\", days = [\"monday\"] }\ndiscount_rate = 0.1\n", "",
			`t.toml:3:57: rule."a".time_window.days[0]: "monday" is not a day, sun, mon, tue, wed, thu, fri, sat are (did you mean "mon"?)`},
		{"half a window", "version = \"v\"\n[rule.a]\ntime_window = { start = \"08:00\" }\ndiscount_rate = 0.1\n", "",
			`t.toml:3:17: rule."a".time_window: the time window has no end (such as end = "24:00")`},
		{"an empty list", "version = \"v\"\n[rule.a]\nskus = []\ndiscount_rate = 0.1\n", "",
			`t.toml:3:1: rule."a".skus: the list is empty, so nothing could ever match (leave the key out to match everything)`},
		{"half a step", "[[discounts]]\nthreshold = 20\n", "", "t.toml:1:3: discounts[0]: the step has no amount (such as amount = 20)"},
		{"an unknown currency", "version = \"v\"\ncurrency = \"RMB\"\n" + rule, "",
			`t.toml:2:12: currency: "RMB" is not an ISO 4217 currency code (such as CNY, USD or JPY)`},
		{"a retired currency", "version = \"v\"\ncurrency = \"HRK\"\n" + rule, "",
			`t.toml:2:12: currency: "HRK" is a retired ISO 4217 currency code, EUR replaced it (write "EUR", and all amounts in it)`},
		{"a retired currency in lower case", "version = \"v\"\ncurrency = \"zwl\"\n" + rule, "",
			`t.toml:2:12: currency: "zwl" is not an ISO 4217 currency code (write "ZWG", and all amounts in it)`},
		{"a currency that never was listed", "version = \"v\"\ncurrency = \"GGP\"\n" + rule, "",
			`t.toml:2:12: currency: "GGP" is not an ISO 4217 currency code, GBP is (write "GBP", and all amounts in it)`},
		{"a currency without a minor unit", "version = \"v\"\ncurrency = \"XDR\"\n" + rule, "",
			`t.toml:2:12: currency: "XDR" is the special drawing right, which has no minor unit in ISO 4217, so no amount can be in it (such as CNY, USD or JPY)`},
		{"a word that begins like a retired currency", "version = \"v\"\ncurrency = \"Roles\"\n" + rule, "",
			`t.toml:2:12: currency: "Roles" is not an ISO 4217 currency code (such as CNY, USD or JPY)`},
		{"an unknown time zone", "version = \"v\"\ntimezone = \"Beijing\"\n" + rule, "",
			`t.toml:2:12: timezone: "Beijing" is not an IANA time zone (such as Asia/Shanghai)`},
		{"the machine's own time zone", "version = \"v\"\ntimezone = \"Local\"\n" + rule, "",
			`t.toml:2:12: timezone: "Local" is the time zone of the machine, so the answer would depend on where it is computed (name the zone of the shop, such as Asia/Shanghai)`},
		{"an environment that is not there", "version = \"v\"\n" + rule + "[[env]]\nname = \"prod\"\n[[env]]\nname = \"dev\"\n", "prd",
			`t.toml:1:1: env: there is no environment "prd": there are "prod", "dev" (did you mean "prod"?)`},
		{"an environment where there is none", "version = \"v\"\n" + rule, "prod", `t.toml:1:1: env: there is no environment "prod": the strategy has none`},
		{"an environment with a mistyped key", "version = \"v\"\n" + rule + "[[env]]\nname = \"dev\"\ncurency = \"USD\"\n", "dev",
			`t.toml:6:1: curency: unknown key "curency" (did you mean currency?)`},
		{"a catalogue under both names", "version = \"v\"\n" + rule + "[[products]]\nsku = \"a\"\n[[beverages]]\nsku = \"b\"\n", "",
			"t.toml:6:3: beverages: beverages is another name of products, and both are here (write all as [[products]])"},
		{"a product twice", "version = \"v\"\n" + rule + "[[products]]\nsku = \"a\"\n[[products]]\nname = \"a\"\n", "",
			`t.toml:6:3: products[1]: "a" is in the catalogue twice, first on line 4`},
		{"a floor above the price", "version = \"v\"\n" + rule + "[[products]]\nsku = \"a\"\nprice = 2\nfloor_price = 3\n", "",
			"t.toml:7:15: products[0].floor_price: the floor price is above the price"},
		{"a rule by the ladder's name", "version = \"v\"\n[rule.discounts]\ndiscount_rate = 0.1\n[[discounts]]\nthreshold = 1\namount = 1\n", "",
			`t.toml:2:7: rule."discounts": the [[discounts]] ladder goes by this id (call the rule something else, or give the ladder an id in its first step)`},
		{"numbers where tables are wanted", "version = \"v\"\n[rule.a]\nget = 1\nbuy = 2\n[rule.b]\ngift = \"cup\"\n", "",
			"t.toml:3:7: rule.\"a\".get: this is an integer (\"1\"), want a table such as { quantity = 1, rate = 1 }\n" +
				"t.toml:4:7: rule.\"a\".buy: this is an integer (\"2\"), want a table such as { quantity = 2 }\n" +
				"t.toml:6:8: rule.\"b\".gift: this is a string (\"cup\"), want a table such as { sku = \"sticker-pack\" }"},
		{"a time window in words", "version = \"v\"\n[rule.a]\ntime_window = \"08:00-10:00\"\ndiscount_rate = 0.1\n", "",
			`t.toml:3:15: rule."a".time_window: this is a string ("08:00-10:00"), want a table such as { start = "08:00", end = "10:00" }, or a list of them`},
		{"a ladder that is a number", "version = \"v\"\n[rule.a]\nladder = 3\n", "",
			`t.toml:3:10: rule."a".ladder: this is an integer ("3"), want a table such as { threshold = 100, amount = 10 }, or a list of them`},
		{"a ladder without a step", "version = \"v\"\n[rule.a]\nladder = []\n", "",
			`t.toml:3:1: rule."a".ladder: the ladder has no step (such as ladder = [{ threshold = 100, amount = 10 }])`},
		{"SKUs where tables are wanted", "version = \"v\"\n[rule.a]\nrequires = [\"latte\"]\ndiscount_rate = 0.1\n", "",
			`t.toml:3:13: rule."a".requires[0]: this is a string ("latte"), want a table such as { skus = ["latte"] }`},
		{"a required key by another name", "version = \"v\"\n[rule.a]\nbuy = { units = 2 }\nget = { discount_rate = 0.5 }\n", "",
			"t.toml:3:9: rule.\"a\".buy.units: unknown key \"units\" (did you mean quantity?)\n" +
				"t.toml:4:9: rule.\"a\".get.discount_rate: unknown key \"discount_rate\" (did you mean rate?)"},
		{"columns count characters", "version = \"v\"\n[rule.\"春\"]\n\"折扣\" = 1\ndiscount_rate = 0.1\n", "", `t.toml:3:1: rule."春"."折扣": unknown key "折扣"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := strategy.Load(c.env, strategy.Source{Name: "t.toml", Data: []byte(c.text)})
			var problems *document.Diagnostics
			if !errors.As(err, &problems) {
				t.Fatalf("error %v, want problems", err)
			}
			if got := err.Error(); got != c.want {
				t.Errorf("got:  %s\nwant: %s", got, c.want)
			}
		})
	}
}

func TestAllProblemsOfSeveralFilesAreReportedTogether(t *testing.T) {
	_, err := strategy.Load("",
		strategy.Source{Name: "a.toml", Data: []byte("version = \"v\"\n[rule.a]\ndiscount_rate = 15\n")},
		strategy.Source{Name: "b.toml", Data: []byte("[rule.b]\ndiscount_rate = 2\nx = 1\n")})
	var problems *document.Diagnostics
	if !errors.As(err, &problems) || len(problems.List) != 3 {
		t.Fatalf("got %v", err)
	}
	for i, file := range []string{"a.toml", "b.toml", "b.toml"} {
		if problems.List[i].File != file {
			t.Errorf("problem %d is in %s, want %s", i, problems.List[i].File, file)
		}
	}
	if text := problems.List[2].Text; text != "x = 1" {
		t.Errorf("the line is %q", text)
	}
}
