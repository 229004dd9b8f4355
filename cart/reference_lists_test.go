package cart

import (
	"cmp"
	"encoding/json"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/promogate/caddy-discount/money"
)

// items reads what is at a path of the items.
func (r *plainRead) items(v any, a at, depth int) *plainFault {
	r.found = true
	switch v := v.(type) {
	case []any:
		for _, line := range v {
			if f := r.readLine(line, a, depth+1); f != nil {
				return f
			}
		}
		return nil
	case object:
		if r.passing > 0 {
			return r.readLine(v, a, depth)
		}
	}
	return wrong("no list")
}

func (r *plainRead) readLine(v any, a at, depth int) *plainFault {
	members, ok := v.(object)
	switch {
	case len(r.cart.Lines) == r.options.MaxLines:
		return wrong("too many lines")
	case !ok:
		return wrong("a line is no object")
	}
	r.cart.Lines = append(r.cart.Lines, Line{Quantity: 1, UnitPrice: NoPrice})
	r.lines = append(r.lines, plainAmounts{order: a.Order})
	r.line, r.amounts, r.categories = &r.cart.Lines[len(r.cart.Lines)-1], &r.lines[len(r.lines)-1], nil
	if f := r.within("line", members, depth); f != nil {
		return f
	}
	for key, absent := range map[string]func(){
		"id": func() { r.line.ID = "" }, "sku": func() { r.line.SKU = "" }, "subgroup": func() { r.line.Subgroup = "" },
		"category": func() { r.categories = nil }, "reduced": func() { r.line.Reduced = false }, "attributes": func() { r.line.Attributes = nil },
	} {
		if r.dropped[key] {
			absent()
		}
	}
	if texts := inOrder(r.categories); len(texts) > 0 {
		r.line.Category = texts[0]
		r.line.MoreCategories = append([]string(nil), texts[1:]...) // nil for none
	}
	if !r.amounts.quantity {
		return wrong("no quantity")
	}
	return nil
}

// within reads a line, a charge or a pair, of which nothing is known yet.
func (r *plainRead) within(place string, v object, depth int) *plainFault {
	routes, passing := r.from(place), r.passing
	for _, a := range routes {
		delete(r.given, a.Key)
		delete(r.dropped, a.Key)
	}
	r.passing = 0
	defer func() { r.passing = passing }()
	return r.inside(v, routes, depth)
}

func (r *plainRead) shipping(v any, a at, depth int) *plainFault {
	if list, ok := v.([]any); ok {
		for _, charge := range list {
			if f := r.readCharge(charge, a, depth+1); f != nil {
				return f
			}
		}
		return nil
	}
	return r.readCharge(v, a, depth)
}

func (r *plainRead) readCharge(v any, a at, depth int) (f *plainFault) {
	if len(r.cart.Shipping) == r.options.MaxShipping {
		return wrong("too many charges")
	}
	r.cart.Shipping = append(r.cart.Shipping, Charge{Amount: NoPrice})
	r.charges = append(r.charges, plainAmounts{order: a.Order})
	r.charge, r.amounts = &r.cart.Shipping[len(r.cart.Shipping)-1], &r.charges[len(r.charges)-1]
	switch v := v.(type) {
	case string, json.Number:
		r.amounts.price, f = r.amount(v)
		return f
	case object:
		if routeOf(r.routes, "shipping_amount") == nil {
			return wrong("no amount")
		}
		if f := r.within("charge", v, depth); f != nil {
			return f
		}
		if r.dropped["shipping_id"] {
			r.charge.ID = ""
		}
		if r.dropped["shipping_method"] {
			r.charge.Method = ""
		}
		if r.amounts.price == nil {
			return wrong("no amount")
		}
		return nil
	}
	return wrong("no charge")
}

// texts appends those of a list or of one value.
func (r *plainRead) texts(v any, a at, to []ordered, most int) ([]ordered, *plainFault) {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	for _, element := range list {
		if element == nil {
			continue
		}
		text, f := r.text(element)
		if f != nil {
			return to, f
		}
		parts := []string{text}
		if a.Commas {
			parts = strings.Split(text, ",")
		}
		for _, part := range parts {
			if a.Commas {
				part = strings.Trim(part, " \t\r\n")
			}
			if part == "" {
				continue
			}
			if len(to) == most {
				return to, wrong("too many")
			}
			to = append(to, ordered{part, a.Order})
		}
	}
	return to, nil
}

// inOrder are texts in the order of their paths.
func inOrder(of []ordered) (texts []string) {
	slices.SortStableFunc(of, func(a, b ordered) int { return cmp.Compare(a.order, b.order) })
	for _, o := range of {
		texts = append(texts, o.text)
	}
	return texts
}

// attributes reads an object or a list of pairs.
func (r *plainRead) attributes(v any, depth int) *plainFault {
	r.properties = 0
	pairs := r.from("pair")
	switch v := v.(type) {
	case object:
		if f := r.propertiesOf(v, depth); f != nil {
			return f
		}
	case []any:
		if len(v) > 0 && len(pairs) == 0 {
			return wrong("no object")
		}
		if f := r.pairs(v, depth); f != nil {
			return f
		}
	default:
		return wrong("no object")
	}
	if r.properties > r.options.MaxAttributes {
		return wrong("too many attributes")
	}
	return nil
}

func (r *plainRead) propertiesOf(v object, depth int) *plainFault {
	if depth > 64 {
		return wrong("too deep").always()
	}
	for _, m := range v {
		if strings.Contains(m.name, "\x00") {
			return wrong("NUL in %q", m.name).always()
		}
		a, f := property(m.value)
		if f == nil {
			f = r.scan(m.value, depth+1)
		}
		if f != nil {
			return f
		}
		r.keep(m.name, a)
	}
	return twice(v, plainKey)
}

func (r *plainRead) keep(name string, a *Attribute) {
	if a != nil {
		r.properties++
		a.Name = name
		r.line.Attributes = append(r.line.Attributes, *a)
	}
}

func (r *plainRead) pairs(v []any, depth int) *plainFault {
	names := map[string]bool{}
	for _, element := range v {
		pair, ok := element.(object)
		if !ok {
			return wrong("a pair is no object")
		}
		r.name, r.value = "", nil
		if f := r.within("pair", pair, depth+1); f != nil {
			return f
		}
		if r.name == "" || names[r.name] {
			return wrong("a name is missing, or there twice")
		}
		names[r.name] = true
		if r.value == nil {
			r.properties++
		}
		r.keep(r.name, r.value)
	}
	return nil
}

// property is the value of one, or nil if a rule cannot ask about it.
func property(v any) (*Attribute, *plainFault) {
	switch v := v.(type) {
	case string:
		return &Attribute{Text: v, Kind: Text}, nil
	case bool:
		return &Attribute{Text: strconv.FormatBool(v), Kind: Bool}, nil
	case json.Number:
		if !finite(v) || normal(string(v)) != shortest(string(v)) {
			return nil, wrong("no double is %.40s", v)
		}
		return &Attribute{Text: string(v), Kind: Number}, nil
	}
	return nil, nil
}

// complete completes a cart.
func (r *plainRead) complete() *plainFault {
	r.order()
	r.absent()
	if r.given["decimals"] && r.decimals != int64(r.currency.Digits()) {
		return wrong("decimals")
	}
	var goods, units, shipping big.Int
	priced := true
	for i := range r.cart.Lines {
		line := &r.cart.Lines[i]
		if f := r.completeLine(line, r.lines[i]); f != nil {
			return f
		}
		priced = priced && (line.Quantity == 0 || line.HasTotal || line.UnitPrice != NoPrice)
		goods.Add(&goods, big.NewInt(line.Subtotal))
		units.Add(&units, big.NewInt(line.Quantity))
	}
	for i := range r.cart.Shipping {
		amount, ok := r.minor(r.charges[i].price)
		if !ok {
			return wrong("shipping amount")
		}
		r.cart.Shipping[i].Amount = amount
		shipping.Add(&shipping, big.NewInt(amount))
	}
	if most := big.NewInt(money.Max); units.Cmp(most) > 0 || new(big.Int).Add(&goods, &shipping).Cmp(most) > 0 {
		return wrong("too much")
	}
	if r.given["expected_payable"] {
		var ok bool
		if r.cart.ExpectedPayable, ok = r.minor(r.expected); !ok {
			return wrong("expected payable")
		}
		r.cart.HasExpectedPayable = true
	}
	if r.given["subtotal"] {
		stated, ok := r.minor(r.subtotal)
		if !ok || !priced || big.NewInt(stated).Cmp(&goods) != 0 {
			return wrong("subtotal is not %v", &goods)
		}
	}
	return nil
}

// order puts what several paths lead to in the order of the paths.
func (r *plainRead) order() {
	r.cart.Coupons, r.cart.Customer.Segments = inOrder(r.coupons), inOrder(r.segments)
	r.cart.Lines, r.lines = byOrder(r.cart.Lines, r.lines)
	r.cart.Shipping, r.charges = byOrder(r.cart.Shipping, r.charges)
}

func byOrder[T any](of []T, amounts []plainAmounts) (sorted []T, with []plainAmounts) {
	for order := range 16 {
		for i, a := range amounts {
			if a.order == order {
				sorted, with = append(sorted, of[i]), append(with, a)
			}
		}
	}
	return sorted, with
}

// absent takes out what cannot be read in full.
func (r *plainRead) absent() {
	customer := &r.cart.Customer
	for key, absent := range map[string]func(){
		"customer_id": func() { customer.ID = "" }, "customer_tier": func() { customer.Tier = "" },
		"customer_segments": func() { customer.Segments = nil }, "completed_orders": func() { customer.CompletedOrders = -1 },
		"coupons": func() { r.cart.Coupons = nil }, "channel": func() { r.cart.Channel = "" }, "region": func() { r.cart.Region = "" },
		"shipping": func() { r.cart.Shipping = nil },
	} {
		if r.dropped[key] {
			absent()
		}
	}
}

func (r *plainRead) completeLine(line *Line, of plainAmounts) *plainFault {
	units := new(big.Rat).SetInt64(line.Quantity)
	if line.Weight != (Decimal{}) {
		units.SetString(line.Weight.String())
	}
	total, ok := int64(0), true
	if of.price != nil {
		if line.UnitPrice, ok = r.minor(of.price); !ok {
			return wrong("unit price")
		}
		exact := new(big.Rat).Mul(units, new(big.Rat).SetInt64(line.UnitPrice))
		total = floor(exact.Add(exact, big.NewRat(1, 2)))
	}
	if of.total != nil {
		line.HasTotal = true
		stated, ok := r.minor(of.total)
		if !ok {
			return wrong("line total")
		}
		if f := agreeing(line, units, stated); of.price != nil && line.Quantity > 0 && f != nil {
			return f
		}
		total = stated
	}
	if line.Quantity == 0 {
		total = 0
	}
	if total > money.Max {
		return wrong("too much")
	}
	line.Subtotal = total
	return nil
}

// agreeing is the fault of a total that is more than half a minor unit a unit from the
// price; what is less than a unit has as much, for the total is rounded.
func agreeing(line *Line, units *big.Rat, total int64) *plainFault {
	off := new(big.Rat).Mul(units, new(big.Rat).SetInt64(line.UnitPrice))
	off.Sub(off, new(big.Rat).SetInt64(total))
	most := big.NewRat(1, 2)
	if units.Cmp(big.NewRat(1, 1)) > 0 {
		most.Mul(most, units)
	}
	if off.Abs(off).Cmp(most) > 0 {
		return wrong("line total and unit price")
	}
	return nil
}

// floor is the largest integer not above a number, or one too large for an amount.
func floor(of *big.Rat) int64 {
	whole := new(big.Int).Div(of.Num(), of.Denom())
	if !whole.IsInt64() {
		return 1 << 62
	}
	return whole.Int64()
}

// minor is an amount in minor units, of which it may be off by floating point's noise.
func (r *plainRead) minor(amount *big.Rat) (int64, bool) {
	exact := new(big.Rat).Set(amount)
	noise := new(big.Rat)
	if r.options.Prices == Major {
		exact.Mul(exact, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(r.currency.Digits())), nil)))
		noise.SetFrac64(1, 1_000_000)
	}
	nearest := floor(new(big.Rat).Add(exact, big.NewRat(1, 2)))
	off := exact.Sub(exact, new(big.Rat).SetInt64(nearest))
	return nearest, nearest <= money.Max && off.Abs(off).Cmp(noise) <= 0
}
