package ruletest

import (
	"fmt"
	"strings"

	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
)

// expectation is one thing that a test expects of a quote. check adds a failure to the outcome for
// each difference.
type expectation interface {
	check(o *outcome)
}

// member is the key and the position of an expectation.
type member struct {
	key string // its path within the test, such as expect.discount
	at  document.Pos
}

// expected returns the member of expect with a name.
func expected(name string, n *document.Node) member {
	return member{key: "expect." + name, at: n.Pos}
}

// decoders have the function that reads each key of expect.
var decoders = []struct {
	key    string
	decode func(s *document.Section, n *document.Node, name string, lines int) expectation
}{
	{"discount", decodeQuoteAmount},
	{"shipping_discount", decodeQuoteAmount},
	{"subtotal", decodeQuoteAmount},
	{"payable", decodeQuoteAmount},
	{"lines", decodeLines},
	{"applied", decodeApplied},
	{"not_applied", decodeNotApplied},
	{"rejected", decodeRejected},
	{"gifts", decodeGifts},
}

// decodeExpect reads the expectations of a test. lines is how many lines its cart has; -1 if that
// is unknown.
func decodeExpect(test *document.Section, lines int) []expectation {
	n := test.Get("expect")
	if n == nil {
		return nil
	}
	if !test.IsTable(n, "expect", "{ discount = 6.00 }") {
		return nil
	}
	s := test.Member(n, "expect")
	s.Hints = expectHints
	var list []expectation
	for _, d := range decoders {
		value := s.Get(d.key)
		if value == nil {
			continue
		}
		if e := d.decode(s, value, d.key, lines); e != nil {
			list = append(list, e)
		}
	}
	s.Done()
	if len(n.Fields) == 0 {
		test.Wrong(n, "expect", "nothing is expected, so the test could not fail", "such as discount = 6.00")
	}
	return list
}

// below returns a member of the table that is the value of an expectation.
func (m member) below(f *document.Field) member {
	return member{key: document.KeyIn(m.key, f.Key), at: f.Value.Pos}
}

// element returns an element of the list that is the value of an expectation.
func (m member) element(i int, n *document.Node) member {
	return member{key: fmt.Sprintf("%s[%d]", m.key, i), at: n.Pos}
}

// amount reads the text of an amount in major units, which may not be negative. The number of
// decimals is checked later, when the currency is known.
func amount(s *document.Section, n *document.Node, key string) string {
	text, negative := signed(s, n, key)
	if negative {
		s.Add(n.Pos, key, n.Text+" is negative, and no amount of a quote is", "")
	}
	return text
}

// amountOf is amount for what a rule takes off. The amount of [strategy.RuleRounding] may be
// negative.
func amountOf(rule string, s *document.Section, n *document.Node, key string) string {
	text, negative := signed(s, n, key)
	if negative && rule != strategy.RuleRounding {
		s.Add(n.Pos, key, n.Text+" is negative, and no rule but "+strategy.RuleRounding+" takes less than nothing off", "")
	}
	return text
}

// signed reads the text of an amount and reports whether it is negative.
func signed(s *document.Section, n *document.Node, key string) (amount string, negative bool) {
	const wanted = `an amount such as 6 or "6.00"`
	switch n.Kind {
	case document.Integer, document.Float, document.String:
	default:
		s.Add(n.Pos, key, fmt.Sprintf("this is %s, want %s", n.Kind, wanted), "")
		return "", false
	}
	text := n.Text
	if n.Kind != document.String {
		text = strings.TrimPrefix(text, "+")
	}
	unsigned, negative := strings.CutPrefix(text, "-")
	if whole, decimals, point := strings.Cut(unsigned, "."); !digits(whole) || point && !digits(decimals) {
		s.Add(n.Pos, key, fmt.Sprintf("%q is not a plain decimal number", n.Text), "such as 6 or 6.00")
		negative = false // one problem is enough
	}
	return text, negative
}

func digits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
