package strategy

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/promogate/caddy-discount/money"
)

// object appends the members of JSON objects to one buffer. An object may contain others.
// Members may be appended in any order; the end of their object sorts them. Sorting costs
// nothing when they are already in order, like those of the large objects.
type object struct {
	currency money.Currency
	buf      []byte
	members  []member // of every object that has not ended yet
	first    int      // index of the first member of the innermost object
	scratch  []byte
}

type member struct {
	name       string
	start, end int // of `"name":value` in buf
}

func (o *object) object(fill func(*object)) {
	outer := o.first
	o.first = len(o.members)
	o.buf = append(o.buf, '{')
	fill(o)
	o.arrange(o.members[o.first:])
	o.buf = append(o.buf, '}')
	o.members, o.first = o.members[:o.first], outer
}

// key starts a member; its value must follow.
func (o *object) key(name string) {
	if len(o.members) > o.first {
		o.buf = append(o.buf, ',')
	}
	o.members = append(o.members, member{name: name, start: len(o.buf)})
	o.text(name)
	o.buf = append(o.buf, ':')
}

// arrange sorts the members.
func (o *object) arrange(members []member) {
	byName := func(a, b member) int { return compareUTF16(a.name, b.name) }
	if slices.IsSortedFunc(members, byName) {
		return
	}
	start := members[0].start
	for i := range members {
		members[i].end = len(o.buf)
		if i+1 < len(members) {
			members[i].end = members[i+1].start - len(",")
		}
	}
	slices.SortFunc(members, byName)
	o.scratch = append(o.scratch[:0], o.buf[start:]...)
	o.buf = o.buf[:start]
	for i, m := range members {
		if i > 0 {
			o.buf = append(o.buf, ',')
		}
		o.buf = append(o.buf, o.scratch[m.start-start:m.end-start]...)
	}
}

// compareUTF16 orders names by UTF-16 code units, as RFC 8785, section 3.2.3, requires. The
// order of bytes is the same except for characters beyond the basic plane, which begin with
// 0xF0 or more in UTF-8: UTF-16 writes them as surrogates, which come before U+E000 to
// U+FFFF (0xEE, 0xEF).
func compareUTF16(a, b string) int {
	i, shorter := 0, min(len(a), len(b))
	for i < shorter && a[i] == b[i] {
		i++
	}
	if i == shorter {
		return cmp.Compare(len(a), len(b))
	}
	x, y := a[i], b[i]
	if x >= 0xEE && y >= 0xEE && (x >= 0xF0) != (y >= 0xF0) {
		x, y = y, x
	}
	return cmp.Compare(x, y)
}

func (o *object) raw(json string) { o.buf = append(o.buf, json...) }

func (o *object) text(s string) {
	// The only error is invalid UTF-8, which a document cannot contain.
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

// amount writes minor units as a decimal string of major units.
func (o *object) amount(minor int64) {
	o.buf = append(o.buf, '"')
	o.buf = o.currency.AppendMajor(o.buf, minor)
	o.buf = append(o.buf, '"')
}

func (o *object) rate(r money.Rate) {
	o.buf = append(o.buf, '"')
	o.buf = r.Append(o.buf)
	o.buf = append(o.buf, '"')
}

func (o *object) integer(v int64) { o.buf = strconv.AppendInt(o.buf, v, 10) }

// number writes a plain decimal of at most fifteen digits as ECMAScript does, which RFC
// 8785, section 3.2.2.3, requires.
func (o *object) number(text string) {
	f, _ := strconv.ParseFloat(text, 64)
	o.float(f)
}

func (o *object) float(f float64) { o.buf = jsontext.AppendFloat(o.buf, f, 64) }

func (o *object) instant(t time.Time) {
	o.buf = append(o.buf, '"')
	o.buf = t.UTC().AppendFormat(o.buf, time.RFC3339Nano)
	o.buf = append(o.buf, '"')
}

// texts writes a list of texts whose order has no meaning.
func (o *object) texts(name string, list []string) {
	if len(list) == 0 {
		return
	}
	if !slices.IsSorted(list) {
		list = slices.Sorted(slices.Values(list))
	}
	o.key(name)
	o.buf = append(o.buf, '[')
	for i, s := range list {
		if i > 0 {
			o.buf = append(o.buf, ',')
		}
		o.text(s)
	}
	o.buf = append(o.buf, ']')
}

// encodeList writes a list of objects whose order has a meaning.
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
