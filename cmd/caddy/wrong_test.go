package main

import (
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// site is a Caddyfile with one discount directive, which begins in line 6.
func site(directive string) string {
	return "{\n\tadmin off\n\tauto_https off\n}\nhttp://127.0.0.1:0 {\n\t" +
		strings.ReplaceAll(directive, "\n", "\n\t") + "\n\trespond ok\n}\n"
}

// manyTypes are so many content types, each after a space.
func manyTypes(n int) (text string) {
	for i := range n {
		text += " text/x-" + strconv.Itoa(i)
	}
	return text
}

func TestCaddyfileMistakes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, directive string
		line            int
		says            string
	}{
		{"no strategy", "discount", 6, "path of the strategy is missing"},
		{"no strategy but options", "discount {\n\tenv prod\n}", 6, "path of the strategy is missing"},
		{"no strategy of discount_quote", "discount_quote", 6, "path of the strategy is missing"},
		{"a file of tests", "discount shop.test.toml", 6, "shop.test.toml is a file of tests, want a strategy such as shop.toml"},
		{"two strategies", "discount a.toml b.toml", 6, `unexpected argument "b.toml"`},
		{"unknown option", "discount a.toml {\n\tlines on\n\tenvironment prod\n}", 8, `unknown option "environment"`},
		{"an option mistyped", "discount a.toml {\n\tsorce json\n}", 7, `unknown option "sorce", did you mean source?`},
		{"a matcher and no strategy", "discount /orders*", 6, "the path of the strategy is missing: /orders* is a matcher"},
		{"unknown option of discount_quote", "discount_quote a.toml {\n\tverbose on\n}", 7, `unknown option "verbose"`},
		{"a matcher after the strategy", "discount a.toml @orders", 6, `unexpected argument "@orders" after the path of the strategy: a matcher goes before it, such as in: discount @orders a.toml`},
		{"option twice", "discount a.toml {\n\tenv prod\n\tlines on\n\tenv dev\n}", 9, "env is given twice"},
		{"block twice", "discount a.toml {\n\tmap {\n\t\tsku a\n\t}\n\tmap {\n\t\tid b\n\t}\n}", 10, "map is given twice"},

		{"env without a name", "discount a.toml {\n\tenv\n}", 7, "env takes exactly one argument"},
		{"env with two names", "discount a.toml {\n\tenv prod dev\n}", 7, "env takes exactly one argument"},
		{"source", "discount a.toml {\n\tsource body\n}", 7, `source cannot be "body": auto, json, headers are known`},
		{"source missing", "discount a.toml {\n\tsource\n}", 7, "source takes exactly one argument"},
		{"prices", "discount a.toml {\n\tprices cents\n}", 7, `prices cannot be "cents": minor, major are known`},
		{"on_invalid", "discount a.toml {\n\ton_invalid drop\n}", 7, `on_invalid cannot be "drop": pass, reject are known`},
		{"on_oversize", "discount a.toml {\n\ton_oversize cut\n}", 7, `on_oversize cannot be "cut": pass, reject are known`},
		{"decode", "discount a.toml {\n\tdecode gzip\n}", 7, `decode cannot be "gzip": on, off are known`},
		{"lines", "discount a.toml {\n\tlines yes\n}", 7, `lines cannot be "yes": on, off are known`},
		{"respond", "discount a.toml {\n\trespond true\n}", 7, `respond cannot be "true": off, on, upstream are known`},
		{"respond alone", "discount a.toml {\n\trespond\n}", 7, "respond takes exactly one argument"},
		{"explain", "discount a.toml {\n\texplain 1\n}", 7, `explain cannot be "1": off, on, next are known`},

		{"prefix of others", "discount a.toml {\n\theader_prefix x-forwarded-\n}", 7, `header_prefix: "X-Forwarded-" begins the names of other headers`},
		{"prefix of a registered field", "discount a.toml {\n\theader_prefix authorization-\n}", 7,
			`header_prefix: "Authorization-" is the registered HTTP field Authorization with a hyphen, choose a name of your own such as X-Discount-`},
		{"prefix that registered fields begin with", "discount a.toml {\n\theader_prefix Sec-\n}", 7, `header_prefix: "Sec-" begins the names of other headers too, such as Sec-CH-UA`},
		{"prefix without a hyphen", "discount a.toml {\n\theader_prefix XDiscount\n}", 7, `header_prefix: "XDiscount" is not the beginning of a header name`},
		{"prefix of strange characters", "discount a.toml {\n\theader_prefix X_Discount-\n}", 7, `header_prefix: "X_Discount-" has other characters`},

		{"size of words", "discount a.toml {\n\tmax_body big\n}", 7, `max_body: "big" is not a size such as 1MiB`},
		{"size below zero", "discount a.toml {\n\tmax_body -1\n}", 7, `max_body: "-1" is not a size`},
		{"size of nothing", "discount a.toml {\n\tmax_body 0\n}", 7, "max_body: 0 is out of range"},
		{"size too large", "discount a.toml {\n\tmax_body 1GiB\n}", 7, "max_body: 1073741824 is out of range"},
		{"size past all numbers", "discount a.toml {\n\tmax_body 16EiB\n}", 7, "max_body"},
		{"count of words", "discount a.toml {\n\tmax_lines many\n}", 7, `max_lines: "many" is not a whole number`},
		{"count with a fraction", "discount a.toml {\n\tmax_lines 1.5\n}", 7, `max_lines: "1.5" is not a whole number`},
		{"count of none", "discount a.toml {\n\tmax_lines 0\n}", 7, "max_lines: 0 is out of range"},
		{"count too large", "discount a.toml {\n\tmax_lines 100001\n}", 7, "max_lines: 100001 is out of range"},

		{"map with a path beside it", "discount a.toml {\n\tmap items lines\n}", 7, "map takes one preset; the paths of fields go into a block"},
		{"map without anything", "discount a.toml {\n\tlines on\n\tmap\n}", 8, "map needs a preset, a block with what it sets, or both"},
		{"map with an empty block", "discount a.toml {\n\tmap {\n\t}\n}", 8, "map needs a preset, a block"},
		{"unknown preset", "discount a.toml {\n\tlines on\n\tmap no-such-shop {\n\t\tsku code\n\t}\n}", 8, `map: there is no preset "no-such-shop"`},
		{"a preset mistyped", "discount a.toml {\n\tmap woocomerce-order\n}", 7,
			`map: there is no preset "woocomerce-order", did you mean woocommerce-order? (there are bigcommerce-cart, commercetools-cart, `},
		{"other prices than the preset's", "discount a.toml {\n\tprices minor\n\tmap woocommerce-order\n}", 8, `prices: "minor" is given and the preset woocommerce-order has major`},
		{"other prices behind the preset", "discount a.toml {\n\tmap magento-quote {\n\t\tsku code\n\t}\n\tprices minor\n}", 10, `prices: "minor" is given and the preset magento-quote has major`},
		{"a path in the way of the preset's", "discount a.toml {\n\tmap woocommerce-order {\n\t\tchannel customer_id\n\t}\n}", 9, "customer_id and channel are both at"},
		{"unknown field", "discount a.toml {\n\tmap {\n\t\tsku code\n\t\tamount total\n\t}\n}", 9, `map: there is no field "amount", there are currency, subtotal, `},
		{"a field mistyped", "discount a.toml {\n\tmap {\n\t\tsku code\n\t\tunit_pirce price\n\t}\n}", 9, `map: there is no field "unit_pirce", did you mean unit_price?`},
		{"the other name of a field mistyped", "discount a.toml {\n\tmap {\n\t\tsegmets tags\n\t}\n}", 8, `map: there is no field "segmets", did you mean segments?`},
		{"a field under both of its names", "discount a.toml {\n\tmap {\n\t\tsegments a\n\t\tcustomer_segments b\n\t}\n}", 9, "customer_segments is mapped twice"},
		{"two fields at one path", "discount a.toml {\n\tmap {\n\t\tid code\n\t\tsku code\n\t}\n}", 10, "id and sku are both at"},
		{"a placeholder as a path", "discount a.toml {\n\tmap {\n\t\titems {env..PATH}\n\t}\n}", 8, "has an empty segment"},
		{"field twice", "discount a.toml {\n\tmap {\n\t\tsku code\n\t\tsku number\n\t}\n}", 9, "sku is given twice in map"},
		{"field without a path", "discount a.toml {\n\tmap {\n\t\tsku\n\t}\n}", 8, "map: sku takes a path, or several"},
		{"field with an impossible path", "discount a.toml {\n\tmap {\n\t\tsku a..b\n\t}\n}", 8, "map: sku"},

		{"customer in a cookie", "discount a.toml {\n\tcustomer cookie\n}", 7, `customer cannot be "cookie": body, headers are known`},
		{"customer in headers and mapped", "discount a.toml {\n\tcustomer headers\n\tmap {\n\t\tcustomer_tier buyer.tier\n\t}\n}", 10,
			"customer: headers is given and the map has customer_tier buyer.tier, which would not be read"},
		{"customer mapped and in headers", "discount a.toml {\n\tmap {\n\t\tsegments tags\n\t}\n\tcustomer headers\n}", 10,
			"customer: headers is given and the map has customer_segments tags, which would not be read"},
		{"fractional", "discount a.toml {\n\tfractional unit\n}", 7, `fractional cannot be "unit": only line is known`},
		{"fractional alone", "discount a.toml {\n\tfractional\n}", 7, "fractional takes exactly one argument"},
		{"exact_ids", "discount a.toml {\n\texact_ids yes\n}", 7, `exact_ids cannot be "yes": on, off are known`},
		{"text_flags", "discount a.toml {\n\ttext_flags 1\n}", 7, `text_flags cannot be "1": on, off are known`},
		{"content_types without any", "discount a.toml {\n\tcontent_types\n}", 7, "content_types takes media types, such as: content_types text/plain"},
		{"content type that is none", "discount a.toml {\n\tcontent_types text\n}", 7, `content_types: "text" is no media type such as text/plain`},
		{"content type with a space", "discount a.toml {\n\tcontent_types \"text/plain json\"\n}", 7, `content_types: "text/plain json" is no media type`},
		{"content type with parameters", "discount a.toml {\n\tcontent_types \"text/plain; charset=utf-8\"\n}", 7,
			`content_types: "text/plain; charset=utf-8" has parameters, want the type alone: text/plain`},
		{"content types by a pattern", "discount a.toml {\n\tcontent_types text/*\n}", 7, `content_types: "text/*" stands for many types, want each by its name`},
		{"content type twice", "discount a.toml {\n\tcontent_types text/plain text/json Text/Plain\n}", 7, "content_types: Text/Plain is given twice"},
		{"content type of forms", "discount a.toml {\n\tcontent_types application/x-www-form-urlencoded\n}", 7,
			"content_types: application/x-www-form-urlencoded cannot be read as JSON: it is the type of forms"},
		{"content type of several parts", "discount a.toml {\n\tcontent_types Multipart/Form-Data\n}", 7, "content_types: Multipart/Form-Data cannot be read as JSON: it is the type of messages of several parts"},
		{"content type of gRPC", "discount a.toml {\n\tcontent_types application/grpc+json\n}", 7, "content_types: application/grpc+json cannot be read as JSON: it is the type of gRPC"},
		{"content type of pictures", "discount a.toml {\n\tcontent_types image/png\n}", 7, "content_types: image/png cannot be read as JSON: it is the type of media files"},
		{"too many content types", "discount a.toml {\n\tcontent_types" + manyTypes(17) + "\n}", 7, "content_types: 17 are given, at most 16 can be"},

		{"unknown reload option", "discount a.toml {\n\treload {\n\t\tpoll 1s\n\t\tdebounce 1s\n\t}\n}", 9, `unknown reload option "debounce", settle and poll are known`},
		{"reload option twice", "discount a.toml {\n\treload {\n\t\tpoll 1s\n\t\tpoll 2s\n\t}\n}", 9, "poll is given twice in reload"},
		{"reload with an argument", "discount a.toml {\n\treload 1s\n}", 7, "reload"},
		{"reload without a block", "discount a.toml {\n\treload\n}", 7, "reload"},
		{"duration of words", "discount a.toml {\n\treload {\n\t\tsettle soon\n\t}\n}", 8, `settle: "soon" is not a duration such as 20ms`},
		{"duration without a unit", "discount a.toml {\n\treload {\n\t\tsettle 20\n\t}\n}", 8, `settle: "20" is not a duration`},
		{"duration missing", "discount a.toml {\n\treload {\n\t\tpoll\n\t}\n}", 8, "poll takes exactly one argument"},
		{"settle of nothing", "discount a.toml {\n\treload {\n\t\tsettle 0s\n\t}\n}", 8, "settle: 0s is out of range, want 1ms to 10s"},
		{"settle too long", "discount a.toml {\n\treload {\n\t\tsettle 11s\n\t}\n}", 8, "settle: 11s is out of range"},
		{"poll too often", "discount a.toml {\n\treload {\n\t\tpoll 1ms\n\t}\n}", 8, "poll: 1ms is out of range, want 10ms to 1h0m0s"},
		{"unknown guard", "discount a.toml {\n\tguard {\n\t\tmax_mean 2\n\t}\n}", 8, `unknown guard "max_mean", max_mean_change, max_free_orders`},
		{"guard without a block", "discount a.toml {\n\tguard\n}", 7, "guard needs a block"},
		{"factor below one", "discount a.toml {\n\tguard {\n\t\tmax_mean_change 0.5\n\t}\n}", 8, `max_mean_change: "0.5" is not a factor of 1 or more`},
		{"factor that is none", "discount a.toml {\n\tguard {\n\t\tmax_mean_change NaN\n\t}\n}", 8, `max_mean_change: "NaN" is not a factor`},
		{"share above all", "discount a.toml {\n\tguard {\n\t\tmax_free_orders 101%\n\t}\n}", 8, `max_free_orders: "101%" is not a share such as 5%`},
		{"share below nothing", "discount a.toml {\n\tguard {\n\t\tmax_free_orders -1%\n\t}\n}", 8, `max_free_orders: "-1%" is not a share`},
		{"sample above what is kept", "discount a.toml {\n\tguard {\n\t\tmin_sample 129\n\t}\n}", 8, "min_sample: 129 is out of range, want 1 to 128"},
		{"evaluation of nothing", "discount a.toml {\n\tguard {\n\t\tmax_evaluation 0s\n\t}\n}", 8, "max_evaluation: 0s is out of range"},
		{"state without anything", "discount a.toml {\n\tstate\n}", 7, "state needs a directory, off, or a block"},
		{"state that is nearly off", "discount a.toml {\n\tstate of\n}", 7, `state cannot be "of": want off or a directory (write ./of for one of that name)`},
		{"state in capitals", "discount a.toml {\n\tstate OFF {\n\t\tkeep 5\n\t}\n}", 7, `state cannot be "OFF": want off or a directory`},
		{"state that is a switch", "discount a.toml {\n\tstate none\n}", 7, `state cannot be "none": want off or a directory`},
		{"state with two directories", "discount a.toml {\n\tstate a b\n}", 7, "state takes one directory, or off"},
		{"unknown state option", "discount a.toml {\n\tstate off {\n\t\tsize 1\n\t}\n}", 8, `unknown state option "size", keep, key and rollback are known`},
		{"keeping nothing", "discount a.toml {\n\tstate {\n\t\tkeep 0\n\t}\n}", 8, "keep: 0 is out of range"},
		{"rollback maybe", "discount a.toml {\n\tstate {\n\t\trollback maybe\n\t}\n}", 8, `rollback cannot be "maybe": on, off are known`},
		{"sign without a key", "discount a.toml {\n\tsign HS256\n}", 7, "sign takes an algorithm and a key"},
		{"sign with too much", "discount a.toml {\n\tsign HS256 a b\n}", 7, "sign takes an algorithm and a key"},
		{"unknown algorithm", "discount a.toml {\n\tsign none {env.KEY}\n}", 7, `sign: the algorithm "none" is none of HS256, EdDSA`},
		{"unknown sign option", "discount a.toml {\n\tsign HS256 {env.KEY} {\n\t\texpires 1m\n\t}\n}", 8, `unknown sign option "expires", kid, ttl`},
		{"sign option twice", "discount a.toml {\n\tsign HS256 {env.KEY} {\n\t\tkid a\n\t\tkid b\n\t}\n}", 9, "kid is given twice in sign"},
		{"assertions for ever", "discount a.toml {\n\tsign HS256 {env.KEY} {\n\t\tttl 30d\n\t}\n}", 8, "ttl: 720h0m0s is out of range"},
		{"part of a second", "discount a.toml {\n\tsign HS256 {env.KEY} {\n\t\tttl 1500ms\n\t}\n}", 9, "ttl: 1.5s is not a number of whole seconds"},
		{"a secret published", "discount a.toml {\n\tsign HS256 {env.KEY} {\n\t\tpublish {env.OLD}\n\t}\n}", 9, "publish is for EdDSA; a secret is not published"},
		{"keys of what", "discount_jwks /keys a.toml\ndiscount a.toml", 6, "discount_jwks takes nothing but a matcher"},
		{"strip by a matcher", "discount_strip /orders*\ndiscount a.toml", 6, "discount_strip takes no matcher, got /orders*"},
		{"strip by a named matcher", "@a path /a\ndiscount_strip @a X-Promo-", 7, "discount_strip takes no matcher, got @a"},
		{"strip of two prefixes", "discount_strip X-Promo- X-Shop-", 6, `unexpected argument "X-Shop-": discount_strip takes one prefix of header names, such as X-Discount-`},
		{"strip with a block", "discount_strip {\n\trespond on\n}", 7, `discount_strip has no options, got "respond"`},
		{"strip of a registered field", "discount_strip Cookie-", 6, `discount_strip: "Cookie-" is the registered HTTP field Cookie with a hyphen`},
		{"poll too seldom", "discount a.toml {\n\treload {\n\t\tpoll 2d\n\t}\n}", 8, "poll: 48h0m0s is out of range"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			write(t, filepath.Join(dir, "Caddyfile"), site(c.directive))
			caddy(t, dir, "adapt", "--config", "Caddyfile").says(t, c.says, "at Caddyfile:"+strconv.Itoa(c.line)+" ")
		})
	}
}

// wrongStrategies are files with a mistake, and what must be said of it: file,
// line and column, the reason, and what to do.
var wrongStrategies = []struct {
	name, text, env string
	says            []string
}{
	{"misspelt key", head + "[rule.\"spring\"]\ndiscount_rat = 0.1\n", "", []string{":5:1: ", "discount_rat", "did you mean", "discount_rate"}},
	{"rate above one", head + "[rule.\"spring\"]\ndiscount_rate = 15\n", "", []string{":5:17: ", "discount_rate", "15"}},
	{"wrong kind", head + "[rule.\"spring\"]\nenabled = \"yes\"\ndiscount_rate = 0.1\n", "", []string{":5:11: ", "enabled", "true or false"}},
	{"not TOML", head + "[rule.\"spring\"\ndiscount_rate = 0.1\n", "", []string{":4:"}},
	{"empty", "", "", []string{"version"}},
	{"merge conflict", head + "[rule.a]\n<<<<<<< HEAD\ndiscount_rate = 0.1\n=======\ndiscount_rate = 0.2\n>>>>>>> feature\n", "",
		[]string{":5:1: ", "a merge conflict is left here, up to line 9"}},
	{"no-break space", head + "[rule.a]\ndiscount_rate\u00a0 = 0.1\n", "", []string{":5:14: ", "no-break space"}},
	{"full-width sign", head + "[rule.a]\ndiscount_rate ＝ 0.1\n", "", []string{":5:15: ", "full-width equals sign", "type a plain ="}},
	{"dotted id", head + "[rule.a.b]\ndiscount_rate = 0.1\n", "", []string{":4:9: ", `written in quotes: [rule."a.b"]`}},
	{"time of the machine", head + "timezone = \"localtime\"\n[rule.a]\ndiscount_rate = 0.1\n", "", []string{":4:12: ", "the time zone of the machine"}},
	{"end of a day", head + "[rule.a]\ntime_window = { start = 22:00:00, end = 24:00:00 }\ndiscount_rate = 0.1\n", "", []string{":5:41: ", `may be "24:00", in quotes`}},
	{"environment missing", head + "[rule.\"spring\"]\ndiscount_rate = 0.1\n[[env]]\nname = \"prod\"\n[[env]]\nname = \"dev\"\n", "prd",
		[]string{`there is no environment "prd"`, `"prod"`, `"dev"`, `did you mean "prod"?`}},
	{"no environments", head + "[rule.\"spring\"]\ndiscount_rate = 0.1\n", "prod", []string{`there is no environment "prod"`}},
}

const head = "version = \"v\"\ncurrency = \"CNY\"\n\n"

func TestWrongStrategyAtStart(t *testing.T) {
	t.Parallel()
	for _, c := range wrongStrategies {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			directive := "discount shop.toml"
			if c.env != "" {
				directive += " {\n\tenv " + c.env + "\n}"
			}
			write(t, filepath.Join(dir, "Caddyfile"), site(directive))
			write(t, filepath.Join(dir, "shop.toml"), c.text)
			says := append(c.says, filepath.Join(dir, "shop.toml"))
			caddy(t, dir, "validate", "--config", "Caddyfile").says(t, says...)
			caddy(t, dir, "run", "--config", "Caddyfile").says(t, says...)
		})
	}
}

// The directory is not told where it is in the path.
func TestAnAbsoluteStrategyMissingAtStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := filepath.Join(dir, "shop.toml")
	write(t, filepath.Join(dir, "Caddyfile"), site("discount "+path))
	r := caddy(t, dir, "validate", "--config", "Caddyfile")
	r.says(t, path, "no such file")
	if strings.Contains(messages(r.err), "looked for in") {
		t.Errorf("it is said\n%s", messages(r.err))
	}
}

func TestStrategyMissingAtStart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for directive, path := range map[string]string{
		"discount shop.toml":          filepath.Join(dir, "shop.toml"),
		"discount_quote shop.toml":    filepath.Join(dir, "shop.toml"),
		"discount /orders* shop.toml": filepath.Join(dir, "shop.toml"),
		"discount sub/shop.toml":      filepath.Join(dir, "sub", "shop.toml"),
	} {
		write(t, filepath.Join(dir, "Caddyfile"), site(directive))
		for _, command := range []string{"validate", "run"} {
			caddy(t, dir, command, "--config", "Caddyfile").says(t, path, "no such file", "(looked for in the working directory, "+dir+")")
		}
	}
}
