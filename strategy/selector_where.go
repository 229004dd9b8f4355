package strategy

import (
	"fmt"
	"slices"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/strategy/document"
)

// attributeTest is one member of where: a test of an attribute of a line. A line without the
// attribute does not match.
//
//	where = { caffeine_mg = { max = 50 }, roast = { in = ["dark", "city"] }, decaf = false }
//
// Numbers are compared exactly; numbers of a strategy have at most six decimals.
type attributeTest struct {
	name     string
	in       []attributeValue // one of these; a single one for equality
	min, max *attributeValue  // numbers, inclusive
}

// attributeValue is the value of an attribute, ready to be compared.
type attributeValue struct {
	kind   cart.Kind
	text   string // as canonical text
	number int64  // millionths, rounded down
	over   bool   // the value is above number, by less than a millionth
}

func decodeWhere(s *section) []attributeTest {
	n := s.Get("where")
	if n == nil {
		return nil
	}
	sub := s.table(n, "where", "{ caffeine_mg = { max = 50 } }")
	if sub == nil {
		return nil
	}
	if len(n.Fields) == 0 {
		s.Wrong(n, "where", "the table is empty", "leave the key out to match everything")
	}
	tests := make([]attributeTest, 0, len(n.Fields))
	for i := range n.Fields {
		f := &n.Fields[i]
		tests = append(tests, sub.attributeTest(f))
	}
	return tests
}

func (s *section) attributeTest(f *document.Field) attributeTest {
	test := attributeTest{name: f.Key}
	if f.Value.Kind != document.Table {
		if v, ok := s.attributeValue(f.Value, f.Key); ok {
			test.in = []attributeValue{v}
			s.checkStrays([]*document.Node{f.Value}, f.Key)
		}
		return test
	}
	sub := s.member(f.Value, f.Key)
	test.min, test.max = sub.bound("min"), sub.bound("max")
	if in := sub.Get("in"); in != nil {
		if in.Kind != document.Array || len(in.Items) == 0 {
			sub.Want(in, "in", "a list of values")
		}
		sub.checkStrays(in.Items, "in")
		for _, item := range in.Items {
			if v, ok := sub.attributeValue(item, "in"); ok {
				test.in = append(test.in, v)
			}
		}
	}
	switch {
	case test.min == nil && test.max == nil && test.in == nil && len(sub.Node.Fields) == 0:
		s.Wrong(f.Value, f.Key, "the test says nothing", "use min, max or in")
	case test.min != nil && test.max != nil && test.min.number > test.max.number:
		s.Wrong(f.Value, f.Key, "min is above max, so nothing could ever match", "")
	}
	sub.Done()
	return test
}

func (s *section) bound(name string) *attributeValue {
	n := s.Get(name)
	if n == nil {
		return nil
	}
	v, ok := s.attributeValue(n, name)
	if !ok {
		return nil
	}
	if v.kind != cart.Number {
		s.Want(n, name, "a number")
		return nil
	}
	return &v
}

func (s *section) attributeValue(n *document.Node, name string) (attributeValue, bool) {
	switch n.Kind {
	case document.String:
		return attributeValue{kind: cart.Text, text: n.Text}, true
	case document.Bool:
		return attributeValue{kind: cart.Bool, text: n.Text}, true
	case document.Integer, document.Float:
		text, ok := s.Number(n, name, "")
		if !ok {
			return attributeValue{}, false
		}
		number, ok := parseDecimal(text)
		if !ok || len(text) > maxAttributeDigits {
			s.Wrong(n, name, fmt.Sprintf("%s has too many digits to compare with", n.Text), "")
			return attributeValue{}, false
		}
		return attributeValue{kind: cart.Number, text: text, number: number}, true
	}
	s.Want(n, name, "a string, a number, true or false")
	return attributeValue{}, false
}

func (t *attributeTest) encode(o *object) {
	o.key(t.name)
	if len(t.in) == 1 && t.min == nil && t.max == nil {
		t.in[0].encode(o)
		return
	}
	o.object(func(o *object) {
		if len(t.in) > 0 {
			o.key("in")
			o.values(t.in)
		}
		for _, bound := range []struct {
			name  string
			value *attributeValue
		}{{"max", t.max}, {"min", t.min}} {
			if bound.value != nil {
				o.key(bound.name)
				bound.value.encode(o)
			}
		}
	})
}

func (o *object) values(list []attributeValue) {
	o.buf = append(o.buf, '[')
	for i := range list {
		if i > 0 {
			o.buf = append(o.buf, ',')
		}
		list[i].encode(o)
	}
	o.buf = append(o.buf, ']')
}

func (v *attributeValue) encode(o *object) {
	switch v.kind {
	case cart.Bool:
		o.raw(v.text)
	case cart.Number:
		o.number(v.text)
	default:
		o.text(v.text)
	}
}

// matches looks the attribute up on the line and tests it.
func (t *attributeTest) matches(l *item) bool {
	v, ok := l.attribute(t.name)
	if !ok {
		return false
	}
	if len(t.in) > 0 && !slices.ContainsFunc(t.in, v.equals) {
		return false
	}
	if t.min == nil && t.max == nil {
		return true
	}
	return v.kind == cart.Number && (t.min == nil || v.number >= t.min.number) && (t.max == nil || v.number < t.max.number || v.number == t.max.number && !v.over)
}

func (v attributeValue) equals(other attributeValue) bool {
	if v.kind != other.kind {
		return false
	}
	if v.kind == cart.Number {
		return v.number == other.number && v.over == other.over
	}
	return v.text == other.text
}

// attribute is an attribute of a line: the catalogue's if it knows the article, otherwise the
// cart's.
func (l *item) attribute(name string) (attributeValue, bool) {
	if l.product != nil {
		for i := range l.product.attributes {
			if a := &l.product.attributes[i]; a.name == name {
				return a.value, true
			}
		}
		return attributeValue{}, false
	}
	if l.from == nil {
		return attributeValue{}, false
	}
	for i := range l.from.Attributes {
		a := &l.from.Attributes[i]
		if a.Name != name {
			continue
		}
		return valueOfAttribute(a), true
	}
	return attributeValue{}, false
}

// valueOfAttribute converts an attribute of a cart's line.
func valueOfAttribute(a *cart.Attribute) attributeValue {
	v := attributeValue{kind: a.Kind, text: a.Text}
	if a.Kind == cart.Number {
		v.number, v.over = readDecimal(a.Text)
	}
	return v
}
