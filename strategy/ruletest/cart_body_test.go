package ruletest_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/ruletest"
)

// bodied is a test with a body.
func bodied(name, expect string) string {
	return "[[test]]\nname = \"x\"\nnow = 2026-11-11T09:30:00+08:00\nbody = " + name + "\nexpect = " + expect + "\n"
}

// bodies are files as a directory has them.
func bodies(contents ...string) (files []strategy.Source) {
	for i := 0; i < len(contents); i += 2 {
		files = append(files, strategy.Source{Name: "config/" + contents[i], Data: []byte(contents[i+1])})
	}
	return files
}

func reading(t testing.TB, name string, o cart.Options) ruletest.Reading {
	t.Helper()
	r, err := cart.NewReader(o)
	if err != nil {
		t.Fatal(err)
	}
	return ruletest.Reading{Name: name, Reader: r}
}

var (
	usualShape = cart.Options{}
	shopShape  = cart.Options{Prices: cart.Major, Map: cart.Mapping{Items: cart.Paths{"order.lines"}, Quantity: cart.Paths{"qty"}, UnitPrice: cart.Paths{"price"}}}
	taxedShape = cart.Options{Prices: cart.Major, Map: cart.Mapping{Items: cart.Paths{"order.lines"}, Quantity: cart.Paths{"qty"}, UnitPrice: cart.Paths{"taxed"}}}
)

const (
	usualOrder = `{"items": [{"sku": "americano-iced", "quantity": 3, "unit_price": 1800}]}`
	shopOrder  = `{"order": {"lines": [{"sku": "americano-iced", "qty": "3", "price": "18.00", "taxed": "19.00"}]}}`
)

func TestBodies(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		order    string
		readings []ruletest.Reading
		expect   string
		lenient  bool
		want     string // failures, empty for none
		unread   int
	}{
		"the default shape, without a reading": {order: usualOrder, expect: "{ discount = 6.00, lines = [6.00] }"},
		"a mapping": {
			order: shopOrder, readings: []ruletest.Reading{reading(t, "shop", shopShape)}, expect: "{ discount = 6.00, subtotal = 54.00 }",
		},
		"another discount": {
			order: shopOrder, readings: []ruletest.Reading{reading(t, "shop", shopShape)}, expect: "{ discount = 5.00 }",
			want: "t.toml:5:23: expect.discount: got 6.00 CNY, want 5.00 CNY",
		},
		"another number of lines": {
			order: usualOrder, expect: "{ lines = [6.00, 0] }", want: "t.toml:5:12: expect.lines: got 1 line, want 2 amounts",
		},
		"no lines expected of one": {order: usualOrder, expect: "{ lines = [] }", want: "t.toml:5:12: expect.lines: got 1 line, want 0 amounts"},
		"nothing where the map has the goods": {
			order: usualOrder, readings: []ruletest.Reading{reading(t, "shop", shopShape)}, expect: "{ discount = 6.00 }",
			want: "t.toml:4:8: body: order.json: there are no goods at order.lines",
		},
		"a value that cannot be read": {
			order: strings.Replace(shopOrder, `"18.00"`, `"18,00"`, 1), readings: []ruletest.Reading{reading(t, "shop", shopShape)}, expect: "{ discount = 6.00 }",
			want: `t.toml:4:8: body: order.json: /order/lines/0/price: is "18,00", want an amount such as 18.50`,
		},
		"a line that the strategy cannot price": {
			order: `{"order": {"lines": [{"sku": "x", "qty": 1}]}}`, readings: []ruletest.Reading{reading(t, "shop", shopShape)}, expect: "{ discount = 0 }",
			want: `t.toml:4:8: body: order.json: /order/lines/0/price: the line has no price and the catalogue knows none`,
		},
		"the one of two ways that reads it": {
			order: shopOrder, readings: []ruletest.Reading{reading(t, "usual", usualShape), reading(t, "shop", shopShape)}, expect: "{ discount = 6.00 }",
		},
		"two ways that read it differently": {
			order: shopOrder, readings: []ruletest.Reading{reading(t, "shop", shopShape), reading(t, "taxed", taxedShape)}, expect: "{ subtotal = 54.00 }",
			want: "t.toml:5:23: expect.subtotal: got 57.00 CNY, want 54.00 CNY (order.json by taxed)",
		},
		"no way of two": {
			order: `{}`, readings: []ruletest.Reading{reading(t, "usual", usualShape), reading(t, "shop", shopShape)}, expect: "{ discount = 6.00 }",
			want: "t.toml:4:8: body: order.json by usual: there are no goods at items\nt.toml:4:8: body: order.json by shop: there are no goods at order.lines",
		},
		"no way yet": {order: `{}`, expect: "{ discount = 6.00 }", lenient: true, unread: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			suite, err := parse(t, bodied(`"order.json"`, c.expect)).With(ruletest.Orders{
				Files: bodies("order.json", c.order), Readings: c.readings, Lenient: c.lenient,
			})
			if err != nil {
				t.Fatal(err)
			}
			report := suite.Run(load(t, "", shop), "")
			if got := failures(report); got != c.want {
				t.Errorf("said\n%s\nwant\n%s", got, c.want)
			}
			if len(report.Unread) != c.unread {
				t.Errorf("%d were read in no way, want %d", len(report.Unread), c.unread)
			}
		})
	}
}

func TestBodiesThatAreMissing(t *testing.T) {
	t.Parallel()
	suite := parse(t, bodied(`"order.json"`, "{ discount = 0 }"))
	for name, c := range map[string]struct {
		files []strategy.Source
		want  string
	}{
		"no file":         {want: "t.toml:4:8: test[0].body: there is no file order.json beside the test (a link that leads elsewhere is not followed)"},
		"another":         {files: bodies("other.json", usualOrder), want: "t.toml:4:8: test[0].body: there is no file order.json beside the test (a link that leads elsewhere is not followed)"},
		"one that is cut": {files: bodies("order.json", usualOrder[:20]), want: "t.toml:4:8: test[0].body: order.json is no JSON"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if _, err := suite.With(ruletest.Orders{Files: c.files}); err == nil || err.Error() != c.want {
				t.Errorf("said %v, want %s", err, c.want)
			}
		})
	}
	if got := failures(suite.Run(load(t, "", shop), "")); got != "t.toml:4:8: body: order.json: is empty, want JSON" {
		t.Errorf("without bodies it said %s", got)
	}
}

func TestBodiesNamesThemOnce(t *testing.T) {
	t.Parallel()
	of := func(text string) strategy.Source { return strategy.Source{Name: "t.toml", Data: []byte(text)} }
	two := bodied(`"b.json"`, "{ discount = 0 }") + strings.Replace(bodied(`"a.json"`, "{ discount = 0 }"), `"x"`, `"y"`, 1) +
		strings.Replace(bodied(`"b.json"`, "{ discount = 0 }"), `"x"`, `"z"`, 1)
	if got := ruletest.Bodies(of(two)); !slices.Equal(got, []string{"b.json", "a.json"}) {
		t.Errorf("names %q", got)
	}
	if got := ruletest.Bodies(of("[[test]]\n")); got != nil {
		t.Errorf("a file that is not well written names %q", got)
	}
}
