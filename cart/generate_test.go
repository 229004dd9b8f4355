package cart

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/money"
)

// drawOptions are options with a mapping of paths of every kind. Most can be compiled.
func drawOptions(t *rapid.T) Options {
	in := Options{
		Prices: rapid.SampledFrom([]Prices{Minor, Major}).Draw(t, "prices"), Fractional: rapid.Bool().Draw(t, "fractional"),
		TextFlags: rapid.Bool().Draw(t, "text flags"), ExactIDs: rapid.IntRange(0, 3).Draw(t, "exact") == 0,
	}
	if rapid.IntRange(0, 9).Draw(t, "small") == 0 {
		in.MaxLines, in.MaxCoupons, in.MaxSegments, in.MaxShipping, in.MaxAttributes = 2, 2, 2, 1, 2
	}
	fields := in.Map.entries()
	for range rapid.IntRange(0, 8).Draw(t, "mapped") {
		e := rapid.SampledFrom(fields).Draw(t, "field")
		*e.paths = drawPaths(t, e.key)
	}
	return in
}

func drawPaths(t *rapid.T, key string) Paths {
	several := slices.Contains([]string{"items", "coupons", "customer_segments", "category", "shipping"}, key)
	paths := Paths{drawPath(t, key)}
	switch {
	case key == "attributes" && rapid.Bool().Draw(t, "pairs"):
		paths = append(paths, drawPath(t, "name"), drawPath(t, "value"))
	case several:
		for range rapid.SampledFrom([]int{0, 0, 1, 1, 2}).Draw(t, "more") {
			paths = append(paths, drawPath(t, key))
		}
		if slices.Contains([]string{"coupons", "customer_segments", "category"}, key) && rapid.Bool().Draw(t, "commas") {
			paths = append(paths, ",")
		}
	}
	if rapid.IntRange(0, 30).Draw(t, "unread") == 0 {
		paths = Paths{Unread}
	}
	return paths
}

func drawPath(t *rapid.T, key string) string {
	own := rapid.SampledFrom([]string{key, "x" + key, strings.ToUpper(key), "value", "ſ" + key}).Draw(t, "own")
	way := rapid.SampledFrom([]string{"a", "b", "order", "0", "*", "1", "data!json", "customer", "Ä"})
	segments := append(rapid.SliceOfN(way, 0, 2).Draw(t, "way"), own)
	if rapid.IntRange(0, 5).Draw(t, "end") == 0 {
		segments = append(segments, rapid.SampledFrom([]string{"*", "0", "1"}).Draw(t, "last"))
	}
	if rapid.IntRange(0, 7).Draw(t, "text") == 0 {
		segments[len(segments)-1] += "!json"
	}
	return strings.Join(segments, ".")
}

// fabric makes documents for routes. The values in them are mostly such as the table of
// carts has them, and agree with each other.
type fabric struct {
	t      *rapid.T
	in     Options
	routes []plainRoute
	unit   money.Currency
	code   string // of the body's own currency, or ""
	goods  int64  // what the lines add up to
	line   *madeLine
	often  int // less than one place in so many is unusual
}

type madeLine struct {
	units, price, total int64
	weight              string
	priced, totalled    bool
}

// late is a value that is known when all else is made.
type late func() any

func drawDocument(t *rapid.T, in Options, routes []plainRoute, defaultCurrency money.Currency) any {
	f := &fabric{t: t, in: in, routes: routes, unit: defaultCurrency, often: rapid.SampledFrom([]int{1000, 60, 15}).Draw(t, "often unusual")}
	if f.code = rapid.SampledFrom([]string{"", "CNY", "JPY", "KWD", "cny", "kWd"}).Draw(t, "currency"); f.code != "" {
		f.unit = currency(t, strings.ToUpper(f.code))
	}
	return f.root("body")
}

func (f *fabric) root(place string) any {
	var all []at
	for i := range f.routes {
		if f.routes[i].From == place {
			all = append(all, at{&f.routes[i], 0})
		}
	}
	return f.inside(all)
}

func (f *fabric) unusual() bool {
	return rapid.IntRange(0, f.often).Draw(f.t, "unusual") == f.often*3/4
}

func (f *fabric) oneIn(n int) bool { return rapid.IntRange(0, n-1).Draw(f.t, "one in") == n-1 }

// inside makes an object or a list that routes go on in.
func (f *fabric) inside(all []at) any {
	if f.unusual() {
		return rapid.SampledFrom([]any{nil, []any{}, object{}, "text", json.Number("5"), true}).Draw(f.t, "no way")
	}
	switch all[0].next().Kind {
	case "position":
		return f.positions(all)
	case "each":
		return f.values(all)
	}
	value := f.members(all)
	if f.oneIn(12) {
		return []any{value}
	}
	if f.oneIn(12) && !slices.ContainsFunc(all, func(a at) bool { return !a.several() }) {
		return []any{value, nil, f.members(all)}
	}
	return value
}

func (f *fabric) members(all []at) object {
	members := object{}
	for len(all) > 0 {
		name := all[0].next().Name
		on := along(all, byName(name))
		all = slices.DeleteFunc(slices.Clone(all), func(a at) bool { return a.next().Name == name })
		if f.left(on) {
			continue
		}
		members = append(members, member{name, f.value(on)})
		if f.unusual() {
			members = append(members, member{"unread", f.unread()})
		}
	}
	if len(members) > 1 && f.oneIn(4) {
		return rapid.Permutation(members).Draw(f.t, "members")
	}
	return members
}

// left reports whether what can be absent is.
func (f *fabric) left(on []at) bool {
	if f.unusual() {
		return true
	}
	for _, a := range on {
		if slices.Contains([]string{"items", "quantity", "shipping_amount", "name", "line_total", "subtotal", "currency"}, a.Key) {
			return false
		}
	}
	return f.oneIn(4)
}

func (f *fabric) positions(all []at) any {
	most := 0
	for _, a := range all {
		most = max(most, a.next().Position)
	}
	list := []any{}
	for i := range most + 1 {
		if on := along(all, byName(strconv.Itoa(i))); len(on) > 0 {
			list = append(list, f.value(on))
		} else {
			list = append(list, f.unread())
		}
	}
	if f.unusual() || most > 0 && f.oneIn(3) {
		list = append(list, f.unread())
	}
	return list
}

// values are those of an object or a list all of whose values are read.
func (f *fabric) values(all []at) any {
	on := along(all, anyStep)
	length := 1
	if !slices.ContainsFunc(on, func(a at) bool { return !a.several() }) {
		length = rapid.IntRange(0, 3).Draw(f.t, "values")
	}
	list := []any{}
	for range length {
		list = append(list, f.value(on))
	}
	if f.oneIn(3) {
		return list
	}
	names := rapid.SampledFrom([][]string{{"0", "1", "2"}, {"p", "q", "r"}, {"7", "12", "a"}, {"b", "01", "4294967295"}, {"3", "4294967294", "4294967295"}}).Draw(f.t, "names")
	if f.unusual() {
		names = rapid.SampledFrom([][]string{{"1", "0", "2"}, {"a", "1", "2"}, {"10", "9", "8"}, {"a", "A", "4294967294"}}).Draw(f.t, "odd names")
	}
	members := object{}
	for i, value := range list {
		members = append(members, member{names[i], value})
	}
	return members
}

// value makes what routes lead to with the step they took last.
func (f *fabric) value(all []at) any {
	embedded := all[0].Steps[all[0].taken-1].Embedded
	var value any
	if all[0].done() {
		value = f.leaf(all[0])
	} else {
		value = f.inside(all)
	}
	if embedded && !f.unusual() {
		return jsonText{value}
	}
	return value
}

// jsonText is a value that is written as JSON in a text.
type jsonText struct{ value any }

func (f *fabric) unread() any {
	return rapid.SampledFrom([]any{
		nil, true, json.Number("1"), json.Number("1e300"), "x", object{{name: "a", value: json.Number("1")}, {name: "A", value: json.Number("2")}}, []any{"x"},
		object{{name: "items", value: []any{}}}, object{{name: "quantity", value: "none"}},
	}).Draw(f.t, "unread")
}

// leaf makes a value of a field.
func (f *fabric) leaf(a at) any {
	if f.unusual() {
		return f.unread()
	}
	switch a.Key {
	case "currency":
		if f.code == "" {
			return rapid.SampledFrom([]any{nil, ""}).Draw(f.t, "no currency")
		}
		return f.code
	case "items":
		return f.items(a)
	case "shipping":
		return f.shipping()
	case "coupons", "customer_segments", "category":
		return f.texts(a.Commas)
	case "subtotal":
		return late(func() any { return f.amount(f.goods) })
	case "decimals":
		return f.whole(int64(f.unit.Digits()))
	case "completed_orders":
		return f.whole(int64(rapid.IntRange(0, 9).Draw(f.t, "orders")))
	case "quantity":
		if f.line.weight != "" {
			return f.asText(f.line.weight)
		}
		return f.whole(f.line.units)
	case "unit_price":
		if !f.line.priced {
			return nil
		}
		return f.amount(f.line.price)
	case "line_total":
		if !f.line.totalled {
			return nil
		}
		return f.amount(f.line.total)
	case "shipping_amount":
		return f.amount(rapid.Int64Range(0, 1e6).Draw(f.t, "charge"))
	case "reduced":
		flags := []any{true, false, json.Number("0"), json.Number("1")}
		if f.in.TextFlags || f.unusual() {
			flags = append(flags, "true", "false", "0", "1")
		}
		return rapid.SampledFrom(flags).Draw(f.t, "flag")
	case "attributes":
		return f.attributes()
	case "value":
		return f.property()
	}
	return f.name()
}

func (f *fabric) name() any {
	if f.oneIn(3) {
		number := fmt.Sprint(rapid.Int64Range(0, 1<<53-1).Draw(f.t, "number"))
		if f.in.ExactIDs && f.oneIn(2) {
			number += "00"
		}
		return json.Number(number)
	}
	return f.word()
}

func (f *fabric) word() string {
	if f.oneIn(3) {
		return rapid.String().Draw(f.t, "text")
	}
	return rapid.SampledFrom([]string{"", "a", "SPRING", "咖啡", "x y", "😀", "a,b", " , c", "\u0000", "null", "0"}).Draw(f.t, "word")
}

// asText is a number as it is or in a text.
func (f *fabric) asText(number string) any {
	if f.oneIn(3) {
		return number
	}
	return json.Number(number)
}

func (f *fabric) whole(value int64) any {
	return f.asText(strconv.FormatInt(value, 10) + rapid.SampledFrom([]string{"", "", "", ".0", ".00"}).Draw(f.t, "zeros"))
}

// amount is one of minor units in a spelling that is right, most of the time.
func (f *fabric) amount(minor int64) any {
	if f.in.Prices == Minor {
		return f.asText(strconv.FormatInt(minor, 10) + rapid.SampledFrom([]string{"", "", "", ".0"}).Draw(f.t, "zeros"))
	}
	exact := string(f.unit.AppendMajor(nil, minor))
	switch rapid.IntRange(0, 4).Draw(f.t, "spelling") {
	case 0:
		if strings.Contains(exact, ".") {
			exact = strings.TrimSuffix(strings.TrimRight(exact, "0"), ".")
		}
	case 1:
		if strings.Contains(exact, ".") {
			exact += "00"
		} else {
			exact += ".0"
		}
	case 2:
		double, _ := strconv.ParseFloat(exact, 64)
		for range rapid.IntRange(0, 3).Draw(f.t, "noise") {
			double = math.Nextafter(double, rapid.SampledFrom([]float64{0, math.Inf(1)}).Draw(f.t, "towards"))
		}
		exact = strconv.FormatFloat(double, 'f', -1, 64)
	}
	return f.asText(exact)
}

func (f *fabric) items(a at) any {
	list := []any{}
	for range rapid.IntRange(0, 3).Draw(f.t, "lines") {
		list = append(list, f.makeLine())
	}
	through := slices.ContainsFunc(a.Steps, func(s plainStep) bool { return s.Kind == "each" })
	if through && len(list) == 1 && f.oneIn(2) {
		return list[0]
	}
	return list
}

func (f *fabric) makeLine() any {
	l := &madeLine{
		units: rapid.Int64Range(0, 9).Draw(f.t, "units"), price: rapid.Int64Range(0, 1e6).Draw(f.t, "price"),
		priced: !f.oneIn(6), totalled: routeOf(f.routes, "line_total") != nil && !f.oneIn(4),
	}
	units := json.Number(strconv.FormatInt(l.units, 10))
	worth := l.units * l.price
	if f.in.Fractional && f.oneIn(3) {
		l.units = 1
		l.weight = rapid.SampledFrom([]string{"0.5", "1.25", "0.333", "0.10", "2.005", "0.12345678901234567"}).Draw(f.t, "weight")
		units = json.Number(l.weight)
		kilos, _ := strconv.ParseFloat(l.weight, 64)
		worth = int64(math.Floor(kilos*float64(l.price) + 0.5))
	}
	l.total = worth
	if l.weight == "" && l.units > 0 {
		l.total = max(0, worth+rapid.Int64Range(-l.units/2, l.units/2).Draw(f.t, "off"))
	}
	switch {
	case units == "0":
	case l.totalled:
		f.goods += l.total
	case l.priced && routeOf(f.routes, "unit_price") != nil:
		f.goods += worth
	}
	before := f.line
	f.line = l
	line := f.root("line")
	f.line = before
	return line
}

func (f *fabric) shipping() any {
	charge := func() any {
		if f.oneIn(3) {
			return f.amount(rapid.Int64Range(0, 1e6).Draw(f.t, "charge"))
		}
		return f.root("charge")
	}
	switch rapid.IntRange(0, 5).Draw(f.t, "shipping") {
	case 0:
		return []any{}
	case 1:
		return []any{charge(), charge()}
	case 2:
		return []any{charge()}
	case 3:
		return object{{name: "street", value: "Market 1"}, {name: "city", value: object{}}} // an address
	}
	return charge()
}

func (f *fabric) texts(commas bool) any {
	one := func() any { return f.name() }
	if commas {
		one = func() any {
			return rapid.SampledFrom([]any{"a, b ,,c", "vip", ",", " x\t", "", json.Number("7")}).Draw(f.t, "cut")
		}
	}
	if f.oneIn(3) {
		return one()
	}
	list := []any{}
	for range rapid.IntRange(0, 3).Draw(f.t, "texts") {
		if f.oneIn(5) {
			list = append(list, nil)
		} else {
			list = append(list, one())
		}
	}
	return list
}

func (f *fabric) attributes() any {
	if f.oneIn(5) {
		return []any{}
	}
	if routeOf(f.routes, "name") != nil && !f.oneIn(4) {
		list := []any{}
		for range rapid.IntRange(0, 2).Draw(f.t, "pairs") {
			list = append(list, f.root("pair"))
		}
		return list
	}
	members := object{}
	for i := range rapid.IntRange(0, 3).Draw(f.t, "attributes") {
		members = append(members, member{fmt.Sprint([]string{"a", "", "7"}[i], f.word()), f.property()})
	}
	return members
}

func (f *fabric) property() any {
	return rapid.SampledFrom([]any{
		nil, true, false, "text", "", json.Number("95"), json.Number("-0.5"), json.Number("1e2"), json.Number("0.30000000000000004"),
		object{}, []any{"x"}, json.Number("1.50"), json.Number("-0"), json.Number("123456789012345678"),
	}).Draw(f.t, "property")
}
