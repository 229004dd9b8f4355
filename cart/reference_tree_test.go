package cart

import (
	"bytes"
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// object is one of JSON with its members as they are written, names given twice
// included. Lists are []any, numbers [json.Number].
type object []member

type member struct {
	name  string
	value any
}

// parsePlain reads a JSON text with the tokens of encoding/json. It fails for text that
// is not UTF-8, even behind escapes, which encoding/json would replace.
func parsePlain(text []byte) (any, error) {
	if !utf8.Valid(text) || !json.Valid(text) || loneSurrogate(text) {
		return nil, errors.New("is not JSON")
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	return parseValue(decoder)
}

func parseValue(from *json.Decoder) (any, error) {
	token, err := from.Token()
	if err != nil {
		return nil, err
	}
	switch token {
	case json.Delim('['):
		list := []any{}
		for from.More() {
			element, err := parseValue(from)
			if err != nil {
				return nil, err
			}
			list = append(list, element)
		}
		_, err = from.Token()
		return list, err
	case json.Delim('{'):
		members := object{}
		for from.More() {
			name, err := from.Token()
			if err != nil {
				return nil, err
			}
			value, err := parseValue(from)
			if err != nil {
				return nil, err
			}
			members = append(members, member{name.(string), value})
		}
		_, err = from.Token()
		return members, err
	}
	return token, nil
}

// loneSurrogate reports whether a JSON text escapes half a character.
func loneSurrogate(text []byte) bool {
	high := false
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			if high {
				return true
			}
			continue
		}
		i++
		unit := uint64(0)
		if text[i] == 'u' {
			unit, _ = strconv.ParseUint(string(text[i+1:i+5]), 16, 16)
			i += 4
		}
		low := unit >= 0xdc00 && unit < 0xe000
		if high != low {
			return true
		}
		high = unit >= 0xd800 && unit < 0xdc00
	}
	return high
}

// withoutMark is a body without the byte order mark before it.
func withoutMark(body []byte) []byte { return bytes.TrimPrefix(body, []byte("\ufeff")) }

// pointed are the values that a pointer leads to: one at most, names given twice and
// names with a "!" aside. A "!" goes on in the JSON of a text.
func pointed(doc any, pointer string) (values []any) {
	if pointer == "" {
		return []any{doc}
	}
	if inside, isText := strings.CutPrefix(pointer, "!"); isText {
		text, _ := doc.(string)
		if value, err := parsePlain([]byte(text)); err == nil {
			return pointed(value, inside)
		}
		return nil
	}
	if pointer[0] != '/' {
		return nil
	}
	for end := 1; end <= len(pointer); end++ {
		if end == len(pointer) || pointer[end] == '/' || pointer[end] == '!' {
			for _, value := range children(doc, pointer[1:end]) {
				values = append(values, pointed(value, pointer[end:])...)
			}
		}
		if end < len(pointer) && pointer[end] == '/' {
			break
		}
	}
	return values
}

func children(of any, token string) (values []any) {
	token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
	switch v := of.(type) {
	case object:
		for _, m := range v {
			if m.name == token {
				values = append(values, m.value)
			}
		}
	case []any:
		if i, err := strconv.Atoi(token); err == nil && i >= 0 && i < len(v) && token == strconv.Itoa(i) {
			values = append(values, v[i])
		}
	}
	return values
}

// finite reports whether a number is one to every parser.
func finite(number json.Number) bool {
	double, err := strconv.ParseFloat(string(number), 64)
	return err == nil && !math.IsInf(double, 0)
}

// normal is a JSON number as the one text of its exact value: its digits without zeros
// at the ends, and an exponent.
func normal(number string) string {
	text, negative := strings.CutPrefix(strings.ToLower(number), "-")
	text, power, _ := strings.Cut(text, "e")
	exponent, _ := strconv.Atoi(power)
	whole, fraction, _ := strings.Cut(text, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	if digits == "" {
		return "0"
	}
	kept := strings.TrimRight(digits, "0")
	text = kept + "e" + strconv.Itoa(exponent-len(fraction)+len(digits)-len(kept))
	if negative {
		return "-" + text
	}
	return text
}

// shortest is the shortest decimal that is the same double as a number.
func shortest(number string) string {
	double, _ := strconv.ParseFloat(number, 64)
	return normal(strconv.FormatFloat(double, 'e', -1, 64))
}
