package cart

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/promogate/caddy-discount/money"
)

// This file is the test's second opinion of what a body is: a reader over
// encoding/json and rational numbers that knows nothing of the other one.

// verdict is what becomes of a body.
type verdict string

const (
	isCart    verdict = "a cart"
	isNoCart  verdict = "no cart"
	isInvalid verdict = "invalid"
)

// plain reads the bodies of one mapping.
type plain struct {
	routes  []plainRoute
	options Options
}

// newPlain is a reader for options whose mapping is sound.
func newPlain(t tester, options Options) *plain {
	t.Helper()
	routes, err := plainRoutes(options.Map)
	if err != nil {
		t.Fatal(err)
	}
	for of, usual := range map[*int]int{
		&options.MaxLines: 500, &options.MaxAttributes: 64, &options.MaxCoupons: 64, &options.MaxSegments: 256, &options.MaxShipping: 64,
	} {
		*of = cmp.Or(*of, usual)
	}
	return &plain{routes, options}
}

// read is what a body is, why if it is invalid, and the cart.
func (p *plain) read(body []byte, defaultCurrency money.Currency) (Cart, verdict, string) {
	doc, err := parsePlain(withoutMark(body))
	if err != nil {
		return Cart{}, isInvalid, err.Error()
	}
	r := plainRead{plain: p, currency: defaultCurrency, given: map[string]bool{}, dropped: map[string]bool{}}
	r.cart.Customer.CompletedOrders = -1
	f := r.root(doc)
	if f == nil && r.found {
		f = r.complete()
	}
	switch {
	case f == nil && r.found:
		return r.cart, isCart, ""
	case f != nil && (r.found || f.twice || p.mentions(doc, p.from("body"))):
		return Cart{}, isInvalid, f.reason
	}
	return Cart{}, isNoCart, ""
}

// at is a route with the number of its steps that have been taken.
type at struct {
	*plainRoute
	taken int
}

func (p *plain) from(place string) (all []at) {
	for i := range p.routes {
		if r := &p.routes[i]; r.From == place {
			all = append(all, at{r, 0})
		}
	}
	return all
}

func (a at) done() bool      { return a.taken == len(a.Steps) }
func (a at) next() plainStep { return a.Steps[a.taken] }

// along are those whose next step is as said, one step on.
func along(all []at, fits func(plainStep) bool) (on []at) {
	for _, a := range all {
		if fits(a.next()) {
			on = append(on, at{a.plainRoute, a.taken + 1})
		}
	}
	return on
}

func byName(name string) func(plainStep) bool {
	return func(s plainStep) bool { return s.Name == name }
}

func anyStep(plainStep) bool { return true }

// hasKey reports whether there is anything at the items, in whatever case.
func (p *plain) mentions(v any, all []at) bool {
	all = slices.DeleteFunc(slices.Clone(all), func(a at) bool { return a.Key != "items" })
	if len(all) == 0 {
		return false
	}
	if all[0].done() {
		return true
	}
	if before := all[0].taken - 1; before >= 0 && all[0].Steps[before].Embedded {
		if _, isText := v.(string); isText {
			return true
		}
	}
	kind := all[0].next().Kind
	switch v := v.(type) {
	case object:
		return kind != "position" && slices.ContainsFunc(v, func(m member) bool {
			return p.mentions(m.value, along(all, func(s plainStep) bool { return kind == "each" || plainlyAlike(s.Name, m.name) }))
		})
	case []any:
		for i, element := range v {
			on := all
			switch kind {
			case "position":
				on = along(all, byName(strconv.Itoa(i)))
			case "each":
				on = along(all, anyStep)
			}
			if p.mentions(element, on) {
				return true
			}
		}
	}
	return false
}

// plainRead is the reading of one body.
type plainRead struct {
	*plain
	cart     Cart
	currency money.Currency
	found    bool
	passing  int             // lists and objects that are gone through
	given    map[string]bool // keys that have a value: of the cart, the line, the charge and the pair
	dropped  map[string]bool // keys that cannot be read in full

	lines, charges    []plainAmounts // beside those of the cart
	coupons, segments []ordered
	categories        []ordered // of the line
	line              *Line
	charge            *Charge
	amounts           *plainAmounts // of the line or charge
	properties        int
	name              string
	value             *Attribute
	subtotal          *big.Rat
	expected          *big.Rat
	decimals          int64
}

// plainAmounts is what is known of the amounts of a line or charge.
type plainAmounts struct {
	order        int // of the path
	price, total *big.Rat
	quantity     bool
}

// ordered is a text of the path that is the order-th.
type ordered struct {
	text  string
	order int
}

// plainFault is why a body is invalid.
type plainFault struct {
	reason string
	fatal  bool // even where what cannot be read is absent
	twice  bool // a name
}

func wrong(format string, args ...any) *plainFault {
	return &plainFault{reason: fmt.Sprintf(format, args...)}
}

func (f *plainFault) always() *plainFault { f.fatal = true; return f }

func (r *plainRead) root(doc any) *plainFault {
	all := r.from("body")
	switch doc.(type) {
	case object:
		if all[0].next().Kind != "position" {
			return r.inside(doc, all, 1)
		}
	case []any:
		if all[0].next().Kind == "position" {
			return r.inside(doc, all, 1)
		}
	}
	return nil
}

// visit reads what the routes lead to by the step they have taken last.
func (r *plainRead) visit(v any, all []at, depth int) *plainFault {
	last := all[0].Steps[all[0].taken-1]
	// In place of lines or of a charge null is none of them; elsewhere it is nothing.
	isNothing := !all[0].done() || all[0].Key != "items" && (all[0].Key != "shipping" || last.Kind == "member")
	if v == nil && isNothing {
		return nil
	}
	if last.Embedded {
		text, isText := v.(string)
		if !isText {
			return wrong("%s: no text with JSON", all[0].Key)
		}
		if text == "" {
			return nil
		}
		inner, err := parsePlain([]byte(text))
		if err != nil {
			return wrong("%s: in a text: %v", all[0].Key, err)
		}
		if inner == nil && isNothing {
			return nil
		}
		v = inner
	}
	if all[0].done() {
		return r.leaf(v, all[0], depth)
	}
	return r.inside(v, all, depth)
}

// inside reads an object or a list that routes go on in.
func (r *plainRead) inside(v any, all []at, depth int) *plainFault {
	kind := all[0].next().Kind
	switch v := v.(type) {
	case object:
		if kind != "position" {
			return r.members(v, all, depth)
		}
	case []any:
		if depth > 64 {
			return wrong("too deep").always()
		}
		return r.elements(v, all, depth)
	}
	for _, a := range all {
		if a.Strict {
			return wrong("%s: nothing to go on in", a.Key)
		}
	}
	for _, a := range all {
		r.dropped[a.Key] = true
	}
	return r.scan(v, depth)
}

func (r *plainRead) members(v object, all []at, depth int) *plainFault {
	if depth > 64 {
		return wrong("too deep").always()
	}
	each := all[0].next().Kind == "each"
	if each {
		r.passing++
		defer func() { r.passing-- }()
	}
	before := uint64(0)
	for i, m := range v {
		if strings.Contains(m.name, "\x00") {
			return wrong("NUL in %q", m.name).always()
		}
		var f *plainFault
		on := along(all, byName(m.name))
		switch index, isIndex := plainIndex(m.name); {
		case each && isIndex && (index < before || slices.ContainsFunc(v[:i], func(m member) bool { _, is := plainIndex(m.name); return !is })):
			return wrong("JavaScript lists %q before others", m.name).always()
		case each:
			before = index
			f = r.visit(m.value, along(all, anyStep), depth+1)
		case len(on) > 0:
			f = r.visit(m.value, on, depth+1)
		case plainVariant(all, m.name, hasToBeThere):
			f = wrong("%q in another case", m.name).always()
		default:
			f = r.scan(m.value, depth+1)
		}
		if f != nil {
			return f
		}
	}
	// An object with a member that cannot be read is something else, so this comes last.
	for _, m := range v {
		if len(along(all, byName(m.name))) == 0 && !each && plainVariant(all, m.name, v.has) {
			return wrong("%q in another case", m.name).always()
		}
	}
	return twice(v, asWrittenThere)
}

// plainVariant reports whether a name differs only in case from one that is looked for
// and for which it matters.
func plainVariant(all []at, name string, matters func(looked at) bool) bool {
	return slices.ContainsFunc(along(all, func(s plainStep) bool { return plainlyAlike(s.Name, name) }), matters)
}

// hasToBeThere is a name that has to be there, or that rules know goods by.
func hasToBeThere(looked at) bool {
	return looked.Strict || slices.Contains([]string{"sku", "category", "subgroup", "reduced", "attributes"}, looked.Key)
}

// has reports whether an object has the name that was just looked for.
func (v object) has(looked at) bool {
	return slices.ContainsFunc(v, func(m member) bool { return m.name == looked.Steps[looked.taken-1].Name })
}

// plainIndex is a name that JavaScript takes for the index of an array.
func plainIndex(name string) (uint64, bool) {
	index, err := strconv.ParseUint(name, 10, 32)
	return index, err == nil && name == strconv.FormatUint(index, 10) && index < 1<<32-1
}

func (r *plainRead) elements(v []any, all []at, depth int) *plainFault {
	kind := all[0].next().Kind
	if kind != "position" {
		r.passing++
		defer func() { r.passing-- }()
	}
	for i, element := range v {
		var f *plainFault
		switch kind {
		case "each":
			f = r.visit(element, along(all, anyStep), depth+1)
		case "member":
			if element != nil {
				f = r.inside(element, all, depth+1)
			}
		default:
			items := slices.ContainsFunc(all, func(a at) bool { return a.Key == "items" })
			if items && i > 0 {
				r.found = true
				return wrong("half an order")
			}
			if on := along(all, byName(strconv.Itoa(i))); len(on) > 0 {
				f = r.visit(element, on, depth+1)
			} else {
				f = r.scan(element, depth+1)
			}
		}
		if f != nil {
			return f
		}
	}
	return nil
}

// scan looks at what is not read.
func (r *plainRead) scan(v any, depth int) *plainFault {
	switch v := v.(type) {
	case object:
		if depth > 64 {
			return wrong("too deep").always()
		}
		for _, m := range v {
			if strings.Contains(m.name, "\x00") {
				return wrong("NUL in %q", m.name).always()
			}
			if f := r.scan(m.value, depth+1); f != nil {
				return f
			}
		}
		return twice(v, asWrittenThere)
	case []any:
		if depth > 64 {
			return wrong("too deep").always()
		}
		for _, element := range v {
			if f := r.scan(element, depth+1); f != nil {
				return f
			}
		}
	case json.Number:
		if !finite(v) {
			return wrong("%.40s is too large", v)
		}
	}
	return nil
}

// twice is the fault of two names that are alike.
func twice(v object, key func(name string) string) *plainFault {
	seen := map[string]string{}
	for _, m := range v {
		before, is := seen[key(m.name)]
		if is {
			return &plainFault{reason: fmt.Sprintf("%q twice", m.name), fatal: true, twice: before == m.name}
		}
		seen[key(m.name)] = m.name
	}
	return nil
}

func asWrittenThere(name string) string { return name }

// leaf reads a value of a field.
func (r *plainRead) leaf(v any, a at, depth int) *plainFault {
	if depth > 64 {
		switch v.(type) {
		case object, []any:
			return wrong("too deep").always()
		}
	}
	several := a.several()
	var f *plainFault
	switch {
	case v == "" && a.takesText():
		return nil
	case r.passing > 0 && r.given[a.Key] && !several:
		f = wrong("several values for %s", a.Key)
	default:
		f = r.field(v, a, depth)
	}
	if f == nil {
		r.given[a.Key] = true
		return nil
	}
	f.reason = a.Key + ": " + f.reason
	if f.fatal || a.Strict {
		return f
	}
	r.dropped[a.Key] = true
	return r.scan(v, depth)
}

func (r *plainRoute) several() bool {
	return slices.Contains([]string{"items", "shipping", "coupons", "customer_segments", "category"}, r.Key)
}

// takesText reports whether "" is as good as no value.
func (r *plainRoute) takesText() bool {
	return slices.Contains([]string{"currency", "id", "sku", "category", "subgroup", "customer_id", "customer_tier", "customer_segments",
		"coupons", "channel", "region", "order_id", "shipping_id", "shipping_method", "name"}, r.Key)
}

func (r *plainRead) field(v any, a at, depth int) (f *plainFault) {
	c := &r.cart
	switch a.Key {
	case "currency":
		return r.readCurrency(v)
	case "items":
		return r.items(v, a, depth)
	case "shipping":
		return r.shipping(v, a, depth)
	case "coupons":
		r.coupons, f = r.texts(v, a, r.coupons, r.options.MaxCoupons)
	case "customer_segments":
		r.segments, f = r.texts(v, a, r.segments, r.options.MaxSegments)
	case "category":
		r.categories, f = r.texts(v, a, r.categories, 64)
	case "subtotal":
		r.subtotal, f = r.amount(v)
	case "expected_payable":
		r.expected, f = r.amount(v)
	case "decimals":
		r.decimals, f = r.count(v)
	case "completed_orders":
		c.Customer.CompletedOrders, f = r.count(v)
	case "quantity":
		return r.quantity(v)
	case "unit_price", "shipping_amount":
		r.amounts.price, f = r.amount(v)
	case "line_total":
		r.amounts.total, f = r.amount(v)
	case "reduced":
		r.line.Reduced, f = r.flag(v)
	case "attributes":
		return r.attributes(v, depth)
	case "value":
		r.value, f = property(v)
		if f == nil {
			f = r.scan(v, depth)
		}
	default:
		*r.textOf(a.Key), f = r.text(v)
	}
	return f
}

// textOf is the place of a field that is one text.
func (r *plainRead) textOf(key string) *string {
	switch key {
	case "id":
		return &r.line.ID
	case "sku":
		return &r.line.SKU
	case "subgroup":
		return &r.line.Subgroup
	case "customer_id":
		return &r.cart.Customer.ID
	case "customer_tier":
		return &r.cart.Customer.Tier
	case "channel":
		return &r.cart.Channel
	case "region":
		return &r.cart.Region
	case "order_id":
		return &r.cart.OrderID
	case "shipping_id":
		return &r.charge.ID
	case "shipping_method":
		return &r.charge.Method
	case "name":
		return &r.name
	}
	panic(key)
}
