package mapping

import (
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/cart"
)

// further adds the parts of the cart that an order may have beside its goods: each
// only if all samples are read with it, and something is read there.
func (d *draft) further() {
	d.lineFields()
	d.addAttributes()
	d.addSums()
	d.customer()
	d.addCoupons()
	d.addPlaces()
	d.addShipping()
	d.explainLeftOut()
	d.doubtRounded()
	d.doubtStars()
}

// add adds a field if all samples are read with it, and something is read there. If only exact_ids
// prevents that, it becomes a doubt.
func (d *draft) add(key, why string, paths ...string) bool {
	o, err := d.with(key, paths...)
	if err != nil {
		return false
	}
	return d.take(o, key, why, paths)
}

func (d *draft) take(o cart.Options, key, why string, paths []string) bool {
	r := d.read(o)
	if r.err != nil || !r.fields()[key] || r.lines() != d.current.lines() {
		d.tryExact(o, key, paths)
		return false
	}
	d.options, d.current = o, r
	d.because(key, paths, "%s", why)
	return true
}

// first adds a field from the first of some choices from which it can be read.
func (d *draft) first(key, why string, choices []choice, full func(path) string) bool {
	const least = 45 // how sure a name has to be
	for _, c := range choices[:min(len(choices), maxChoices)] {
		if c.score >= least && d.add(key, why, full(c.path)) {
			d.rounded = slices.DeleteFunc(d.rounded, func(r rounded) bool { return r.key == key })
			return true
		}
	}
	return false
}

const calledSo = "it is called so"

// inLine is a path within a line as a mapping has it.
func inLine(p path) string { return p.String() }

// lineFields adds what else is in a line.
func (d *draft) lineFields() {
	g := d.goods
	taken := func(p path) bool {
		s := p.String()
		m := &d.options.Map
		return s == d.quantity.String() || d.price != nil && s == d.price.String() || d.total != nil && s == d.total.String() ||
			slices.Contains(m.SKU, s) || len(m.SKU) == 0 && s == "sku"
	}
	rankIn := func(r *role, within bool, fits func(*shape) bool) []choice {
		return slices.DeleteFunc(rank(g.shape, r, within, fits), func(c choice) bool { return taken(c.path) })
	}
	if d.options.Map.UnitPrice != nil || d.price != nil {
		d.noisyTotal()
	}
	d.first("id", "it names the line", slices.DeleteFunc(rankIn(&idRole, true, areNames), func(c choice) bool { return !d.unique(c.path) }), inLine)
	d.first("category", calledSo, rankIn(&categoryRole, false, areNames), inLine)
	d.first("subgroup", calledSo, rankIn(&subgroupRole, true, areNames), inLine)
	d.addReduced(rankIn(&reducedRole, true, areFlags))
}

// unique reports whether a path leads to a different text in each line of an order.
func (d *draft) unique(p path) bool {
	for _, lines := range d.priced.orders {
		seen := make(map[string]bool)
		for _, line := range lines {
			v := line.one(p)
			if v == nil || seen[v.text] {
				return false
			}
			seen[v.text] = true
		}
	}
	return true
}

// noisyTotal adds the total of a line if the price of a unit has more decimals than people give:
// such a price was computed from the total.
func (d *draft) noisyTotal() {
	if d.agrees == nil || d.price == nil {
		return
	}
	const most = 4 // decimals of prices that people give
	for _, v := range scalars(d.lines, d.price) {
		if _, decimals, _ := strings.Cut(v.text, "."); len(strings.TrimRight(decimals, "0")) > most {
			d.add("line_total", "the price of a unit is worked out from it: "+v.text, d.agrees.String())
			return
		}
	}
}

func areFlags(s *shape) bool {
	return s.leaf() && !slices.ContainsFunc(s.scalars, func(v *value) bool {
		switch v.kind {
		case 't', 'f':
			return false
		}
		return v.text != "0" && v.text != "1" && v.text != "true" && v.text != "false" && v.text != ""
	})
}

// addReduced adds what says that an article is on sale.
func (d *draft) addReduced(choices []choice) {
	for _, c := range choices {
		const least = 50
		if c.score < least {
			continue
		}
		o, err := d.with("reduced", c.path.String())
		if err != nil {
			continue
		}
		flags := scalars(d.lines, c.path)
		if i := slices.IndexFunc(flags, func(v *value) bool { return v.kind == '"' }); i >= 0 && !o.TextFlags {
			o.TextFlags = true
			if d.take(o, "reduced", calledSo, []string{c.path.String()}) {
				d.because("text_flags", nil, "%s is a text", c.path)
				d.doubt("%s is a text, such as %q: \"text_flags on\" is right only where the order service compares the texts; "+
					"to JavaScript, Python and Ruby the text \"false\" is true, and to PHP \"0\" is false", c.path, flags[i].text)
				return
			}
			continue
		}
		if d.take(o, "reduced", calledSo, []string{c.path.String()}) {
			return
		}
	}
}

// attributeNames are what further properties of a line are called.
var attributeNames = newRole(role{
	key: "attributes",
	names: map[string]int{
		"attributes": 100, "properties": 98, "custom attributes": 94, "variant attributes": 92, "product attributes": 92, "options": 84,
		"item options": 84, "selected options": 88, "option values": 80, "specs": 86, "specifications": 86, "spec": 70, "features": 74,
		"props": 80, "attribute values": 84, "product options": 82, "options values": 80, "variant options": 84, "extra attributes": 80,
		"eigenschaften": 90, "属性": 92, "规格": 86, "shuxing": 92, "guige": 84,
	},
	never: []string{"price", "tax", "discount", "shipping", "extension"},
})

// pairNames and pairValues are what a property that is an object of its own calls its
// name and value.
var (
	pairNames  = []string{"name", "key", "attribute_name", "attributeName", "attribute", "label", "option_name", "optionName", "title", "code", "type"}
	pairValues = []string{"value", "val", "attribute_value", "attributeValue", "option_value", "optionValue", "value_name", "text"}
)

// addAttributes adds further properties of a line: an object, or a list of pairs.
func (d *draft) addAttributes() {
	const least = 60
	for _, c := range survey(d.goods.shape, func(s *shape) bool { return len(s.path)-len(d.goods.shape.path) <= maxBelow }, func(s *shape) int {
		if s.objects == 0 {
			return 0
		}
		return attributeNames.fit(s.names(d.goods.shape.path))
	}) {
		if c.score < least {
			return
		}
		at := d.shapeAt(c.path)
		if at == nil {
			continue
		}
		if !at.listed && d.add("attributes", "an object of properties", c.path.String()) {
			return
		}
		name, value := pairIn(at, pairNames), pairIn(at, pairValues)
		if at.listed && name != "" && value != "" && d.add("attributes", "a list of pairs", c.path.String(), name, value) {
			return
		}
	}
}

// shapeAt is the shape at a path within a line.
func (d *draft) shapeAt(p path) *shape {
	at := d.goods.shape
	for _, segment := range p {
		if at = at.byName[segment]; at == nil {
			return nil
		}
	}
	return at
}

func pairIn(s *shape, known []string) string {
	for _, name := range known {
		if kid := s.byName[name]; kid != nil && kid.leaf() {
			return name
		}
	}
	return ""
}

// addSums adds what later orders can be compared with: the sum of the goods, where it is called so
// and is right, and the decimals of the currency.
func (d *draft) addSums() {
	for _, s := range findSums(d.root, d.finder.orders, d.paths) {
		const least = 80
		if s.role == &subtotalRole && s.score >= least && s.everywhere() && s.comesTo(d.worths()) &&
			d.add("subtotal", "it is what the lines come to, and is held against them in every order", d.full(s.path)) {
			break
		}
	}
	if !d.current.fields()["currency"] {
		return
	}
	for _, c := range survey(d.root, within(maxDepth, d.paths), leafFor(&decimalsRole, areNumbers)) {
		const least = 60
		if c.score >= least && single(d.finder.orders, c.path) && d.add("decimals", "it is as many as the currency has", d.full(c.path)) {
			return
		}
	}
}

// bodyFields are the leaves of a body, the goods aside, that fit a role.
func (d *draft) bodyFields(r *role, fits func(*shape) bool) []choice {
	return survey(d.root, within(maxDepth, d.paths), leafFor(r, fits))
}

// customer adds who buys.
func (d *draft) customer() {
	d.first("customer_id", calledSo, d.singles(d.bodyFields(&customerIDRole, areNames)), d.full)
	d.first("customer_tier", calledSo, d.singles(d.bodyFields(&tierRole, areNames)), d.full)
	for _, c := range d.bodyFields(&segmentsRole, areNames) {
		const least = 60
		if c.score < least {
			break
		}
		if d.oneText(c.path) && strings.HasSuffix(words(c.path[len(c.path)-1]), "s") && d.add("customer_segments", "a text with commas", d.full(c.path), ",") ||
			d.add("customer_segments", calledSo, d.full(c.path)) {
			break
		}
	}
	d.first("completed_orders", calledSo, d.singles(d.bodyFields(&ordersRole, areNumbers)), d.full)
}

// oneText reports whether a path leads to one text in each order that has any, in which
// commas may be.
func (d *draft) oneText(p path) bool {
	return single(d.finder.orders, p) && !d.listedAt(p) &&
		!slices.ContainsFunc(scalars(d.finder.orders, p), func(v *value) bool { return v.kind != '"' })
}

// listedAt reports whether there is a list on the way to a path or at it.
func (d *draft) listedAt(p path) bool {
	at := d.root
	for _, segment := range p {
		if at = at.byName[segment]; at == nil {
			return false
		}
		if at.listed {
			return true
		}
	}
	return false
}

// singles are the choices that lead to one value in an order.
func (d *draft) singles(choices []choice) []choice {
	return slices.DeleteFunc(choices, func(c choice) bool { return !single(d.finder.orders, c.path) })
}

// addCoupons adds the coupons, from the first path that can be read.
func (d *draft) addCoupons() {
	const least = 45
	for _, c := range d.bodyFields(&couponsRole, areNames) {
		if c.score < least {
			return
		}
		if !slices.ContainsFunc(scalars(d.finder.orders, c.path), func(v *value) bool { return v.text != "0" }) {
			continue // no coupon has the number 0
		}
		if d.oneText(c.path) && slices.ContainsFunc(scalars(d.finder.orders, c.path), func(v *value) bool { return strings.Contains(v.text, ",") }) &&
			d.add("coupons", "a text with commas", d.full(c.path), ",") || d.add("coupons", calledSo, d.full(c.path)) {
			if references(c.path, scalars(d.finder.orders, c.path)) {
				d.doubt("%s names coupons by numbers or references: rules have to name them so, too", d.full(c.path))
			}
			return
		}
	}
}

// references reports whether values are numbers, or have a name that says that they
// are numbers of coupons and no codes.
func references(p path, values []*value) bool {
	last := words(strings.TrimSuffix(p[len(p)-1], jsonMark))
	for _, word := range []string{"id", "ids", "no", "sn", "number", "numbers", "ref", "reference", "uid", "uuid"} {
		if strings.HasSuffix(pad(last), " "+word+" ") {
			return true
		}
	}
	return slices.ContainsFunc(values, func(v *value) bool { return v.kind == '0' })
}

// addPlaces adds the sales channel and the region.
func (d *draft) addPlaces() {
	d.first("channel", calledSo, d.singles(d.bodyFields(&channelRole, areNames)), d.full)
	d.first("region", calledSo, slices.DeleteFunc(d.singles(d.bodyFields(&regionRole, areNames)), func(c choice) bool { return c.score < 55 }), d.full)
}

// addShipping adds the shipping charges: objects with an amount, or an amount alone.
func (d *draft) addShipping() {
	const least = 50
	places := survey(d.root, within(maxDepth, d.paths), func(s *shape) int {
		if s.objects == 0 && !areNumbers(s) {
			return 0
		}
		score := shippingRole.fit(s.names(nil))
		if s.objects > 0 && score > 0 {
			score += 5
		}
		return score
	})
	for _, c := range places {
		if c.score < least {
			return
		}
		at := d.bodyShape(c.path)
		if at.objects > 0 && d.addCharges(c.path, at) {
			return
		}
		if at.objects == 0 && d.add("shipping", "an amount that is called so", d.full(c.path)) {
			return
		}
	}
}

func (d *draft) bodyShape(p path) *shape {
	at := d.root
	for _, segment := range p {
		at = at.byName[segment]
	}
	return at
}

// addCharges adds charges that are objects, with their methods and names.
func (d *draft) addCharges(at path, s *shape) bool {
	for _, amount := range rank(s, &chargeAmountRole, true, areNumbers) {
		o, err := d.with("shipping", d.full(at))
		if err != nil {
			return false
		}
		if usual["shipping_amount"] != amount.path.String() {
			if err := o.Map.Set("shipping_amount", amount.path.String()); err != nil {
				continue
			}
		}
		if !d.take(o, "shipping_amount", "what a charge costs", []string{amount.path.String()}) {
			continue
		}
		d.because("shipping", []string{d.full(at)}, "it is called so, and has an amount")
		d.first("shipping_method", calledSo, rank(s, &chargeMethodRole, true, areNames), inLine)
		d.first("shipping_id", calledSo, rank(s, &chargeIDRole, true, areNames), inLine)
		return true
	}
	return false
}
