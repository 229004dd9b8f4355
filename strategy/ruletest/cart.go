package ruletest

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy/document"
)

// body is the cart of a test as the JSON body that a shop would send. The cart reader of the
// gateway then reads it and finds what is wrong with it.
type body struct {
	table *document.Node // the table of the cart; nil if there is none
	json  []byte
}

// shape has the keys that a table of a cart may have. A body from a shop may have more keys, which
// the gateway ignores. In a test they are typing mistakes.
type shape struct {
	keys   []string
	tables map[string]*shape // of the keys whose values are tables
	hints  keyHints
	free   bool // any key is allowed, and no table or list below it
}

// checkKeys reports the keys that the table may not have.
func (of *shape) checkKeys(s *document.Section) {
	if of.free {
		return
	}
	for i := range s.Node.Fields {
		f := &s.Node.Fields[i]
		if slices.Contains(of.keys, f.Key) {
			continue
		}
		hint := s.Meant(f.Key, of.keys)
		if hint == "" && slices.Contains(of.keys, "attributes") {
			hint = "further properties of an article are its attributes, such as attributes = { roast = \"dark\" }"
		}
		s.Add(f.Pos, s.Key(f.Key), document.UnknownKey(f.Key), hint)
	}
}

var cartShape = &shape{
	keys:  []string{"currency", "items", "customer", "coupons", "channel", "region", "shipping"},
	hints: cartHints,
	tables: map[string]*shape{
		"items": {
			keys:   []string{"id", "sku", "category", "subgroup", "quantity", "unit_price", "line_total", "reduced", "attributes"},
			hints:  itemHints,
			tables: map[string]*shape{"attributes": {free: true}},
		},
		"customer": {keys: []string{"id", "tier", "segments", "completed_orders"}, hints: customerHints},
		"shipping": {keys: []string{"id", "method", "amount"}, hints: shippingHints},
	},
}

func decodeCart(s *document.Section) body {
	n := s.Get("cart")
	if n == nil {
		return body{}
	}
	if !s.IsTable(n, "cart", `{ items = [{ sku = "latte", quantity = 3, unit_price = 18.00 }] }`) {
		return body{}
	}
	before := s.Count()
	var w writer
	w.table(s.Member(n, "cart"), cartShape)
	b := body{table: n, json: w.json}
	if s.Count() > before {
		return b // the cart reader would find the same problems
	}
	if at, key, reason := b.fault(b.unreadable()); reason != "" {
		s.Add(at, s.Path()+"."+key, reason, "")
	}
	return b
}

// lines returns how many items the cart has; -1 if that is unknown.
func (b *body) lines() int {
	if b.table == nil {
		return -1
	}
	items := b.table.Get("items")
	if items == nil || items.Kind != document.Array {
		return -1
	}
	return len(items.Items)
}

// writer writes a table of TOML as JSON, and reports what a cart cannot have.
type writer struct{ json []byte }

func (w *writer) raw(json string) { w.json = append(w.json, json...) }

func (w *writer) text(s string) {
	w.json, _ = jsontext.AppendQuote(w.json, s) // TOML has no invalid UTF-8, the only error
}

func (w *writer) table(s *document.Section, of *shape) {
	s.Hints = of.hints
	of.checkKeys(s)
	w.raw("{")
	first := true
	for i := range s.Node.Fields {
		f := &s.Node.Fields[i]
		if !of.free && !slices.Contains(of.keys, f.Key) {
			continue
		}
		if !first {
			w.raw(",")
		}
		first = false
		w.text(f.Key)
		w.raw(":")
		if of.free && (f.Value.Kind == document.Table || f.Value.Kind == document.Array) {
			s.Want(f.Value, f.Key, "a string, a number, true or false")
		}
		w.value(s, f, of.tables[f.Key])
	}
	w.raw("}")
}

// value writes a member even if its type is wrong, because the cart reader checks types. It writes
// tables and lists that may not be there without their contents.
func (w *writer) value(s *document.Section, f *document.Field, of *shape) {
	if f.Value.Kind != document.Array {
		if f.Value.Kind == document.Table && of != nil {
			w.table(s.Member(f.Value, f.Key), of)
			return
		}
		w.scalar(s, f.Value, f.Key)
		return
	}
	w.raw("[")
	for i, item := range f.Value.Items {
		if i > 0 {
			w.raw(",")
		}
		if item.Kind == document.Table && of != nil {
			w.table(s.Element(item, f.Key, i), of)
			continue
		}
		w.scalar(s, item, f.Key)
	}
	w.raw("]")
}

// scalar writes a member, or an element of one. It writes a table or a list without its contents.
func (w *writer) scalar(s *document.Section, n *document.Node, key string) {
	switch n.Kind {
	case document.Array:
		w.raw("[]")
	case document.Table:
		w.raw("{}")
	case document.String:
		w.text(n.Text)
	case document.Bool:
		w.raw(n.Text)
	case document.Integer:
		w.integer(n.Text)
	case document.Float:
		text := strings.TrimPrefix(n.Text, "+")
		if strings.HasSuffix(text, "inf") || strings.HasSuffix(text, "nan") {
			s.Wrong(n, key, n.Text+" is not a number that a cart can have", "")
			text = "0"
		}
		w.raw(text)
	default:
		s.Wrong(n, key, fmt.Sprintf("this is %s, which a cart does not have", n.Kind), "write it as a string")
		w.raw("null")
	}
}

// integer writes a whole number as decimal. In TOML it may be hexadecimal, octal or binary.
func (w *writer) integer(text string) {
	if v, err := document.ParseInteger(text); err == nil && text != "-0" {
		text = strconv.FormatInt(v, 10)
	}
	w.raw(text)
}

// cartReader reads the carts of tests: the default shape, in major units, with every field of a
// line. It has every path explicitly, because a reader ignores values that it cannot read at a
// default path.
var cartReader = func() *cart.Reader {
	r, err := cart.NewReader(cart.Options{Prices: cart.Major, Fractional: true, Map: cart.Mapping{
		Currency: cart.Paths{"currency"}, Items: cart.Paths{"items"},
		ID: cart.Paths{"id"}, SKU: cart.Paths{"sku"}, Category: cart.Paths{"category"}, Subgroup: cart.Paths{"subgroup"},
		Quantity: cart.Paths{"quantity"}, UnitPrice: cart.Paths{"unit_price"}, LineTotal: cart.Paths{"line_total"},
		Reduced: cart.Paths{"reduced"}, Attributes: cart.Paths{"attributes"},
		CustomerID: cart.Paths{"customer.id"}, CustomerTier: cart.Paths{"customer.tier"},
		CustomerSegments: cart.Paths{"customer.segments"}, CompletedOrders: cart.Paths{"customer.completed_orders"},
		Coupons: cart.Paths{"coupons"}, Channel: cart.Paths{"channel"}, Region: cart.Paths{"region"}, Shipping: cart.Paths{"shipping"},
		ShippingID: cart.Paths{"id"}, ShippingMethod: cart.Paths{"method"}, ShippingAmount: cart.Paths{"amount"},
	}})
	if err != nil {
		panic(err) // the shape is well-formed
	}
	return r
}()

var errNoItems = errors.New("the cart has no items")

// read reads the cart. The default currency is for a cart that states none.
func (b *body) read(defaultCurrency money.Currency) (*cart.Cart, error) {
	c := &cart.Cart{}
	found, err := cartReader.ReadJSON(b.json, defaultCurrency, c)
	if err == nil && !found {
		err = errNoItems
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// unreadable returns the error of a cart that cannot be read in any currency. It tries one
// currency for each number of decimals.
func (b *body) unreadable() error {
	var first error
	for _, code := range []string{"CNY", "JPY", "KWD", "CLF"} {
		defaultCurrency, err := money.ParseCurrency(code)
		if err == nil {
			_, err = b.read(defaultCurrency)
		}
		if err == nil {
			return nil
		}
		if first == nil {
			first = err
		}
	}
	return first
}

// fault returns the position, the key and the reason of the error of a cart; no reason for a nil
// error.
func (b *body) fault(err error) (at document.Pos, key, reason string) {
	if err == nil {
		return document.Pos{}, "", ""
	}
	var invalid *cart.Invalid
	if !errors.As(err, &invalid) {
		return b.table.Pos, "cart", err.Error()
	}
	at, key = b.follow(invalid.Pointer)
	return at, key, inTOML(&invalid.Detail)
}

// inTOML returns the reason of the cart reader with the names of TOML types instead of JSON types.
// It leaves out the hint, which is about maps and options that a test does not have.
func inTOML(d *cart.Detail) string {
	if d.Wanted == "" {
		return d.Problem
	}
	wanted := d.Wanted
	for of, word := range tomlWords {
		wanted = strings.ReplaceAll(wanted, of, word)
	}
	return "is " + cmp.Or(tomlWords[d.Seen], d.Seen) + ", want " + wanted
}

// tomlWords are the names of TOML types by those of JSON types.
var tomlWords = map[string]string{cart.JSONObject: "a table", cart.JSONArray: "a list", cart.JSONText: "a string"}

// follow returns the position and the path of the value that a JSON Pointer into the body points
// at. If there is no such value, it returns those of the nearest one above it.
func (b *body) follow(pointer string) (document.Pos, string) {
	n, at, path := b.table, b.table.Pos, "cart"
	for token := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		switch name := pointerEscapes.Replace(token); n.Kind {
		case document.Table:
			f := n.Field(name)
			if f == nil {
				return at, path
			}
			n, at, path = f.Value, f.Value.Pos, document.KeyIn(path, name)
		case document.Array:
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(n.Items) {
				return at, path
			}
			n, at, path = n.Items[i], n.Items[i].Pos, fmt.Sprintf("%s[%d]", path, i)
		default:
			return at, path
		}
	}
	return at, path
}

// pointerEscapes decodes the escapes of RFC 6901, section 3.
var pointerEscapes = strings.NewReplacer("~1", "/", "~0", "~")
