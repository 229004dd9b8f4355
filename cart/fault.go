package cart

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// fault is an [Invalid] in the making. Reading finds it at the innermost value
// and every value around adds its name on the way out, so that a good cart
// pays nothing for the pointer of a bad one.
type fault struct {
	reason string
	path   []string // innermost first, not escaped
	fatal  bool     // whatever the value is for: no two parsers need read it alike
	spot   spot     // of a fault that shows only when the body has been read
}

func fatal(reason string) *fault { return &fault{reason: reason, fatal: true} }

func faulty(reason string) *fault { return &fault{reason: reason} }

// wants is the fault of a value that is not what its field takes.
func wants(seen, wanted string) *fault {
	return faulty("is " + seen + ", want " + wanted)
}

// under says that the fault is in the member called name.
func (f *fault) under(name string) *fault {
	f.path = append(f.path, name)
	return f
}

// at says that the fault is in the i-th element.
func (f *fault) at(i int) *fault { return f.under(strconv.Itoa(i)) }

// ofLine says that a fault that shows when all is read is of the i-th line, unless it
// is of a value of that.
func (f *fault) ofLine(i int) *fault {
	if f.spot == (spot{}) {
		f.spot = spot{field: fieldItems, line: i, charge: -1}
	}
	return f
}

func (f *fault) invalid() *Invalid {
	return &Invalid{Pointer: f.pointer(), Reason: f.reason}
}

// maxPointer bounds a pointer in bytes: names are the sender's, and a pointer
// goes into answers and logs.
const maxPointer = 256

// pointer is the way to the fault, or as much of it as can be shown.
func (f *fault) pointer() string {
	var b strings.Builder
	for i := len(f.path) - 1; i >= 0; i-- {
		name := f.path[i]
		if b.Len()+1+len(name) > maxPointer || strings.ContainsFunc(name, unprintable) {
			break
		}
		token := pointerEscapes.Replace(name)
		if b.Len()+1+len(token) > maxPointer {
			break
		}
		b.WriteByte('/')
		b.WriteString(token)
	}
	return b.String()
}

// pointerEscapes are those of RFC 6901, section 3.
var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

func unprintable(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }

// maxSeen bounds, in bytes, how much of a value a reason repeats.
const maxSeen = 40

// foreign is the message of another package's error, which may repeat what was
// sent just as it was sent.
func foreign(err error) string {
	message := err.Error()
	if strings.ContainsFunc(message, unprintable) {
		return quote(message)
	}
	return shortenTo(2*maxSeen, message)
}

// shorten cuts text to what a reason may repeat, between two characters.
func shorten(text string) string { return shortenTo(maxSeen, text) }

func shortenTo(most int, text string) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most] + "…"
}

// quote is text shortened, in quotes and safe to print. What is counted is
// what is printed, escapes and all.
func quote(text string) string {
	quoted := []byte{'"'}
	for len(text) > 0 {
		_, size := utf8.DecodeRuneInString(text)
		char := strconv.Quote(text[:size])
		if len(quoted)+len(char) > maxSeen {
			quoted = append(quoted, "…"...)
			break
		}
		quoted = append(quoted, char[1:len(char)-1]...)
		text = text[size:]
	}
	return string(append(quoted, '"'))
}
