package fields

import (
	"strconv"
	"strings"
)

// Keep makes the Dictionary of values that many requests share, once.
func (v *Values) Keep() { v.compact = v.dictionary() }

// dictionary is all values but the private ones as one Dictionary.
func (v *Values) dictionary() string {
	switch {
	case v.compact != "":
		return v.compact
	case v.Reason != "":
		return "status=" + v.Status.String() + ", reason=" + v.Reason
	}
	return "status=" + v.Status.String()
}

// appendDictionary writes the values of a priced cart as one Dictionary (RFC 9651): status=applied,
// amount=585, … Its members have the values of the fields of the same names. The rules and the gifts
// are Inner Lists, since a Dictionary cannot hold Lists. The lines have the same text in either form;
// none is empty.
func (v *Values) appendDictionary(b []byte, p *Priced, lines []byte, gifts []string, left omitted) []byte {
	b = append(b, "status="...)
	b = append(b, v.Status.String()...)
	b = appendText(b, ", reason=", v.Reason)
	b = appendAmount(b, ", amount=", p.Quote.Discount)
	b = appendAmount(b, ", shipping=", p.Quote.ShippingDiscount)
	b = appendAmount(b, ", subtotal=", p.Quote.Subtotal)
	b = appendAmount(b, ", payable=", p.Quote.Payable)
	b = append(b, ", currency=\""...)
	b = append(b, v.Currency...)
	b = append(b, '"')
	switch {
	case left.rules:
		b = appendText(b, ", rules=", leftOut)
	case len(p.Quote.Applied) > 0:
		b = append(b, ", rules=("...)
		b = append(p.appendRules(b, " "), ')')
	}
	if left.lines {
		b = appendText(b, ", lines=", leftOut)
	} else {
		b = appendText(b, ", lines=", lines)
	}
	switch {
	case left.gifts || v.Gifts == leftOut:
		b = appendText(b, ", gifts=", leftOut)
	case len(gifts) > 0:
		b = append(b, ", gifts=("...)
		b = append(append(b, strings.Join(gifts, " ")...), ')')
	}
	return appendText(b, ", strategy=", p.By.Header.Strategy)
}

// appendPrivate adds the members that are for the order service alone. A list that was too long has the
// sign for that.
func (v *Values) appendPrivate(dictionary string) string {
	b := appendText([]byte(dictionary), ", reservation=", v.Reservation)
	if v.Exhausted == leftOut {
		return string(appendText(b, ", exhausted=", leftOut))
	}
	if v.Exhausted != "" {
		// The ids are strings, in which a comma and a space may be.
		b = append(append(append(b, ", exhausted=("...), v.inner...), ')')
	}
	return string(b)
}

func appendAmount(b []byte, member string, amount int64) []byte {
	return strconv.AppendInt(append(b, member...), amount, 10)
}

// appendText writes a member whose value is a text of a structured field already. An empty one is
// no member.
func appendText[T string | []byte](b []byte, member string, text T) []byte {
	if len(text) == 0 {
		return b
	}
	return append(append(b, member...), text...)
}
