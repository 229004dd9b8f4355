package cart

import (
	"bytes"
	"encoding/json"
	"math/big"
	"strconv"
	"strings"

	"github.com/promogate/caddy-discount/money"
)

// agree holds a cart against what encoding/json makes of the same body: the
// test's second opinion, which shares no code with the reader.
func agree(t tester, body []byte, m Mapping, prices Prices, home money.Currency, cart *Cart) {
	t.Helper()
	doc, _ := generic(t, body).(map[string]any)
	at := func(from any, key string) any { return lookup(from, m.path(t, key)) }
	if code := textOf(t, at(doc, "currency")); code != cart.Currency {
		t.Fatalf("currency %q, read %q", code, cart.Currency)
	}
	if cart.Currency != "" {
		home = currency(t, cart.Currency)
	}
	items := listOf(t, at(doc, "items"))
	if len(items) != len(cart.Lines) {
		t.Fatalf("%d lines, read %d", len(items), len(cart.Lines))
	}
	for i, item := range items {
		line := &cart.Lines[i]
		same(t, "id", textOf(t, at(item, "id")), line.ID)
		same(t, "sku", textOf(t, at(item, "sku")), line.SKU)
		same(t, "category", textOf(t, at(item, "category")), line.Category)
		same(t, "subgroup", textOf(t, at(item, "subgroup")), line.Subgroup)
		same(t, "quantity", textOf(t, at(item, "quantity")), strconv.FormatInt(line.Quantity, 10))
		same(t, "reduced", at(item, "reduced") == true, line.Reduced)
		same(t, "unit price", amountOf(t, at(item, "unit_price"), prices, home), line.UnitPrice)
		if line.UnitPrice != NoPrice {
			same(t, "subtotal", line.Quantity*line.UnitPrice, line.Subtotal)
		}
		agreeOnAttributes(t, at(item, "attributes"), line.Attributes)
	}
	charges := listOf(t, at(doc, "shipping"))
	same(t, "charges", len(charges), len(cart.Shipping))
	for i, charge := range charges {
		same(t, "shipping id", textOf(t, at(charge, "shipping_id")), cart.Shipping[i].ID)
		same(t, "shipping method", textOf(t, at(charge, "shipping_method")), cart.Shipping[i].Method)
		same(t, "shipping amount", amountOf(t, at(charge, "shipping_amount"), prices, home), cart.Shipping[i].Amount)
	}
	same(t, "customer id", textOf(t, at(doc, "customer_id")), cart.Customer.ID)
	same(t, "customer tier", textOf(t, at(doc, "customer_tier")), cart.Customer.Tier)
	same(t, "channel", textOf(t, at(doc, "channel")), cart.Channel)
	same(t, "region", textOf(t, at(doc, "region")), cart.Region)
	orders := "-1"
	if stated := at(doc, "completed_orders"); stated != nil {
		orders = textOf(t, stated)
	}
	same(t, "orders", orders, strconv.FormatInt(cart.Customer.CompletedOrders, 10))
	sameTexts(t, at(doc, "coupons"), cart.Coupons)
	sameTexts(t, at(doc, "customer_segments"), cart.Customer.Segments)
}

// path is where the field of a key is, or nil if it is not read.
func (m Mapping) path(t tester, key string) []string {
	t.Helper()
	routes, err := m.routes()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range routes {
		if r.key == key {
			var names []string
			for _, step := range r.steps {
				names = append(names, step.name)
			}
			return names
		}
	}
	return nil
}

func agreeOnAttributes(t tester, stated any, read []Attribute) {
	t.Helper()
	members, _ := stated.(map[string]any)
	want := map[string]Attribute{}
	for name, value := range members {
		switch v := value.(type) {
		case string:
			want[name] = Attribute{name, v, Text}
		case json.Number:
			want[name] = Attribute{name, v.String(), Number}
		case bool:
			want[name] = Attribute{name, strconv.FormatBool(v), Bool}
		}
	}
	same(t, "attributes", len(want), len(read))
	for _, a := range read {
		same(t, "attribute", want[a.Name], a)
	}
}

// generic is the body as encoding/json sees it, numbers as text.
func generic(t tester, body []byte) any {
	t.Helper()
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var doc any
	if err := decoder.Decode(&doc); err != nil {
		t.Fatalf("encoding/json: %v", err)
	}
	return doc
}

func lookup(from any, path []string) any {
	if path == nil {
		return nil
	}
	for _, name := range path {
		object, _ := from.(map[string]any)
		from = object[name]
	}
	return from
}

func textOf(t tester, value any) string {
	t.Helper()
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case json.Number:
		return v.String()
	}
	t.Fatalf("%v is no text", value)
	return ""
}

func listOf(t tester, value any) []any {
	t.Helper()
	if value == nil {
		return nil
	}
	elements, ok := value.([]any)
	if !ok {
		t.Fatalf("%v is no list", value)
	}
	return elements
}

func sameTexts(t tester, stated any, read []string) {
	t.Helper()
	elements := listOf(t, stated)
	same(t, "length", len(elements), len(read))
	for i := range read {
		same(t, "element", textOf(t, elements[i]), read[i])
	}
}

func same[T comparable](t tester, what string, stated, read T) {
	t.Helper()
	if stated != read {
		t.Fatalf("%s: stated %v, read %v", what, stated, read)
	}
}

// amount is a value in minor units by rational arithmetic.
func amountOf(t tester, value any, prices Prices, in money.Currency) int64 {
	t.Helper()
	if value == nil {
		return NoPrice
	}
	exact, ok := new(big.Rat).SetString(textOf(t, value))
	if !ok {
		t.Fatalf("%v is no amount", value)
	}
	if prices == Major {
		scale := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(in.Digits())), nil)
		exact.Mul(exact, new(big.Rat).SetInt(scale))
	}
	if !exact.IsInt() || !exact.Num().IsInt64() {
		t.Fatalf("%v is no whole number of minor units", value)
	}
	return exact.Num().Int64()
}

// agreeLeniently decodes the body as a backend in Go would, into a struct
// whose fields match names in any case, and compares what is charged for.
func agreeLeniently(t tester, body []byte, cart *Cart) {
	t.Helper()
	var backend struct {
		Currency string `json:"currency"`
		Items    []struct {
			SKU      any          `json:"sku"`
			Quantity int64        `json:"quantity"`
			Price    *json.Number `json:"unit_price"`
		} `json:"items"`
		Coupons []string `json:"coupons"`
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	if err := decoder.Decode(&backend); err != nil {
		t.Fatalf("the backend fails: %v", err)
	}
	same(t, "currency", backend.Currency, cart.Currency)
	same(t, "lines", len(backend.Items), len(cart.Lines))
	for i, item := range backend.Items {
		line := &cart.Lines[i]
		same(t, "sku", textOf(t, item.SKU), line.SKU)
		same(t, "quantity", item.Quantity, line.Quantity)
		same(t, "priced", item.Price != nil, line.UnitPrice != NoPrice)
		if item.Price != nil {
			same(t, "price", item.Price.String(), strconv.FormatInt(line.UnitPrice, 10))
		}
	}
	same(t, "coupons", strings.Join(backend.Coupons, "\x00"), strings.Join(cart.Coupons, "\x00"))
}

// resolves reports whether a pointer leads to a value of the document.
func resolves(doc any, pointer string) bool {
	if pointer == "" {
		return true
	}
	if pointer[0] != '/' {
		return false
	}
	for _, token := range strings.Split(pointer[1:], "/") {
		token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
		switch v := doc.(type) {
		case map[string]any:
			member, ok := v[token]
			if !ok {
				return false
			}
			doc = member
		case []any:
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(v) {
				return false
			}
			doc = v[i]
		default:
			return false
		}
	}
	return true
}
