package strategy

import (
	"bytes"
	"slices"
	"strconv"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/promogate/caddy-discount/money"
)

// Canonical is the meaning of the model as RFC 8785 JSON: keys sorted, no
// space, defaults left out, amounts and rates as decimal strings, instants in
// UTC. Two texts with the same meaning have the same canonical form, and its
// SHA-256 is the fingerprint.
func (m *Model) Canonical() []byte {
	e := &encoder{currency: m.currency, buf: make([]byte, 0, 1024+128*(len(m.rules)+len(m.products)))}
	(&object{encoder: e}).object(func(o *object) {
		o.optional("version", m.version)
		o.key("currency")
		o.text(m.currency.Code())
		o.key("timezone")
		o.text(m.zone)
		m.arithmetic.encode(o)
		m.limits.encode(o)
		encodeList(o, "products", m.products, (*product).encode)
		encodeList(o, "discounts", m.steps, (*step).encode)
		m.encodeRules(o)
	})
	return e.buf
}

// encoder appends canonical JSON to one buffer.
type encoder struct {
	currency money.Currency
	buf      []byte
	scratch  []byte
}

// object writes the members of one JSON object. Members may come in any order;
// they are put in order when the object ends, which costs nothing when they
// came in order.
type object struct {
	*encoder
	members []member
}

type member struct {
	name  string
	start int // offset of `"name":value` in buf
}

func (o *object) object(fill func(*object)) {
	o.buf = append(o.buf, '{')
	inner := &object{encoder: o.encoder, members: make([]member, 0, 12)}
	start := len(o.buf)
	fill(inner)
	inner.arrange(start)
	o.buf = append(o.buf, '}')
}

// key starts a member; its value must follow.
func (o *object) key(name string) {
	o.members = append(o.members, member{name: name, start: len(o.buf)})
	o.text(name)
	o.buf = append(o.buf, ':')
}

// arrange puts commas between the members, and the members in order.
func (o *object) arrange(start int) {
	if len(o.members) < 2 {
		return
	}
	end := len(o.buf)
	o.scratch = append(o.scratch[:0], o.buf[start:end]...)
	ends := make(map[string]int, len(o.members))
	for i, m := range o.members {
		ends[m.name] = end
		if i+1 < len(o.members) {
			ends[m.name] = o.members[i+1].start
		}
	}
	slices.SortFunc(o.members, func(a, b member) int { return compareUTF16(a.name, b.name) })
	o.buf = o.buf[:start]
	for i, m := range o.members {
		if i > 0 {
			o.buf = append(o.buf, ',')
		}
		o.buf = append(o.buf, o.scratch[m.start-start:ends[m.name]-start]...)
	}
}

// compareUTF16 orders names by UTF-16 code units, as RFC 8785, section 3.2.3,
// asks. It differs from byte order only beyond the basic plane.
func compareUTF16(a, b string) int {
	if isASCII(a) && isASCII(b) {
		return bytes.Compare([]byte(a), []byte(b))
	}
	return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

func (o *object) raw(json string) { o.buf = append(o.buf, json...) }

func (o *object) text(s string) {
	// The only error is invalid UTF-8, which a document cannot hold.
	o.buf, _ = jsontext.AppendQuote(o.buf, s)
}

func (o *object) optional(name, value string) {
	if value != "" {
		o.key(name)
		o.text(value)
	}
}

func (o *object) optionalAmount(name string, minor int64) {
	if minor != 0 {
		o.key(name)
		o.amount(minor)
	}
}

// amount writes minor units as a decimal string of major ones.
func (o *object) amount(minor int64) {
	o.buf = append(o.buf, '"')
	o.buf = o.currency.AppendMajor(o.buf, minor)
	o.buf = append(o.buf, '"')
}

func (o *object) integer(v int64) { o.buf = strconv.AppendInt(o.buf, v, 10) }

// number writes a plain decimal of at most fifteen digits the way ECMAScript
// would, as RFC 8785, section 3.2.2.3, asks.
func (o *object) number(text string) {
	f, _ := strconv.ParseFloat(text, 64)
	o.buf = jsontext.AppendFloat(o.buf, f, 64)
}

func (o *object) instant(t time.Time) { o.text(t.UTC().Format(time.RFC3339Nano)) }

// texts writes a list of which the order has no meaning.
func (o *object) texts(name string, list []string) {
	if len(list) == 0 {
		return
	}
	sorted := slices.Sorted(slices.Values(list))
	o.key(name)
	o.buf = append(o.buf, '[')
	for i, s := range sorted {
		if i > 0 {
			o.buf = append(o.buf, ',')
		}
		o.text(s)
	}
	o.buf = append(o.buf, ']')
}

// encodeList writes a list of objects of which the order has meaning.
func encodeList[T any](o *object, name string, list []T, encode func(*T, *object)) {
	if len(list) == 0 {
		return
	}
	o.key(name)
	o.buf = append(o.buf, '[')
	for i := range list {
		if i > 0 {
			o.buf = append(o.buf, ',')
		}
		o.object(func(o *object) { encode(&list[i], o) })
	}
	o.buf = append(o.buf, ']')
}
