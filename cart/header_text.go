package cart

import (
	"fmt"
	"strings"

	"github.com/dunglas/httpsfv"
)

// one is the value of a header that may only be given once; empty if it is
// absent.
func one(values []string) (string, *fault) {
	switch len(values) {
	case 0:
		return "", nil
	case 1:
		return trim(values[0]), nil
	}
	return "", faulty(fmt.Sprintf("is given %d times, want it once", len(values)))
}

// absent reports whether a header is not there, or is there without a value.
func absent(values []string) bool {
	return len(values) == 0 || len(values) == 1 && trim(values[0]) == ""
}

// single reads a header that is one text; empty if it is absent.
func single(values []string) (string, *fault) {
	value, f := one(values)
	if f != nil || value == "" {
		return "", f
	}
	return text(value)
}

// texts appends the texts of a header that is a list of them, in one field or
// in several.
func texts(dst []string, values []string, most int, what string) ([]string, *fault) {
	if absent(values) {
		return dst, nil
	}
	for _, value := range values {
		for rest, more := value, true; more; {
			var element string
			element, rest, more = cutOutside(rest, ',')
			read, f := text(trim(element))
			if f != nil {
				return dst, f
			}
			if len(dst) == most {
				return dst, faulty(fmt.Sprintf("has more than %d %s", most, what))
			}
			dst = append(dst, read)
		}
	}
	return dst, nil
}

// cutOutside cuts a list at its first separator that is not in a string.
func cutOutside(list string, separator byte) (element, rest string, more bool) {
	var in quotes
	for i := range len(list) {
		if !in.next(list[i]) && list[i] == separator {
			return list[:i], list[i+1:], true
		}
	}
	return list, "", false
}

// quotes follows the bytes of a structured field into and out of its strings
// (RFC 9651, section 3.3.3) and display strings (section 3.3.8), in which a
// backslash means nothing.
type quotes struct {
	last            byte
	inside, display bool
}

// next reports whether c is in a string, its quotes included.
func (q *quotes) next(c byte) bool {
	last := q.last
	q.last = c
	switch {
	case !q.inside:
		q.inside, q.display = c == '"', last == '%'
		return q.inside
	case !q.display && last == '\\':
		q.last = 0 // escaped, and so escapes nothing itself
	case c == '"':
		q.inside = false
	}
	return true
}

// text reads one text: quoted as RFC 9651 has it, or plain.
func text(value string) (string, *fault) {
	if strings.HasPrefix(value, `"`) || strings.HasPrefix(value, `%"`) {
		item, err := httpsfv.UnmarshalItem([]string{value})
		if err == nil && len(item.Params.Names()) == 0 {
			if read, ok := named(item.Value); ok {
				return read, nil
			}
		}
		return "", wants(quote(value), "one string as in RFC 9651, without parameters")
	}
	for i := range len(value) {
		if !isPlain(value[i], i == 0) {
			return "", wants(quote(value), fmt.Sprintf("plain text, which cannot have %s at byte %d, or a quoted string",
				quote(value[i:i+1]), i))
		}
	}
	if value == "" {
		return "", wants(`""`, "a text, or no comma")
	}
	return value, nil
}

// isPlain reports whether plain text may have c, at its start or further on. A plain text begins
// with no character that begins another type of RFC 9651, and contains no separator of it, so that
// every reader reads the same text.
func isPlain(c byte, first bool) bool {
	switch {
	case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '_', c == '*':
		return true
	case first:
		return false
	}
	return strings.IndexByte(" !#$%&'+-.^`|~:/@=", c) >= 0
}

// trim removes the optional white space of RFC 9110, section 5.6.3.
func trim(value string) string { return strings.Trim(value, " \t") }

// named is the text of a bare item that can be a name.
func named(item any) (string, bool) {
	switch name := item.(type) {
	case string:
		return name, true
	case httpsfv.Token:
		return string(name), true
	case httpsfv.DisplayString:
		return string(name), true
	}
	return "", false
}
