package cart

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strconv"
)

// sameInGo reads the body in the three ways a backend in Go has: into values
// with numbers as text, into values with numbers as doubles, and into structs,
// whose fields match names in any case.
func sameInGo(t tester, task task) {
	t.Helper()
	var exact, double any
	err := decode(task.body, &exact, true)
	compare(t, "encoding/json", task, flatten(t, exact, task.in), failure(err))
	err = decode(task.body, &double, false)
	compare(t, "encoding/json with doubles", task, flatten(t, double, task.in), failure(err))
	into := reflect.New(backend(t, task.in.m))
	err = decode(task.body, into.Interface(), true)
	compare(t, "encoding/json with structs", task, flatten(t, plain(into.Elem()), task.in), failure(err))
}

// noCart fails if a backend would find items where the reader saw no cart: it
// would be let through unpriced.
func noCart(t tester, in shape, body []byte) {
	t.Helper()
	into := reflect.New(backend(t, in.m))
	_ = decode(body, into.Interface(), true) // may well not be of that type
	items := in.m.paths(t)["items"]
	if _, has := lookup(plain(into.Elem()), items).([]any); has {
		t.Fatalf("no cart was seen, but encoding/json finds items in %.2000q", body)
	}
	if _, has := lookup(generic(t, body), items).([]any); has {
		t.Fatalf("no cart was seen, but there are items in %.2000q", body)
	}
}

func failure(err error) string {
	if err != nil {
		return err.Error()
	}
	return ""
}

func decode(body []byte, into any, exact bool) error {
	decoder := json.NewDecoder(bytes.NewReader(body))
	if exact {
		decoder.UseNumber()
	}
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if !json.Valid(body) { // the decoder leaves what is behind alone
		return fmt.Errorf("not valid")
	}
	return nil
}

// backend is the struct that a backend would decode bodies of a mapping into.
func backend(t tester, m Mapping) reflect.Type {
	t.Helper()
	r := reader(t, Options{Map: m})
	return structOf(r.body, map[field]reflect.Type{
		fieldItems:    reflect.SliceOf(structOf(r.line, nil)),
		fieldShipping: reflect.SliceOf(structOf(r.charge, nil)),
	})
}

func structOf(n *node, special map[field]reflect.Type) reflect.Type {
	var fields []reflect.StructField
	for i, e := range n.edges {
		of, known := special[e.field]
		switch {
		case e.into != nil:
			of = structOf(e.into, special)
		case !known:
			of = reflect.TypeFor[any]()
		}
		fields = append(fields, reflect.StructField{Name: "F" + strconv.Itoa(i), Type: of,
			Tag: reflect.StructTag("json:" + strconv.Quote(e.name))})
	}
	return reflect.StructOf(fields)
}

// plain is a decoded struct as the values that decoding without one makes.
func plain(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Struct:
		members := map[string]any{}
		for i := range v.NumField() {
			members[v.Type().Field(i).Tag.Get("json")] = plain(v.Field(i))
		}
		return members
	case reflect.Slice:
		if v.IsNil() {
			return nil
		}
		elements := make([]any, v.Len())
		for i := range elements {
			elements[i] = plain(v.Index(i))
		}
		return elements
	}
	return v.Interface()
}

// flatten is a decoded body as facts, whatever numbers were decoded to.
func flatten(t tester, doc any, in shape) []string {
	t.Helper()
	var out factList
	paths := in.m.paths(t)
	at := func(from any, key string) any { return lookup(from, paths[key]) }
	for _, key := range []string{"currency", "customer_tier", "channel", "region"} {
		out.put(at(doc, key), "s", key)
	}
	out.put(asName(at(doc, "customer_id")), "s", "customer_id")
	out.put(at(doc, "completed_orders"), "", "completed_orders")
	for _, key := range []string{"coupons", "customer_segments"} {
		out.list(at(doc, key), key, func(element any, index string) { out.put(element, "", key, index) })
	}
	out.list(at(doc, "items"), "items", func(item any, i string) {
		for _, key := range []string{"id", "sku", "category", "subgroup"} {
			value := at(item, key)
			if key == "id" || key == "sku" {
				value = asName(value)
			}
			out.put(value, "s", "items", i, key)
		}
		out.put(at(item, "quantity"), "", "items", i, "quantity")
		out.put(charged(at(item, "unit_price"), in), "", "items", i, "unit_price")
		out.put(at(item, "reduced"), "bfalse", "items", i, "reduced")
		out.properties(at(item, "attributes"), "items", i, "attributes")
	})
	out.list(at(doc, "shipping"), "shipping", func(charge any, i string) {
		out.put(asName(at(charge, "shipping_id")), "s", "shipping", i, "shipping_id")
		out.put(at(charge, "shipping_method"), "s", "shipping", i, "shipping_method")
		out.put(charged(at(charge, "shipping_amount"), in), "", "shipping", i, "shipping_amount")
	})
	return out.sorted()
}

// put adds a value with its kind unless it is null or what absence means.
func (l *factList) put(value any, empty string, path ...string) {
	text := "x" + fmt.Sprint(value)
	switch v := value.(type) {
	case nil:
		return
	case string:
		text = "s" + v
	case bool:
		text = "b" + strconv.FormatBool(v)
	case json.Number:
		text = "n" + normal(v.String())
	case float64:
		text = "n" + normal(strconv.FormatFloat(v, 'e', -1, 64))
	}
	if text != empty {
		l.add(text, path...)
	}
}

func (l *factList) list(value any, path string, each func(element any, index string)) {
	elements, ok := value.([]any)
	if value != nil && !ok {
		l.put(value, "", path)
		return
	}
	l.add("#"+strconv.Itoa(len(elements)), path)
	for i, element := range elements {
		each(element, strconv.Itoa(i))
	}
}

func (l *factList) properties(value any, path ...string) {
	members, ok := value.(map[string]any)
	if !ok {
		l.put(value, "", path...)
		return
	}
	for name, value := range maps.All(members) {
		switch value.(type) {
		case map[string]any, []any:
		default:
			l.put(value, "", append(path[:len(path):len(path)], "s"+name)...)
		}
	}
}

// asName is an integer as the name that it is in this place.
func asName(value any) any {
	switch v := value.(type) {
	case json.Number:
		return v.String()
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return value
}

// charged is an amount, which may be text if prices are major.
func charged(value any, in shape) any {
	if text, ok := value.(string); ok && in.prices == Major {
		return json.Number(text)
	}
	return value
}
