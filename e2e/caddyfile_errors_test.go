package e2e

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

func TestCaddyfileErrors(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	for _, c := range []struct {
		name, directive string
		line            int
		says            string
	}{
		{name: "no strategy", directive: "discount", line: 6, says: "path of the strategy is missing"},
		{name: "no strategy but options", directive: "discount {\n\tenv prod\n}", line: 6, says: "path of the strategy is missing"},
		{name: "no strategy of discount_quote", directive: "discount_quote", line: 6, says: "path of the strategy is missing"},
		{name: "a file of tests", directive: "discount shop.test.toml", line: 6, says: "shop.test.toml is a file of tests, want a strategy such as shop.toml"},
		{name: "two strategies", directive: "discount a.toml b.toml", line: 6, says: `unexpected argument "b.toml"`},
		{name: "unknown option", directive: "discount a.toml {\n\tlines on\n\tenvironment prod\n}", line: 8, says: `unknown option "environment"`},
		{name: "an option mistyped", directive: "discount a.toml {\n\tsorce json\n}", line: 7, says: `unknown option "sorce", did you mean source?`},
		{name: "a matcher and no strategy", directive: "discount /orders*", line: 6, says: "the path of the strategy is missing: /orders* is a matcher"},
		{name: "unknown option of discount_quote", directive: "discount_quote a.toml {\n\tverbose on\n}", line: 7, says: `unknown option "verbose"`},
		{name: "a matcher after the strategy", directive: "discount a.toml @orders", line: 6, says: `unexpected argument "@orders" after the path of the strategy: a matcher goes before it, such as in: discount @orders a.toml`},
		{name: "option twice", directive: "discount a.toml {\n\tenv prod\n\tlines on\n\tenv dev\n}", line: 9, says: "env is given twice"},
		{name: "block twice", directive: "discount a.toml {\n\tmap {\n\t\tsku a\n\t}\n\tmap {\n\t\tid b\n\t}\n}", line: 10, says: "map is given twice"},

		{name: "env without a name", directive: "discount a.toml {\n\tenv\n}", line: 7, says: "env takes exactly one argument"},
		{name: "env with two names", directive: "discount a.toml {\n\tenv prod dev\n}", line: 7, says: "env takes exactly one argument"},
		{name: "source", directive: "discount a.toml {\n\tsource body\n}", line: 7, says: `source cannot be "body": auto, json, headers are known`},
		{name: "source missing", directive: "discount a.toml {\n\tsource\n}", line: 7, says: "source takes exactly one argument"},
		{name: "prices", directive: "discount a.toml {\n\tprices cents\n}", line: 7, says: `prices cannot be "cents": minor, major are known`},
		{name: "on_invalid", directive: "discount a.toml {\n\ton_invalid drop\n}", line: 7, says: `on_invalid cannot be "drop": pass, reject are known`},
		{name: "on_oversize", directive: "discount a.toml {\n\ton_oversize cut\n}", line: 7, says: `on_oversize cannot be "cut": pass, reject are known`},
		{name: "decode", directive: "discount a.toml {\n\tdecode gzip\n}", line: 7, says: `decode cannot be "gzip": on, off are known`},
		{name: "lines", directive: "discount a.toml {\n\tlines yes\n}", line: 7, says: `lines cannot be "yes": on, off are known`},
		{name: "respond", directive: "discount a.toml {\n\trespond true\n}", line: 7, says: `respond cannot be "true": off, on, upstream are known`},
		{name: "respond alone", directive: "discount a.toml {\n\trespond\n}", line: 7, says: "respond takes exactly one argument"},
		{name: "explain", directive: "discount a.toml {\n\texplain 1\n}", line: 7, says: `explain cannot be "1": off, on, next are known`},

		{name: "prefix of others", directive: "discount a.toml {\n\theader_prefix x-forwarded-\n}", line: 7, says: `header_prefix: "X-Forwarded-" begins the names of other headers`},
		{name: "prefix of a registered field", directive: "discount a.toml {\n\theader_prefix authorization-\n}", line: 7,
			says: `header_prefix: "Authorization-" is the registered HTTP field Authorization with a hyphen, choose a name of your own such as X-Discount-`},
		{name: "prefix of a header of the cart", directive: "discount a.toml {\n\theader_prefix X-Cart-Items-\n}", line: 7, says: `header_prefix: "X-Cart-Items-" is the header X-Cart-Items with a hyphen`},
		{name: "headers", directive: "discount a.toml {\n\theaders one\n}", line: 7, says: `headers cannot be "one": fields, compact are known`},
		{name: "prefix that registered fields begin with", directive: "discount a.toml {\n\theader_prefix Sec-\n}", line: 7, says: `header_prefix: "Sec-" begins the names of other headers too, such as Sec-CH-UA`},
		{name: "prefix without a hyphen", directive: "discount a.toml {\n\theader_prefix XDiscount\n}", line: 7, says: `header_prefix: "XDiscount" is not the beginning of a header name`},
		{name: "prefix of strange characters", directive: "discount a.toml {\n\theader_prefix X_Discount-\n}", line: 7, says: `header_prefix: "X_Discount-" has other characters`},

		{name: "size of words", directive: "discount a.toml {\n\tmax_body big\n}", line: 7, says: `max_body: "big" is not a size such as 1MiB`},
		{name: "size below zero", directive: "discount a.toml {\n\tmax_body -1\n}", line: 7, says: `max_body: "-1" is not a size`},
		{name: "size of nothing", directive: "discount a.toml {\n\tmax_body 0\n}", line: 7, says: "max_body: 0 is out of range"},
		{name: "size too large", directive: "discount a.toml {\n\tmax_body 1GiB\n}", line: 7, says: "max_body: 1073741824 is out of range"},
		{name: "size past all numbers", directive: "discount a.toml {\n\tmax_body 16EiB\n}", line: 7, says: "max_body"},
		{name: "count of words", directive: "discount a.toml {\n\tmax_lines many\n}", line: 7, says: `max_lines: "many" is not a whole number`},
		{name: "count with a fraction", directive: "discount a.toml {\n\tmax_lines 1.5\n}", line: 7, says: `max_lines: "1.5" is not a whole number`},
		{name: "count of none", directive: "discount a.toml {\n\tmax_lines 0\n}", line: 7, says: "max_lines: 0 is out of range"},
		{name: "count too large", directive: "discount a.toml {\n\tmax_lines 100001\n}", line: 7, says: "max_lines: 100001 is out of range"},

		{name: "map with a path beside it", directive: "discount a.toml {\n\tmap items lines\n}", line: 7, says: "map takes one preset; the paths of fields go into a block"},
		{name: "map without anything", directive: "discount a.toml {\n\tlines on\n\tmap\n}", line: 8, says: "map needs a preset, a block with what it sets, or both"},
		{name: "map with an empty block", directive: "discount a.toml {\n\tmap {\n\t}\n}", line: 8, says: "map needs a preset, a block"},
		{name: "unknown preset", directive: "discount a.toml {\n\tlines on\n\tmap no-such-shop {\n\t\tsku code\n\t}\n}", line: 8, says: `map: there is no preset "no-such-shop"`},
		{name: "a preset mistyped", directive: "discount a.toml {\n\tmap woocomerce-order\n}", line: 7,
			says: `map: there is no preset "woocomerce-order", did you mean woocommerce-order? (there are bigcommerce-cart, commercetools-cart, `},
		{name: "other prices than the preset's", directive: "discount a.toml {\n\tprices minor\n\tmap woocommerce-order\n}", line: 8, says: `prices: "minor" is given and the preset woocommerce-order has major`},
		{name: "other prices behind the preset", directive: "discount a.toml {\n\tmap magento-quote {\n\t\tsku code\n\t}\n\tprices minor\n}", line: 10, says: `prices: "minor" is given and the preset magento-quote has major`},
		{name: "a path in the way of the preset's", directive: "discount a.toml {\n\tmap woocommerce-order {\n\t\tchannel customer_id\n\t}\n}", line: 9, says: "customer_id and channel are both at"},
		{name: "unknown field", directive: "discount a.toml {\n\tmap {\n\t\tsku code\n\t\tamount total\n\t}\n}", line: 9, says: `map: there is no field "amount", there are currency, subtotal, `},
		{name: "a field mistyped", directive: "discount a.toml {\n\tmap {\n\t\tsku code\n\t\tunit_pirce price\n\t}\n}", line: 9, says: `map: there is no field "unit_pirce", did you mean unit_price?`},
		{name: "the other name of a field mistyped", directive: "discount a.toml {\n\tmap {\n\t\tsegmets tags\n\t}\n}", line: 8, says: `map: there is no field "segmets", did you mean segments?`},
		{name: "a field under both of its names", directive: "discount a.toml {\n\tmap {\n\t\tsegments a\n\t\tcustomer_segments b\n\t}\n}", line: 9, says: "customer_segments is mapped twice"},
		{name: "two fields at one path", directive: "discount a.toml {\n\tmap {\n\t\tid code\n\t\tsku code\n\t}\n}", line: 10, says: "id and sku are both at"},
		{name: "a placeholder as a path", directive: "discount a.toml {\n\tmap {\n\t\titems {env..PATH}\n\t}\n}", line: 8, says: "has an empty segment"},
		{name: "field twice", directive: "discount a.toml {\n\tmap {\n\t\tsku code\n\t\tsku number\n\t}\n}", line: 9, says: "sku is given twice in map"},
		{name: "field without a path", directive: "discount a.toml {\n\tmap {\n\t\tsku\n\t}\n}", line: 8, says: "map: sku takes a path, or several"},
		{name: "field with an impossible path", directive: "discount a.toml {\n\tmap {\n\t\tsku a..b\n\t}\n}", line: 8, says: "map: sku"},

		{name: "customer in a cookie", directive: "discount a.toml {\n\tcustomer cookie\n}", line: 7, says: `customer cannot be "cookie": body, headers are known`},
		{name: "customer without an argument", directive: "discount a.toml {\n\tcustomer\n}", line: 7, says: "customer takes body or headers, a placeholder such as {http.auth.user.id}, or both"},
		{name: "customer in two places", directive: "discount a.toml {\n\tcustomer body headers\n}", line: 7, says: "customer takes one of body and headers"},
		{name: "two customers", directive: "discount a.toml {\n\tcustomer {http.auth.user.id} {http.vars.user}\n}", line: 7, says: "customer takes one argument with a placeholder"},
		{name: "customer and a cookie", directive: "discount a.toml {\n\tcustomer {http.auth.user.id} cookie\n}", line: 7, says: `customer cannot be "cookie": body, headers are known`},
		{name: "order_key that is the same for all", directive: "discount a.toml {\n\torder_key Idempotency-Key\n}", line: 7,
			says: `order_key: "Idempotency-Key" is the same for all requests, want a placeholder such as {http.request.header.Idempotency-Key}`},
		{name: "order_key without an argument", directive: "discount a.toml {\n\torder_key\n}", line: 7, says: "order_key takes exactly one argument"},
		{name: "code_key without a key", directive: "discount a.toml {\n\tcode_key welcome\n}", line: 7, says: "code_key takes the name of a set of codes and its key, such as: code_key welcome {env.CODE_KEY}"},
		{name: "code_key twice", directive: "discount a.toml {\n\tcode_key welcome {env.A}\n\tcode_key welcome {env.B}\n}", line: 8, says: "code_key: welcome has a key already"},
		{name: "reserve", directive: "discount a.toml {\n\treserve later\n}", line: 7, says: `reserve cannot be "later": on, off are known`},
		{name: "on_price_change", directive: "discount a.toml {\n\ton_price_change warn\n}", line: 7, says: `on_price_change cannot be "warn": pass, reject are known`},
		{name: "customer in headers and mapped", directive: "discount a.toml {\n\tcustomer headers\n\tmap {\n\t\tcustomer_tier buyer.tier\n\t}\n}", line: 10,
			says: "customer: headers is given and the map has customer_tier buyer.tier, which would not be read"},
		{name: "customer mapped and in headers", directive: "discount a.toml {\n\tmap {\n\t\tsegments tags\n\t}\n\tcustomer headers\n}", line: 10,
			says: "customer: headers is given and the map has customer_segments tags, which would not be read"},
		{name: "fractional", directive: "discount a.toml {\n\tfractional unit\n}", line: 7, says: `fractional cannot be "unit": only line is known`},
		{name: "fractional alone", directive: "discount a.toml {\n\tfractional\n}", line: 7, says: "fractional takes exactly one argument"},
		{name: "exact_ids", directive: "discount a.toml {\n\texact_ids yes\n}", line: 7, says: `exact_ids cannot be "yes": on, off are known`},
		{name: "text_flags", directive: "discount a.toml {\n\ttext_flags 1\n}", line: 7, says: `text_flags cannot be "1": on, off are known`},
		{name: "content_types without any", directive: "discount a.toml {\n\tcontent_types\n}", line: 7, says: "content_types takes media types, such as: content_types text/plain"},
		{name: "content type that is none", directive: "discount a.toml {\n\tcontent_types text\n}", line: 7, says: `content_types: "text" is no media type such as text/plain`},
		{name: "content type with a space", directive: "discount a.toml {\n\tcontent_types \"text/plain json\"\n}", line: 7, says: `content_types: "text/plain json" is no media type`},
		{name: "content type with parameters", directive: "discount a.toml {\n\tcontent_types \"text/plain; charset=utf-8\"\n}", line: 7,
			says: `content_types: "text/plain; charset=utf-8" has parameters, want the type alone: text/plain`},
		{name: "content types by a pattern", directive: "discount a.toml {\n\tcontent_types text/*\n}", line: 7, says: `content_types: "text/*" stands for many types, want each by its name`},
		{name: "content type twice", directive: "discount a.toml {\n\tcontent_types text/plain text/json Text/Plain\n}", line: 7, says: "content_types: Text/Plain is given twice"},
		{name: "content type of forms", directive: "discount a.toml {\n\tcontent_types application/x-www-form-urlencoded\n}", line: 7,
			says: "content_types: application/x-www-form-urlencoded cannot be read as JSON: it is the type of forms"},
		{name: "content type of several parts", directive: "discount a.toml {\n\tcontent_types Multipart/Form-Data\n}", line: 7, says: "content_types: Multipart/Form-Data cannot be read as JSON: it is the type of messages of several parts"},
		{name: "content type of gRPC", directive: "discount a.toml {\n\tcontent_types application/grpc+json\n}", line: 7, says: "content_types: application/grpc+json cannot be read as JSON: it is the type of gRPC"},
		{name: "content type of pictures", directive: "discount a.toml {\n\tcontent_types image/png\n}", line: 7, says: "content_types: image/png cannot be read as JSON: it is the type of media files"},
		{name: "too many content types", directive: "discount a.toml {\n\tcontent_types" + manyTypes(17) + "\n}", line: 7, says: "content_types: 17 are given, at most 16 can be"},

		{name: "unknown reload option", directive: "discount a.toml {\n\treload {\n\t\tpoll 1s\n\t\tdebounce 1s\n\t}\n}", line: 9, says: `unknown reload option "debounce", settle and poll are known`},
		{name: "reload option twice", directive: "discount a.toml {\n\treload {\n\t\tpoll 1s\n\t\tpoll 2s\n\t}\n}", line: 9, says: "poll is given twice in reload"},
		{name: "reload with an argument", directive: "discount a.toml {\n\treload 1s\n}", line: 7, says: "reload"},
		{name: "reload without a block", directive: "discount a.toml {\n\treload\n}", line: 7, says: "reload"},
		{name: "duration of words", directive: "discount a.toml {\n\treload {\n\t\tsettle soon\n\t}\n}", line: 8, says: `settle: "soon" is not a duration such as 20ms`},
		{name: "duration without a unit", directive: "discount a.toml {\n\treload {\n\t\tsettle 20\n\t}\n}", line: 8, says: `settle: "20" is not a duration`},
		{name: "duration missing", directive: "discount a.toml {\n\treload {\n\t\tpoll\n\t}\n}", line: 8, says: "poll takes exactly one argument"},
		{name: "settle of nothing", directive: "discount a.toml {\n\treload {\n\t\tsettle 0s\n\t}\n}", line: 8, says: "settle: 0s is out of range, want 1ms to 10s"},
		{name: "settle too long", directive: "discount a.toml {\n\treload {\n\t\tsettle 11s\n\t}\n}", line: 8, says: "settle: 11s is out of range"},
		{name: "poll too often", directive: "discount a.toml {\n\treload {\n\t\tpoll 1ms\n\t}\n}", line: 8, says: "poll: 1ms is out of range, want 10ms to 1h0m0s"},
		{name: "unknown guard", directive: "discount a.toml {\n\tguard {\n\t\tmax_mean 2\n\t}\n}", line: 8, says: `unknown guard option "max_mean", max_mean_change, max_free_orders`},
		{name: "guard without a block", directive: "discount a.toml {\n\tguard\n}", line: 7, says: "guard needs a block"},
		{name: "factor below one", directive: "discount a.toml {\n\tguard {\n\t\tmax_mean_change 0.5\n\t}\n}", line: 8, says: `max_mean_change: "0.5" is not a factor of 1 or more`},
		{name: "factor that is none", directive: "discount a.toml {\n\tguard {\n\t\tmax_mean_change NaN\n\t}\n}", line: 8, says: `max_mean_change: "NaN" is not a factor`},
		{name: "share above all", directive: "discount a.toml {\n\tguard {\n\t\tmax_free_orders 101%\n\t}\n}", line: 8, says: `max_free_orders: "101%" is not a share such as 5%`},
		{name: "share below nothing", directive: "discount a.toml {\n\tguard {\n\t\tmax_free_orders -1%\n\t}\n}", line: 8, says: `max_free_orders: "-1%" is not a share`},
		{name: "sample above what is kept", directive: "discount a.toml {\n\tguard {\n\t\tmin_sample 129\n\t}\n}", line: 8, says: "min_sample: 129 is out of range, want 1 to 128"},
		{name: "evaluation of nothing", directive: "discount a.toml {\n\tguard {\n\t\tmax_evaluation 0s\n\t}\n}", line: 8, says: "max_evaluation: 0s is out of range"},
		{name: "state without anything", directive: "discount a.toml {\n\tstate\n}", line: 7, says: "state needs a directory, off, or a block"},
		{name: "state that is nearly off", directive: "discount a.toml {\n\tstate of\n}", line: 7, says: `state cannot be "of": want off or a directory (write ./of for one of that name)`},
		{name: "state in capitals", directive: "discount a.toml {\n\tstate OFF {\n\t\tkeep 5\n\t}\n}", line: 7, says: `state cannot be "OFF": want off or a directory`},
		{name: "state that is a switch", directive: "discount a.toml {\n\tstate none\n}", line: 7, says: `state cannot be "none": want off or a directory`},
		{name: "state with two directories", directive: "discount a.toml {\n\tstate a b\n}", line: 7, says: "state takes one directory, or off"},
		{name: "unknown state option", directive: "discount a.toml {\n\tstate off {\n\t\tsize 1\n\t}\n}", line: 8, says: `unknown state option "size", keep, key and rollback are known`},
		{name: "keeping nothing", directive: "discount a.toml {\n\tstate {\n\t\tkeep 0\n\t}\n}", line: 8, says: "keep: 0 is out of range"},
		{name: "rollback maybe", directive: "discount a.toml {\n\tstate {\n\t\trollback maybe\n\t}\n}", line: 8, says: `rollback cannot be "maybe": on, off are known`},
		{name: "sign without a key", directive: "discount a.toml {\n\tsign HS256\n}", line: 7, says: "sign takes an algorithm and a key"},
		{name: "sign with too much", directive: "discount a.toml {\n\tsign HS256 a b\n}", line: 7, says: "sign takes an algorithm and a key"},
		{name: "unknown algorithm", directive: "discount a.toml {\n\tsign none {env.KEY}\n}", line: 7, says: `sign: the algorithm "none" is none of HS256, EdDSA`},
		{name: "unknown sign option", directive: "discount a.toml {\n\tsign HS256 {env.KEY} {\n\t\texpires 1m\n\t}\n}", line: 8, says: `unknown sign option "expires", kid, ttl`},
		{name: "sign option twice", directive: "discount a.toml {\n\tsign HS256 {env.KEY} {\n\t\tkid a\n\t\tkid b\n\t}\n}", line: 9, says: "kid is given twice in sign"},
		{name: "assertions for ever", directive: "discount a.toml {\n\tsign HS256 {env.KEY} {\n\t\tttl 30d\n\t}\n}", line: 8, says: "ttl: 720h0m0s is out of range"},
		{name: "part of a second", directive: "discount a.toml {\n\tsign HS256 {env.KEY} {\n\t\tttl 1500ms\n\t}\n}", line: 9, says: "ttl: 1.5s is not a number of whole seconds"},
		{name: "a secret published", directive: "discount a.toml {\n\tsign HS256 {env.KEY} {\n\t\tpublish {env.OLD}\n\t}\n}", line: 9, says: "publish is for EdDSA; a secret is not published"},
		{name: "keys of what", directive: "discount_jwks /keys a.toml\ndiscount a.toml", line: 6, says: "discount_jwks takes nothing but a matcher"},
		{name: "strip by a matcher", directive: "discount_strip /orders*\ndiscount a.toml", line: 6, says: "discount_strip takes no matcher, got /orders*"},
		{name: "strip by a named matcher", directive: "@a path /a\ndiscount_strip @a X-Promo-", line: 7, says: "discount_strip takes no matcher, got @a"},
		{name: "strip of two prefixes", directive: "discount_strip X-Promo- X-Shop-", line: 6, says: `unexpected argument "X-Shop-": discount_strip takes one prefix of header names, such as X-Discount-`},
		{name: "strip with a block", directive: "discount_strip {\n\trespond on\n}", line: 7, says: `discount_strip has no options, got "respond"`},
		{name: "strip of a registered field", directive: "discount_strip Cookie-", line: 6, says: `discount_strip: "Cookie-" is the registered HTTP field Cookie with a hyphen`},
		{name: "poll too seldom", directive: "discount a.toml {\n\treload {\n\t\tpoll 2d\n\t}\n}", line: 8, says: "poll: 48h0m0s is out of range"},
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
	{name: "misspelt key", text: head + "[rule.\"spring\"]\ndiscount_rat = 0.1\n", env: "", says: []string{":5:1: ", "discount_rat", "did you mean", "discount_rate"}},
	{name: "rate above one", text: head + "[rule.\"spring\"]\ndiscount_rate = 15\n", env: "", says: []string{":5:17: ", "discount_rate", "15"}},
	{name: "wrong kind", text: head + "[rule.\"spring\"]\nenabled = \"yes\"\ndiscount_rate = 0.1\n", env: "", says: []string{":5:11: ", "enabled", "true or false"}},
	{name: "not TOML", text: head + "[rule.\"spring\"\ndiscount_rate = 0.1\n", env: "", says: []string{":4:"}},
	{name: "empty", text: "", env: "", says: []string{"version"}},
	{name: "merge conflict", text: head + "[rule.a]\n<<<<<<< HEAD\ndiscount_rate = 0.1\n=======\ndiscount_rate = 0.2\n>>>>>>> feature\n", env: "",
		says: []string{":5:1: ", "a merge conflict is left here, up to line 9"}},
	{name: "no-break space", text: head + "[rule.a]\ndiscount_rate\u00a0 = 0.1\n", env: "", says: []string{":5:14: ", "no-break space"}},
	{name: "full-width sign", text: head + "[rule.a]\ndiscount_rate ＝ 0.1\n", env: "", says: []string{":5:15: ", "full-width equals sign", "type a plain ="}},
	{name: "dotted id", text: head + "[rule.a.b]\ndiscount_rate = 0.1\n", env: "", says: []string{":4:9: ", `written in quotes: [rule."a.b"]`}},
	{name: "time of the machine", text: head + "timezone = \"localtime\"\n[rule.a]\ndiscount_rate = 0.1\n", env: "", says: []string{":4:12: ", "the time zone of the machine"}},
	{name: "end of a day", text: head + "[rule.a]\ntime_window = { start = 22:00:00, end = 24:00:00 }\ndiscount_rate = 0.1\n", env: "", says: []string{":5:41: ", `may be "24:00", in quotes`}},
	{name: "environment missing", text: head + "[rule.\"spring\"]\ndiscount_rate = 0.1\n[[env]]\nname = \"prod\"\n[[env]]\nname = \"dev\"\n", env: "prd",
		says: []string{`there is no environment "prd"`, `"prod"`, `"dev"`, `did you mean "prod"?`}},
	{name: "no environments", text: head + "[rule.\"spring\"]\ndiscount_rate = 0.1\n", env: "prod", says: []string{`there is no environment "prod"`}},
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
