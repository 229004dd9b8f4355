package discount

import (
	"strconv"

	"github.com/promogate/caddy-discount/strategy"
)

// appendDictionary writes the decision on a quote as one Dictionary (RFC 9651): status=applied,
// amount=585, … Its members have the values of the fields of the same names. The rules and the gifts
// are Inner Lists, since a Dictionary cannot hold Lists. The lines have the same text in either form;
// none is empty.
func (d *decision) appendDictionary(b []byte, q *strategy.Quote, lines []byte, left omitted) []byte {
	b = append(b, "status="...)
	b = append(b, d.status.String()...)
	b = appendText(b, ", reason=", d.reason)
	b = appendAmount(b, ", amount=", q.Discount)
	b = appendAmount(b, ", shipping=", q.ShippingDiscount)
	b = appendAmount(b, ", subtotal=", q.Subtotal)
	b = appendAmount(b, ", payable=", q.Payable)
	b = append(b, ", currency=\""...)
	b = append(b, d.currency...)
	b = append(b, '"')
	switch {
	case left.rules:
		b = appendText(b, ", rules=", leftOut)
	case len(q.Applied) > 0:
		b = append(b, ", rules=("...)
		b = append(appendRules(b, d.strategy, q, " "), ')')
	}
	if left.lines {
		b = appendText(b, ", lines=", leftOut)
	} else {
		b = appendText(b, ", lines=", lines)
	}
	switch {
	case left.gifts || d.gifts == leftOut:
		b = appendText(b, ", gifts=", leftOut)
	case len(q.Gifts) > 0:
		b = append(b, ", gifts=("...)
		b = append(append(b, gifts(q, " ")...), ')')
	}
	return appendText(b, ", strategy=", d.strategy.Header.Strategy)
}

// appendPrivate adds the members that are for the order service alone. A list that was too long has the
// sign for that.
func appendPrivate(dictionary string, d *decision) string {
	b := appendText([]byte(dictionary), ", reservation=", d.reservation)
	if d.exhausted == leftOut {
		return string(appendText(b, ", exhausted=", leftOut))
	}
	if d.exhausted != "" {
		// The ids are strings, in which a comma and a space may be.
		b = append(append(append(b, ", exhausted=("...), d.inner...), ')')
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

// dictionary is the decision as one Dictionary.
func (d *decision) dictionary() string {
	switch {
	case d.compact != "":
		return d.compact
	case d.reason != "":
		return "status=" + d.status.String() + ", reason=" + d.reason
	}
	return "status=" + d.status.String()
}

// kept is a decision that is made once for many requests, with its Dictionary.
func kept(d *decision) *decision {
	d.compact = d.dictionary()
	return d
}
