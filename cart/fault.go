package cart

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// fault is an [Invalid] that is being built. It starts at the innermost value, and each value
// around it adds its name on return. A valid cart costs nothing for pointers.
type fault struct {
	detail Detail
	where  string   // how the reason gives the offset: ", at byte"; "" where it gives none
	after  string   // of the reason, behind the offset
	cause  error    // of another package
	path   []string // innermost first, not escaped
	fatal  bool     // whatever field the value is of, since parsers may read it differently
	spot   spot     // of a fault that shows only when the body has been read
}

// Detail is what the reason of an [Invalid] is made of, for callers that write their own message.
type Detail struct {
	// Problem is the reason without Offset and Hint.
	Problem string
	// Seen is what is there and Wanted what its field takes, where the problem is that one
	// is not the other. [JSONObject], [JSONArray] and [JSONText] stand for the types of JSON.
	Seen, Wanted string
	// Hint says which option or path would take what is there.
	Hint string
	// Offset is the byte of the body where the problem shows, if HasOffset is true.
	Offset    int
	HasOffset bool
	// CaseOnly says that two names in one object differ only in case.
	CaseOnly bool
}

// What a detail calls the types of JSON. For a text of the cart, Seen quotes a part of it instead
// of [JSONText].
const (
	JSONObject = "an object"
	JSONArray  = "an array"
	JSONText   = "a text"
)

func fatal(reason string) *fault {
	f := faulty(reason)
	f.fatal = true
	return f
}

func faulty(reason string) *fault { return &fault{detail: Detail{Problem: reason}} }

// wants is the fault of a value that is not what its field takes.
func wants(seen, wanted string) *fault {
	f := faulty("is " + seen + ", want " + wanted)
	f.detail.Seen, f.detail.Wanted = seen, wanted
	return f
}

// differsInCase is the fault of a name that differs only in case from another one.
func differsInCase(from string) *fault {
	f := fatal("differs only in case from " + from)
	f.detail.CaseOnly = true
	return f
}

// hint adds which option or path would take the value.
func (f *fault) hint(text string) *fault {
	f.detail.Hint = text
	return f
}

// atByte adds the offset in the body; where says how the reason leads to it.
func (f *fault) atByte(where string, offset int) *fault {
	f.where, f.detail.Offset, f.detail.HasOffset = where, offset, true
	return f
}

// because adds what another package says of the text.
func (f *fault) because(err error) *fault {
	f.cause, f.after = err, ": "+foreign(err)
	return f
}

// under says that the fault is in the member called name.
func (f *fault) under(name string) *fault {
	f.path = append(f.path, name)
	return f
}

// at says that the fault is in the i-th element.
func (f *fault) at(i int) *fault { return f.under(strconv.Itoa(i)) }

// ofLine says that a fault found after all was read is of the i-th line, unless it is of a value in
// that line.
func (f *fault) ofLine(i int) *fault {
	if f.spot == (spot{}) {
		f.spot = spot{field: fieldItems, line: i, charge: -1}
	}
	return f
}

func (f *fault) invalid() *Invalid {
	return f.invalidAt(f.pointer())
}

func (f *fault) invalidAt(pointer string) *Invalid {
	detail := f.detail
	detail.Problem += f.after
	return &Invalid{Pointer: pointer, Reason: f.reason(), Detail: detail, cause: f.cause}
}

// reason is the detail as one sentence.
func (f *fault) reason() string {
	reason := f.detail.Problem
	if f.detail.HasOffset {
		reason += f.where + " " + strconv.Itoa(f.detail.Offset)
	}
	reason += f.after
	if f.detail.Hint != "" {
		reason += "; " + f.detail.Hint
	}
	return reason
}

// inPart says that the fault is in a part of the value. The whole reason becomes the problem, since
// offsets in the part are not those of the body, and its fields not those of the cart.
func (f *fault) inPart(part string) *fault {
	*f = fault{detail: Detail{Problem: part + f.reason(), CaseOnly: f.detail.CaseOnly}, path: f.path, fatal: f.fatal, spot: f.spot}
	return f
}

// maxPointer bounds a pointer in bytes: names are the sender's, and a pointer
// goes into answers and logs.
const maxPointer = 256

// pointer is the JSON Pointer to the fault, or as much of it as can be shown.
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

// shorten cuts text to what a reason may repeat, between two characters. It is in memory of its
// own, since a fault may be kept for longer than the body.
func shorten(text string) string { return shortenTo(maxSeen, text) }

func shortenTo(most int, text string) string {
	if len(text) <= most {
		return strings.Clone(text)
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most] + "…"
}

// quote is text shortened, in quotes and safe to print. The bound counts what is printed, escapes
// included.
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
