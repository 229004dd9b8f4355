// Package schema describes the language of strategies as JSON Schema, draft 4, for editors. A
// schema checks the keys and values of each table. Only the engine checks the meaning of a
// strategy as a whole.
package schema

import (
	"encoding/json"
	"strings"
)

type object = map[string]any

// Strategy returns the schema of strategy files as JSON.
func Strategy() ([]byte, error) {
	return whole("A strategy of the Caddy discount handler", "strategy", language)
}

// Tests returns the schema of *.test.toml files as JSON.
func Tests() ([]byte, error) {
	return whole("Tests of a strategy of the Caddy discount handler", "tests", testLanguage)
}

func whole(title, root string, tables map[string]table) ([]byte, error) {
	definitions := object{}
	for name, t := range tables {
		definitions[name] = t.schema(false)
		definitions[name+"-part"] = t.schema(true)
	}
	top := tables[root].schema(false)
	top["$schema"] = "http://json-schema.org/draft-04/schema#"
	top["title"] = title
	top["definitions"] = definitions
	return json.MarshalIndent(top, "", "  ")
}

// schema returns the schema of a table. part is for the table of an environment, which is laid
// over another one and therefore has no required keys.
func (t table) schema(part bool) object {
	properties := object{}
	for _, k := range t.keys {
		described := kind(k.kind, part)
		if doc := k.described(); doc != "" { // validators ignore members beside a $ref
			described = object{"description": doc, "allOf": []any{described}}
		}
		properties[k.name] = described
	}
	s := object{"type": "object", "properties": properties, "additionalProperties": false}
	if t.further != "" {
		s["additionalProperties"] = kind(t.further, part)
	}
	if part {
		return s
	}
	if len(t.required) > 0 {
		s["required"] = t.required
	}
	if t.oneOf != nil {
		s["oneOf"] = oneOf(t.oneOf)
	}
	if t.oneOfToo != nil {
		s["allOf"] = []any{object{"oneOf": oneOf(t.oneOfToo)}}
	}
	return s
}

// described returns the description of a key. It adds the unit to that of an amount.
func (k key) described() string {
	if k.kind == "amount" || k.kind == "amount0" {
		return strings.TrimSpace(k.doc + " In the main unit of the currency, such as 19.90.")
	}
	return k.doc
}

// oneOf returns a schema for each key that requires the key.
func oneOf(keys []string) []any {
	var one []any
	for _, name := range keys {
		one = append(one, object{"required": []string{name}})
	}
	return one
}

func ref(name string) object { return object{"$ref": "#/definitions/" + name} }

// listOr returns the schema of one value or a list of values.
func listOr(of object) object {
	return object{"anyOf": []any{of, object{"type": "array", "items": of}}}
}

// kind returns the schema of a kind of value.
func kind(name string, part bool) object {
	suffix := ""
	if part {
		suffix = "-part"
	}
	switch name[0] {
	case '=':
		return ref(name[1:] + suffix)
	case '*':
		if name == "*env" {
			return listOr(object{"allOf": []any{ref("env-part"), object{"required": []string{"name"}}}})
		}
		return listOr(ref(name[1:])) // a list is replaced as a whole
	case '+':
		one := ref(name[1:])
		alone := object{"allOf": []any{one, object{"anyOf": []any{ // else it names a file
			object{"required": []string{"sku"}}, object{"required": []string{"name"}}}}}}
		return object{"anyOf": []any{ref("file"), alone, object{"type": "array", "items": one}}}
	case '{':
		return object{"type": "object", "additionalProperties": ref(name[1:] + suffix)}
	}
	if strings.Contains(name, "|") {
		return object{"enum": strings.Split(name, "|")}
	}
	return scalars[name]
}

var (
	text   = object{"type": "string", "minLength": 1}
	plain  = object{"type": []string{"string", "number", "boolean"}}
	digits = `^\+?[0-9]+(\.[0-9]+)?$`
)

// shown returns the schema of a text for people, with at most so many characters.
func shown(most int) object { return object{"type": "string", "minLength": 1, "maxLength": most} }

// localized returns the schema of a text for people, or of such texts by language.
func localized(most int) object {
	return object{"anyOf": []any{shown(most), object{"type": "object", "minProperties": 1, "additionalProperties": shown(most)}}}
}

// number returns the schema of a number within bounds, or of a number as a string. It adds the
// type to bounds. It does not bound a string.
func number(bounds object) object {
	bounds["type"] = "number"
	return object{"anyOf": []any{bounds, object{"type": "string", "pattern": digits}}}
}

// scalars are the kinds of values that have a name and are no tables of the language.
var scalars = map[string]object{
	"string":    text,
	"strings":   listOr(text),
	"sheet":     {"type": "string", "pattern": `^[^/\\:.#][^/\\:]*\.([cC][sS][vV]|[tT][sS][vV]|[tT][xX][tT])$`},
	"codesfile": {"type": "string", "pattern": `^[^/\\:.#][^/\\:]*\.([cC][oO][dD][eE][sS]|[cC][sS][vV]|[tT][sS][vV]|[tT][xX][tT])$`},
	"label":     {"type": "string", "minLength": 1, "maxLength": 64},
	"bool":      {"type": "boolean"},
	"exclusive": {"enum": []any{true, false, "goods", "all"}},
	"integer":   {"type": "integer"},
	"count":     {"type": "integer", "minimum": 1},
	"number":    number(object{}),
	"amount":    number(object{"minimum": 0, "exclusiveMinimum": true}),
	"amount0":   number(object{"minimum": 0}),
	"number0":   number(object{"minimum": 0}),
	"rate":      number(object{"minimum": 0, "exclusiveMinimum": true, "maximum": 1}),
	"rates": {"anyOf": []any{number(object{"minimum": 0, "maximum": 1}),
		object{"type": "array", "minItems": 1, "maxItems": 100, "items": number(object{"minimum": 0, "maximum": 1})}}},
	"instant":     {"type": "string", "minLength": len("2006-01-02T15:04:05")},
	"time":        {"type": "string", "pattern": "^[0-2][0-9]:[0-5][0-9](:[0-5][0-9](\\.[0-9]+)?)?$"},
	"any":         {},
	"title":       localized(200),
	"description": localized(2_000),
	"tags":        listOr(shown(64)),
	"meta":        {"type": "object", "minProperties": 1},
	"env":         listOr(object{"type": "string"}),
	"scalar":      plain,
	"scalars":     {"type": "array", "minItems": 1, "items": plain},
	"test":        {"anyOf": []any{plain, ref("test")}},
	"days":        listOr(object{"enum": []string{"mon", "tue", "wed", "thu", "fri", "sat", "sun"}}),
}
