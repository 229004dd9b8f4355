package mapping

import (
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/money"
)

// draft is a map that is being built.
type draft struct {
	*finder
	*priced
	options  cart.Options
	reasons  []Reason
	doubts   []string
	rounded  []rounded // names that are not read
	leftOut  []leftOut // fields that are left out
	currency path      // in the body; nil for none
	current  *reading  // of the samples with the options so far
}

func (f *finder) draft(way *priced) *draft { return &draft{finder: f, priced: way} }

// usual are the default paths, which need not be given.
var usual = map[string]string{
	"currency": "currency", "items": "items", "id": "id", "sku": "sku", "category": "category", "subgroup": "subgroup", "quantity": "quantity",
	"unit_price": "unit_price", "reduced": "reduced", "attributes": "attributes", "customer_id": "customer.id", "customer_tier": "customer.tier",
	"customer_segments": "customer.segments", "completed_orders": "customer.completed_orders", "coupons": "coupons", "channel": "channel",
	"region": "region", "shipping": "shipping", "shipping_id": "id", "shipping_method": "method", "shipping_amount": "amount",
}

// with are the options with a further field of the map.
func (d *draft) with(key string, paths ...string) (cart.Options, error) {
	o := d.options
	if len(paths) == 1 && usual[key] == paths[0] {
		return o, nil
	}
	d.release(&o.Map, key)
	return o, o.Map.Set(key, paths...)
}

func (d *draft) because(key string, paths []string, format string, args ...any) {
	d.reasons = append(d.reasons, Reason{Field: key, Paths: paths, Why: fmt.Sprintf(format, args...)})
}

func (d *draft) doubt(format string, args ...any) {
	d.doubts = append(d.doubts, fmt.Sprintf(format, args...))
}

// base sets the fields that every cart needs: the lines, their quantities and prices, and the unit
// of the prices. The error says why the samples cannot be read with them.
func (d *draft) base() error {
	d.setItems()
	if err := d.set("quantity", "it is called so, and is a number in every line", d.quantity.String()); err != nil {
		return err
	}
	d.setSKU()
	currency := d.findCurrency()
	if err := d.setPrice(); err != nil {
		return err
	}
	d.setUnit(currency)
	d.setFlags()
	return d.repairAll()
}

// set sets a field that has to be there.
func (d *draft) set(key, why string, paths ...string) error {
	o, err := d.with(key, paths...)
	if err != nil {
		return err
	}
	d.options = o
	d.because(key, paths, "%s", why)
	return nil
}

func (d *draft) setItems() {
	var paths []string
	for _, p := range d.paths {
		paths = append(paths, d.full(p))
	}
	for _, p := range d.emptyBeside() {
		paths = append(paths, d.full(p))
		d.doubt("%s is empty in every sample and is taken for further goods: leave it out if it is something else", d.full(p))
	}
	if o, err := d.with("items", paths...); err == nil {
		d.options = o
	}
	d.because("items", paths, "%s with a quantity and what they cost", plural(len(d.lines), "line"))
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// emptyBeside are lists beside the goods that have no elements in any sample and are called like
// goods. A later order with elements there must not be priced without them.
func (d *draft) emptyBeside() []path {
	if len(d.paths[0]) == 0 {
		return nil
	}
	last := d.paths[len(d.paths)-1]
	parent := last[:len(last)-1]
	if len(parent) == 0 {
		return nil // beside "items" of an order there are lists of all sorts
	}
	at := d.root
	for _, segment := range parent {
		if at = at.byName[segment]; at == nil {
			return nil
		}
	}
	var empty []path
	for _, kid := range at.kids {
		const sure = 80
		if kid.listed && kid.objects == 0 && len(kid.scalars) == 0 && listNames.fit(kid.names(parent)) >= sure {
			empty = append(empty, kid.path)
		}
	}
	return empty
}

// setSKU sets the article of a line. Lines without one can be priced, if they state a
// price.
func (d *draft) setSKU() {
	for _, sku := range d.skus {
		if slices.ContainsFunc([]path{d.quantity, d.price, d.total}, func(p path) bool { return p != nil && p.String() == sku.path.String() }) {
			continue
		}
		o, err := d.with("sku", sku.path.String())
		if err != nil {
			continue
		}
		if v := long(scalars(d.lines, sku.path)); v != nil {
			d.round(roundedAt("sku", sku.path.String(), v.text))
			continue
		}
		d.options = o
		d.because("sku", []string{sku.path.String()}, "it is called so")
		const weak = 20
		switch {
		case ofLine(sku.path):
			d.doubt("%s is taken for the SKU, and may be the id of the line and not of an article: rules can name articles only by it", sku.path)
		case sku.score < weak:
			d.doubt("%s is the only name of an article in a line: rules have to use it as the SKU", sku.path)
		}
		return
	}
	if len(d.rounded) > 0 {
		return
	}
	d.doubt("no member of a line is called like the name of an article")
}

// ofLine reports whether a path is a member of the line itself that is called like the
// id of a line.
func ofLine(p path) bool {
	switch last := words(p[len(p)-1]); last {
	case "id", "key":
		return len(p) == 1
	}
	return false
}

// findCurrency sets the path of the currency, and returns the currency. It returns that of the
// search if the orders state none, or several at one path.
func (d *draft) findCurrency() money.Currency {
	candidates := survey(d.root, within(maxDepth, d.paths), leafFor(&currencyRole, areCurrencies))
	for _, c := range candidates {
		if !single(d.orders, c.path) {
			continue
		}
		for _, order := range d.orders {
			v := order.one(c.path)
			if v == nil {
				continue
			}
			currency, err := money.ParseCurrency(strings.ToUpper(v.text))
			if err != nil {
				continue
			}
			if o, err := d.with("currency", d.full(c.path)); err == nil {
				d.options, d.currency = o, c.path
				d.because("currency", []string{d.full(c.path)}, "it is a code of ISO 4217")
				d.differing(candidates, c, currency)
				return currency
			}
		}
	}
	if !d.doubtRefused() {
		d.doubt("no order states its currency: amounts are taken to be in %s", d.Currency.Code())
	}
	return d.Currency
}

// doubtRefused says where a currency is stated that is not read, such as a retired one.
func (d *draft) doubtRefused() bool {
	for _, c := range survey(d.root, within(maxDepth, d.paths), leafFor(&currencyRole, areRefused)) {
		for _, order := range d.orders {
			v := order.one(c.path)
			if v == nil || v.blank() {
				continue
			}
			if _, err := money.ParseCurrency(strings.ToUpper(v.text)); err != nil {
				d.doubt("%s is not read, since %v: amounts are taken to be in %s", d.full(c.path), err, d.Currency.Code())
				return true
			}
		}
	}
	return false
}

// differing says where else another currency is stated.
func (d *draft) differing(candidates []choice, chosen choice, currency money.Currency) {
	for _, c := range candidates {
		for _, order := range d.orders {
			if v := order.one(c.path); c.path.String() != chosen.path.String() && v != nil && !strings.EqualFold(v.text, currency.Code()) {
				d.doubt("%s states %s and %s states %s", d.full(chosen.path), currency.Code(), d.full(c.path), v.text)
				return
			}
		}
	}
}

func areCurrencies(s *shape) bool {
	return areCodes(s, func(err error) bool { return err == nil })
}

// areRefused reports whether texts are known codes that no amount can be in, such as retired ones.
func areRefused(s *shape) bool {
	return areCodes(s, func(err error) bool {
		var refused *money.CodeError
		return errors.As(err, &refused) && refused.Known()
	})
}

// areCodes reports whether texts are three bytes long and the result of looking up each as a
// currency is right.
func areCodes(s *shape, right func(error) bool) bool {
	if !s.leaf() {
		return false
	}
	some := false
	for _, v := range s.scalars {
		if v.blank() {
			continue
		}
		if v.kind != '"' || len(v.text) != 3 {
			return false
		}
		if _, err := money.ParseCurrency(strings.ToUpper(v.text)); !right(err) {
			return false
		}
		some = true
	}
	return some
}

// setPrice sets the price of a unit, or the total of a line.
func (d *draft) setPrice() error {
	switch {
	case d.price != nil:
		why := "it is called so"
		switch {
		case d.sum != nil:
			why = fmt.Sprintf("quantity × price of all lines is %s", d.full(d.sum))
		case d.agrees != nil:
			why = fmt.Sprintf("quantity × price is %s in every line", d.agrees)
		}
		return d.set("unit_price", why, d.price.String())
	case d.total != nil:
		why := "it is called so"
		if d.sum != nil {
			why = fmt.Sprintf("all lines come to %s", d.full(d.sum))
		}
		if o, err := d.with("unit_price", cart.Unread); err == nil && d.line("unit_price") {
			d.options = o // a member of the default name is something else
		}
		return d.set("line_total", why, d.total.String())
	}
	d.doubt("no line says what it costs: the catalogue of the strategy has to")
	return nil
}

// line reports whether lines have a member of this name.
func (d *draft) line(name string) bool {
	return slices.ContainsFunc(d.lines, func(v *value) bool { return v.member(name) != nil })
}

// setUnit sets whether amounts are in major or minor units.
func (d *draft) setUnit(currency money.Currency) {
	prices, why := d.unitOf(currency)
	d.options.Prices = prices
	d.because("prices", nil, "%s", why)
}

func (d *draft) unitOf(currency money.Currency) (cart.Prices, string) {
	at := d.price
	if at == nil {
		at = d.total
	}
	switch {
	case d.Prices != nil:
		return *d.Prices, "it was given"
	case at == nil:
		return cart.Minor, "no line states an amount"
	}
	amounts := scalars(d.lines, at)
	switch {
	case fractions(amounts):
		return cart.Major, fmt.Sprintf("amounts at %s have decimals", at)
	case saysMinor(at):
		return cart.Minor, fmt.Sprintf("%s says so", at)
	case currency.Digits() == 0:
		return cart.Minor, currency.Code() + " has no decimals"
	case pointed(amounts):
		return cart.Major, fmt.Sprintf("amounts at %s are written with a point", at)
	case d.minorUnits(currency) != nil:
		return cart.Minor, fmt.Sprintf("they are whole numbers, and %s says how many decimals they stand for", d.full(d.minorUnits(currency)))
	}
	if other := d.otherFraction(); other != nil {
		return cart.Major, fmt.Sprintf("another amount, at %s, has decimals", d.full(other))
	}
	return d.guessUnit(amounts, currency)
}

// guessUnit guesses by the size of the prices: hardly any article costs less than one main unit of
// the currency.
func (d *draft) guessUnit(amounts []*value, currency money.Currency) (cart.Prices, string) {
	one := new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(currency.Digits())), nil))
	for _, v := range amounts {
		if n, ok := v.number(); ok && n.Cmp(one) >= 0 {
			d.doubt("all amounts are whole numbers and are taken for minor units: if %s stands for %[1]s.00, it is \"prices major\"", v.text)
			return cart.Minor, "all amounts are whole numbers"
		}
	}
	d.doubt("all amounts are whole numbers and are taken for major units, since they are small")
	return cart.Major, fmt.Sprintf("no amount is %s or more, and hardly anything costs less than 1 %s", one.RatString(), currency.Code())
}

// fractions reports whether an amount is no whole number.
func fractions(amounts []*value) bool {
	return slices.ContainsFunc(amounts, func(v *value) bool {
		n, ok := v.number()
		return ok && !whole(n)
	})
}

// saysMinor reports whether a name on the path says that the amount is in minor units.
func saysMinor(p path) bool {
	for _, segment := range p {
		name := words(segment)
		for _, word := range []string{"cent", "cents", "minor", "fen", "pence", "penny", "kopecks", "paise", "subunits", "分"} {
			if contains(name, word) {
				return true
			}
		}
	}
	return false
}

// minorUnits is where the body or a line says how many decimals its amounts stand
// for; nil if nowhere.
func (d *draft) minorUnits(currency money.Currency) path {
	for _, c := range survey(d.root, within(maxDepth, nil), leafFor(&decimalsRole, areNumbers)) {
		for _, v := range scalars(d.orders, c.path) {
			if v.text == fmt.Sprint(currency.Digits()) {
				return c.path
			}
		}
	}
	return nil
}

// otherFraction is an amount elsewhere that has decimals; nil if there is none.
func (d *draft) otherFraction() path {
	const sure = 45
	found := survey(d.root, within(maxDepth, d.paths), func(s *shape) int {
		if !areNumbers(s) || !fractions(s.scalars) {
			return 0
		}
		names := s.names(nil)
		return max(priceRole.fit(names), totalRole.fit(names), sumRole.fit(names), subtotalRole.fit(names), shippingRole.fit(names))
	})
	if len(found) == 0 || found[0].score < sure {
		return nil
	}
	return found[0].path
}

// setFlags sets the option that the quantities need.
func (d *draft) setFlags() {
	for _, v := range scalars(d.lines, d.quantity) {
		if n, ok := v.number(); ok && !whole(n) && !d.options.Fractional {
			d.options.Fractional = true
			d.because("fractional", nil, "a quantity is %s", v.text)
		}
	}
}

// repairAll reads the samples with the fields set so far, and repairs the draft until all lines are
// read.
func (d *draft) repairAll() error {
	const most = 10 // repairs, one after the other
	for range most {
		d.current = d.read(d.options)
		switch {
		case d.current.err == nil && d.current.lines() == len(d.lines):
			return nil
		case d.current.err == nil:
			return fmt.Errorf("only %d of %d lines are read", d.current.lines(), len(d.lines))
		case !d.repair():
			return fmt.Errorf("order %d: %w", d.current.order, d.current.err)
		}
	}
	return fmt.Errorf("order %d: %w", d.current.order, d.current.err)
}

// repair changes the draft where a field cannot be read: it leaves the field out, or reads another
// path. It reports whether it changed anything.
func (d *draft) repair() bool {
	switch {
	case d.leaveOutOtherCase():
		return true
	case d.price != nil && len(d.options.Map.LineTotal) == 0 && d.agrees != nil && d.failsAt(d.price):
		// The price of a unit is worked out from the total, and may have more decimals
		// than the currency.
		d.options.Map.UnitPrice = cart.Paths{cart.Unread}
		d.options.Map.LineTotal = cart.Paths{d.agrees.String()}
		d.reasons = slices.DeleteFunc(d.reasons, func(r Reason) bool { return r.Field == "unit_price" })
		d.because("line_total", d.options.Map.LineTotal, "%s cannot be read as an amount in every line, and this is what the line is worth", d.price)
		return true
	case d.currency != nil && d.failsAt(d.currency):
		d.options.Map.Currency = cart.Paths{cart.Unread}
		d.reasons = slices.DeleteFunc(d.reasons, func(r Reason) bool { return r.Field == "currency" })
		d.doubt("the currency cannot be read: amounts are taken to be in %s", d.Currency.Code())
		return true
	}
	return false
}

// failsAt reports whether what cannot be read is at a path, of the body or of a line.
func (d *draft) failsAt(p path) bool {
	var invalid *cart.Invalid
	return errors.As(d.current.err, &invalid) && strings.HasSuffix(invalid.Pointer, "/"+strings.Join(p, "/"))
}

func (d *draft) proposal() *Proposal {
	return &Proposal{
		Map: d.options.Map, Options: d.options, Reasons: d.reasons, Doubts: d.doubts,
		evident: d.sum != nil || d.agrees != nil,
	}
}
