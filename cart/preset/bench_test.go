package preset

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/money"
)

// BenchmarkPreset reads one cart of fifty lines in the shape of each preset, with the
// members that the preset reads and no others, beside the same values in the default
// shape.
func BenchmarkPreset(b *testing.B) {
	for _, p := range All() {
		for _, shape := range []struct {
			name    string
			options cart.Options
		}{
			{name: "default", options: cart.Options{}},
			{name: "preset", options: p.Options},
		} {
			b.Run(p.Name+"/"+shape.name, func(b *testing.B) {
				body := []byte(written(p.Options.Map, shape.options, 50))
				benchmarkRead(b, shape.options, body, func(c *cart.Cart) bool { return len(c.Lines) == 50 })
			})
		}
	}
}

// BenchmarkSample reads an order as its system sends it, most of whose members the preset does not
// read.
func BenchmarkSample(b *testing.B) {
	for _, p := range All() {
		b.Run(p.Name, func(b *testing.B) {
			body, err := os.ReadFile(filepath.Join("testdata", p.Name+".json"))
			if err != nil {
				b.Fatal(err)
			}
			benchmarkRead(b, p.Options, body, func(*cart.Cart) bool { return true })
		})
	}
}

// benchmarkRead reads a body with options again and again.
func benchmarkRead(b *testing.B, options cart.Options, body []byte, right func(*cart.Cart) bool) {
	b.Helper()
	reader, err := cart.NewReader(options)
	if err != nil {
		b.Fatal(err)
	}
	currency, err := money.ParseCurrency("USD")
	if err != nil {
		b.Fatal(err)
	}
	var into cart.Cart
	b.SetBytes(int64(len(body)))
	b.ReportAllocs()
	for b.Loop() {
		if found, err := reader.ReadJSON(body, currency, &into); err != nil || !found || !right(&into) {
			b.Fatalf("%v, %v, %d lines\n%.1000s", found, err, len(into.Lines), body)
		}
	}
}

// object is a JSON object in the order its members were added; list says that it is
// alone in a list.
type object struct {
	names  []string
	values map[string]any // text of JSON, or *object
	list   bool
}

// put adds a value at a path. A list on the way to several values has one element.
func (o *object) put(path, value string, several bool) {
	name, rest, more := strings.Cut(path, ".")
	if name == "0" && more {
		o.list = true
		o.put(rest, value, several)
		return
	}
	name, _, _ = strings.Cut(name, "!")
	if o.values == nil {
		o.values = map[string]any{}
	}
	if _, is := o.values[name]; !is {
		o.names = append(o.names, name)
		switch {
		case rest == "1":
			o.values[name] = "[7," + value + "]"
		case rest == "0":
			o.values[name] = "[" + value + ",7]"
		case more:
			o.values[name] = &object{list: several}
		default:
			o.values[name] = value
		}
	}
	if more && rest != "0" && rest != "1" {
		o.values[name].(*object).put(rest, value, several)
	}
}

func (o *object) String() string {
	members := make([]string, len(o.names))
	for i, name := range o.names {
		members[i] = fmt.Sprintf("%q:%v", name, o.values[name])
	}
	text := "{" + strings.Join(members, ",") + "}"
	if o.list {
		return "[" + text + "]"
	}
	return text
}

// written is a cart in a shape, with what a mapping reads.
func written(read cart.Mapping, in cart.Options, lines int) string {
	var line, charge, body object
	price, total := `1850`, `3700`
	if in.Prices == cart.Major {
		price, total = `"18.50"`, `"37.00"`
	}
	put := func(to *object, read, at cart.Paths, usual, value string) {
		if path := first(at, usual); first(read, usual) != "" && path != "" {
			to.put(path, value, value == `"SPRING"`)
		}
	}
	at := in.Map
	put(&line, read.ID, at.ID, "id", `"l1"`)
	put(&line, read.SKU, at.SKU, "sku", `"americano-iced"`)
	put(&line, read.Category, at.Category, "category", `"coffee"`)
	put(&line, read.Quantity, at.Quantity, "quantity", `2`)
	put(&line, read.UnitPrice, at.UnitPrice, "unit_price", price)
	if at.LineTotal != nil {
		put(&line, read.LineTotal, at.LineTotal, "", total)
	} else if read.LineTotal != nil && first(read.UnitPrice, "unit_price") == "" {
		line.put("unit_price", price, false)
	}
	put(&charge, read.ShippingMethod, at.ShippingMethod, "method", `"standard"`)
	put(&charge, read.ShippingAmount, at.ShippingAmount, "amount", price)
	all := "[" + strings.TrimSuffix(strings.Repeat(line.String()+",", lines), ",") + "]"
	items := first(at.Items, "items")
	if strings.HasSuffix(items, "!json") {
		all = fmt.Sprintf("%q", all)
	}
	put(&body, read.Currency, at.Currency, "currency", `"USD"`)
	put(&body, read.Items, at.Items, "items", all)
	put(&body, read.CustomerID, at.CustomerID, "customer.id", `"u1"`)
	put(&body, read.CustomerTier, at.CustomerTier, "customer.tier", `"gold"`)
	put(&body, read.Coupons, at.Coupons, "coupons", `"SPRING"`)
	put(&body, read.Region, at.Region, "region", `"sh"`)
	if path := first(at.Shipping, "shipping"); first(read.Shipping, "shipping") != "" && path != "" {
		body.put(path, "["+charge.String()+"]", false)
	}
	return body.String()
}

// first is the first of a field's paths, or the usual one; empty if it is unread.
func first(paths cart.Paths, usual string) string {
	switch {
	case paths == nil:
		return usual
	case paths[0] == cart.Unread:
		return ""
	}
	return paths[0]
}
