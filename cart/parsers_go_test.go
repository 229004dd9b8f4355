package cart

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// goReader reads a body in one of the ways that a backend in Go has. It follows the
// paths over what encoding/json makes of every object and list, and applies the table
// of what a value may look like, as the readers in testdata do in their languages.
type goReader struct {
	name    string
	doubles bool // numbers are float64, not text
	structs bool // members are fields of structs, whose names match in any case
}

var goReaders = []goReader{
	{name: "encoding/json"},
	{name: "encoding/json with doubles", doubles: true},
	{name: "encoding/json with structs", structs: true},
}

func sameInGo(t tester, task task) {
	t.Helper()
	for _, of := range goReaders {
		if of.doubles && task.in.ExactIDs {
			continue
		}
		read := goReading{goReader: of, task: task}
		read.all()
		failure := ""
		if read.err != nil {
			failure = read.err.Error()
		}
		compare(t, of.name, task, read.facts, failure)
	}
}

// noCart fails if a backend would find items where the reader saw no cart: it would be
// let through unpriced.
func noCart(t tester, task task) {
	t.Helper()
	if first(withoutMark(task.body)) == '[' && routeOf(task.routes, "items").Steps[0].Kind != "position" {
		return // which is reached by a position alone
	}
	for _, of := range goReaders {
		read := goReading{goReader: of, task: task}
		if items := read.values(withoutMark(task.body), "items"); read.err == nil && len(items) > 0 {
			t.Fatalf("no cart was seen, but %s finds items in %.2000q\nby %+v", of.name, task.body, task.in)
		}
	}
}

// goReading is the reading of one body. A value is a json.RawMessage.
type goReading struct {
	goReader
	task
	facts [][]string
	err   error // the first
}

func (g *goReading) put(value string, path ...string) {
	g.facts = append(g.facts, append(slices.Clone(path), value))
}

// decode is encoding/json's own reading of a value.
func (g *goReading) decode(value []byte, into any) {
	decoder := json.NewDecoder(bytes.NewReader(value))
	if !g.doubles {
		decoder.UseNumber()
	}
	if err := decoder.Decode(into); err != nil && g.err == nil {
		g.err = err
	}
}

func first(value []byte) byte {
	if value = bytes.TrimLeft(value, " \t\r\n"); len(value) > 0 {
		return value[0]
	}
	return 0
}

// member is that of an object; nil if there is none.
func (g *goReading) member(of []byte, name string) json.RawMessage {
	if !g.structs || !isTag(name) {
		var members map[string]json.RawMessage
		g.decode(of, &members)
		return members[name]
	}
	into := reflect.New(reflect.StructOf([]reflect.StructField{{
		Name: "F", Type: reflect.TypeFor[json.RawMessage](), Tag: reflect.StructTag("json:" + strconv.Quote(name)),
	}}))
	g.decode(of, into.Interface())
	return into.Elem().Field(0).Bytes()
}

// isTag reports whether encoding/json takes a name in the tag of a field.
func isTag(name string) bool {
	return name != "-" && !strings.ContainsFunc(name, func(r rune) bool {
		return !strings.ContainsRune("!#$%&()*+-./:;<=>?@[]^_{|}~ ", r) && !unicode.IsLetter(r) && !unicode.IsDigit(r)
	})
}

// elements are those of a list, or the values of an object in their order.
func (g *goReading) elements(of []byte) (all []json.RawMessage) {
	if first(of) == '[' {
		g.decode(of, &all)
		return all
	}
	g.members(of, func(_ string, value json.RawMessage) { all = append(all, value) })
	return all
}

func (g *goReading) members(of []byte, each func(name string, value json.RawMessage)) {
	decoder := json.NewDecoder(bytes.NewReader(of))
	_, err := decoder.Token()
	for err == nil && decoder.More() {
		var name json.Token
		var value json.RawMessage
		if name, err = decoder.Token(); err == nil {
			err = decoder.Decode(&value)
			each(name.(string), value)
		}
	}
	if err != nil && g.err == nil {
		g.err = err
	}
}

// values are those at the paths of a key, the first path's first.
func (g *goReading) values(from []byte, key string) (all []json.RawMessage) {
	for _, r := range g.routes {
		if r.Key == key {
			all = g.follow(all, from, r.Steps, false)
		}
	}
	return all
}

func (g *goReading) follow(all []json.RawMessage, value []byte, steps []plainStep, text bool) []json.RawMessage {
	if text && first(value) == '"' {
		var inner string
		g.decode(value, &inner)
		value = []byte(inner)
	}
	switch kind := first(value); {
	case kind == 0 || kind == 'n':
		return all
	case len(steps) == 0:
		return append(all, value)
	case kind == '[' && steps[0].Kind == "position":
		if elements := g.elements(value); steps[0].Position < len(elements) {
			return g.follow(all, elements[steps[0].Position], steps[1:], steps[0].Embedded)
		}
	case (kind == '[' || kind == '{') && steps[0].Kind == "each":
		for _, element := range g.elements(value) {
			all = g.follow(all, element, steps[1:], steps[0].Embedded)
		}
	case kind == '[':
		for _, element := range g.elements(value) {
			all = g.follow(all, element, steps, false)
		}
	case kind == '{' && steps[0].Kind == "member":
		return g.follow(all, g.member(value, steps[0].Name), steps[1:], steps[0].Embedded)
	}
	return all
}

// one adds the one value of a key, by what it means.
func (g *goReading) one(from []byte, key string, means func(any) string, path ...string) {
	path = append(slices.Clone(path), key)
	var texts []string
	for _, value := range g.values(from, key) {
		var v any
		if g.decode(value, &v); v != "" || !slices.Contains(textKeys, key) {
			texts = append(texts, means(v))
		}
	}
	switch {
	case len(texts) > 1:
		g.put(fmt.Sprintf("x%d values", len(texts)), path...)
	case len(texts) == 1 && texts[0] != "":
		g.put(texts[0], path...)
	}
}

// textKeys are those for which "" is no value.
var textKeys = []string{"currency", "id", "sku", "subgroup", "customer_id", "customer_tier", "channel", "region", "order_id", "shipping_id", "shipping_method"}

func (g *goReading) all() {
	body := withoutMark(g.body)
	if g.err = json.Unmarshal(body, new(any)); g.err != nil {
		return
	}
	g.one(body, "currency", func(v any) string { text := goText(v); return text[:1] + strings.ToUpper(text[1:]) })
	g.one(body, "subtotal", g.amount)
	g.one(body, "expected_payable", g.amount)
	g.one(body, "decimals", goCount)
	for _, key := range []string{"customer_id", "customer_tier", "channel", "region", "order_id"} {
		g.one(body, key, goText)
	}
	g.one(body, "completed_orders", goCount)
	g.texts(body, "coupons")
	g.texts(body, "customer_segments")
	lines := g.each(body, "items")
	for i, line := range lines {
		g.line(line, "items", strconv.Itoa(i))
	}
	charges := g.each(body, "shipping")
	for i, charge := range charges {
		at := []string{"shipping", strconv.Itoa(i)}
		if first(charge) != '{' {
			var v any
			g.decode(charge, &v)
			g.put(g.amount(v), append(at, "shipping_amount")...)
			continue
		}
		g.one(charge, "shipping_id", goText, at...)
		g.one(charge, "shipping_method", goText, at...)
		g.one(charge, "shipping_amount", g.amount, at...)
	}
}

// each are the elements of all lists at a key; what is no list is one.
func (g *goReading) each(from []byte, key string) (all []json.RawMessage) {
	for _, value := range g.values(from, key) {
		if first(value) == '[' {
			all = append(all, g.elements(value)...)
		} else {
			all = append(all, value)
		}
	}
	if len(all) > 0 {
		g.put("#"+strconv.Itoa(len(all)), key)
	}
	return all
}

// texts adds those of lists or one by one, cut at commas where the path says so.
func (g *goReading) texts(from []byte, key string, path ...string) {
	path = append(slices.Clone(path), key)
	var texts []string
	commas := slices.ContainsFunc(g.routes, func(r plainRoute) bool { return r.Key == key && r.Commas })
	for _, value := range g.values(from, key) {
		elements := []json.RawMessage{value}
		if first(value) == '[' {
			elements = g.elements(value)
		}
		for _, element := range elements {
			var v any
			g.decode(element, &v)
			if v == nil {
				continue
			}
			parts := []string{goText(v)}
			if commas {
				parts = strings.Split(parts[0][1:], ",")
				for i := range parts {
					parts[i] = "s" + strings.Trim(parts[i], " \t\r\n")
				}
			}
			for _, part := range parts {
				if part != "s" {
					texts = append(texts, part)
				}
			}
		}
	}
	for i, text := range texts {
		g.put(text, append(path, strconv.Itoa(i))...)
	}
	if len(texts) > 0 {
		g.put("#"+strconv.Itoa(len(texts)), path...)
	}
}

func (g *goReading) line(line []byte, at ...string) {
	for _, key := range []string{"id", "sku", "subgroup"} {
		g.one(line, key, goText, at...)
	}
	g.texts(line, "category", at...)
	units := ""
	g.one(line, "quantity", func(v any) string { units = g.quantity(v); return units }, at...)
	g.one(line, "unit_price", g.amount, at...)
	if units != "n0" {
		g.one(line, "line_total", g.amount, at...)
	}
	g.one(line, "reduced", g.flag, at...)
	at = append(slices.Clone(at), "attributes")
	values := g.values(line, "attributes")
	if len(values) > 1 {
		g.put("x several", at...)
	}
	for _, value := range values {
		g.attributes(value, at...)
	}
}

func (g *goReading) attributes(of []byte, at ...string) {
	put := func(name string, v any) {
		if text := goProperty(v); text != "" {
			g.put(text, append(at, name)...)
		}
	}
	switch first(of) {
	case '{':
		g.members(of, func(name string, value json.RawMessage) {
			var v any
			g.decode(value, &v)
			put("s"+name, v)
		})
	case '[':
		for _, pair := range g.elements(of) {
			read := goReading{goReader: g.goReader, task: g.task}
			read.one(pair, "name", goText)
			name := "x no name"
			for _, fact := range read.facts {
				name = fact[1]
			}
			for _, value := range g.values(pair, "value") {
				var v any
				g.decode(value, &v)
				put(name, v)
			}
		}
	default:
		g.put("x no object", at...)
	}
}

// What values are by the table; "x" and the value for what has no place there.

func goText(v any) string {
	switch v := v.(type) {
	case string:
		return "s" + v
	case json.Number:
		return "s" + v.String()
	case float64:
		return "s" + strconv.FormatFloat(v, 'f', -1, 64)
	}
	return goUnreadable(v)
}

func goUnreadable(v any) string { return fmt.Sprintf("x%v", v) }

// goNumber is the decimal of a number, in a text or not.
func goNumber(v any) (*big.Rat, bool) {
	text := ""
	switch v := v.(type) {
	case string:
		text = v
	case json.Number:
		text = v.String()
	case float64:
		text = strconv.FormatFloat(v, 'f', -1, 64)
	}
	return new(big.Rat).SetString(text)
}

// goCount is a whole number.
func goCount(v any) string {
	if number, ok := goNumber(v); ok && number.IsInt() {
		return "n" + normal(number.Num().String())
	}
	return goUnreadable(v)
}

func (g *goReading) quantity(v any) string {
	number, ok := goNumber(v)
	if !ok || number.IsInt() || !g.in.Fractional {
		return goCount(v)
	}
	double, _ := number.Float64()
	return "w" + normal(strconv.FormatFloat(double, 'e', -1, 64))
}

// amount is the nearest number of minor units, which has to be no further than noise:
// a millionth, and what a double of that size may be off by.
func (g *goReading) amount(v any) string {
	number, ok := goNumber(v)
	if !ok {
		return goUnreadable(v)
	}
	noise := new(big.Rat)
	if g.in.Prices == Major {
		for range g.digits {
			number.Mul(number, big.NewRat(10, 1))
		}
		noise.Add(big.NewRat(1, 1_000_000), new(big.Rat).Quo(number, big.NewRat(1<<52, 1)))
	}
	sum := new(big.Rat).Add(number, big.NewRat(1, 2))
	nearest := new(big.Int).Div(sum.Num(), sum.Denom())
	off := number.Sub(number, new(big.Rat).SetInt(nearest))
	if off.Abs(off).Cmp(noise) > 0 {
		return goUnreadable(v)
	}
	return "n" + normal(nearest.String())
}

func (g *goReading) flag(v any) string {
	if text, ok := v.(string); ok && g.in.TextFlags {
		v = map[string]any{"true": true, "1": true, "false": false, "0": false}[text]
	}
	switch v {
	case true, json.Number("1"), 1.0:
		return "btrue"
	case false, json.Number("0"), 0.0:
		return ""
	}
	return goUnreadable(v)
}

// goProperty is a property that a rule can ask about; "" for none.
func goProperty(v any) string {
	switch v := v.(type) {
	case string:
		return "s" + v
	case bool:
		return "b" + strconv.FormatBool(v)
	case json.Number:
		return "n" + normal(v.String())
	case float64:
		return "n" + normal(strconv.FormatFloat(v, 'e', -1, 64))
	}
	return ""
}
