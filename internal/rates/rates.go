// Package rates finds the rate that was probably meant. A rate is the share taken off. People also
// write 15 % as 15 or "15%". The 8.5 折 of a shop window means that 85 % are to be paid. People
// write it as 8.5, 85, "85折" or "八五折".
package rates

import (
	"strings"

	"github.com/promogate/caddy-discount/money"
)

// Bounds are the bounds of a rate for one key.
type Bounds struct {
	Most money.Rate // rates above it are refused
	// Warned says that there is a warning for a rate for which [LooksToPay] reports true.
	Warned bool
}

var (
	// All is the rate 1, which takes everything off.
	All = mustRate("1")
	// toPay is the least rate that looks like the share to pay: 7 折 and above are common, 70 %
	// off is not.
	toPay = mustRate("0.7")
)

func mustRate(text string) money.Rate {
	r, err := money.ParseRate(text)
	if err != nil {
		panic(err)
	}
	return r
}

// LooksToPay reports whether a rate is probably the share to pay instead of the share taken off.
func LooksToPay(r money.Rate) bool { return r.Compare(toPay) >= 0 && r.Compare(All) < 0 }

// Meant reads a text as the share taken off and as the share to pay, and returns the rate of each:
// "8.5 折 is 0.15; 8.5 % off is 0.085". A rate that is refused or warned of comes last, and the text
// says so. Meant returns "" for a text that is no share.
func (b Bounds) Meant(text string) string {
	n, ok := read(text)
	if !ok {
		return ""
	}
	off, paid := n.off(), n.paid()
	if off.rate == paid.rate {
		return off.name + " or " + paid.name + " " + b.comesTo(off.rate)
	}
	first, second := off, paid
	if n.says == sharePaid || n.says == number && n.below("10") {
		first, second = paid, off
	}
	if !b.Allows(first.rate) && b.Allows(second.rate) {
		first, second = second, first
	}
	var texts []string
	for _, r := range []reading{first, second} {
		if said := b.comesTo(r.rate); said != "" {
			texts = append(texts, r.name+" "+said)
		}
	}
	return strings.Join(texts, "; ")
}

// Usual are the bounds of a rate off goods.
var Usual = Bounds{Most: mustRate("0.9"), Warned: true}

// Folded returns the share r to pay as a shop window shows it: "8.5 折".
func Folded(r money.Rate) string { return shifted(r.String(), 1) + " 折" }

// reading is a rate with the words that it was read from.
type reading struct {
	name string
	rate string // a decimal, 0 to 1
}

// off reads the number as the share taken off.
func (n *amount) off() reading {
	percent := n.digits
	if n.below("1") && n.says != shareOff {
		percent = shifted(percent, 2)
	}
	return reading{percent + " % off", shifted(percent, -2)}
}

// paid reads the number as the share to pay.
func (n *amount) paid() reading {
	name, share := n.digits, shifted(n.digits, -1)
	switch {
	case n.below("1"):
		name, share = shifted(n.digits, 1), n.digits
	case n.below("10"), n.digits == "10" && n.says != shareOff:
	default:
		share = shifted(n.digits, -2)
		if n.says == shareOff {
			name = shifted(n.digits, -1)
		}
	}
	r, err := money.ParseRate(share)
	if err != nil {
		return reading{name + " 折", ""}
	}
	return reading{name + " 折", r.Complement().String()}
}

// Allows reports whether a text is a rate above 0 that is neither refused nor warned of.
func (b Bounds) Allows(text string) bool {
	r, err := money.ParseRate(text)
	return err == nil && !r.IsZero() && r.Compare(b.Most) <= 0 && !(b.Warned && LooksToPay(r))
}

// comesTo describes the rate of a reading; "" if it is no rate, such as one with too many
// decimals.
func (b Bounds) comesTo(text string) string {
	r, err := money.ParseRate(text)
	switch {
	case err != nil:
		return ""
	case r.IsZero():
		return "takes nothing off"
	case r.Compare(b.Most) > 0:
		return "would be " + text + ", which is above " + b.Most.String()
	case b.Warned && LooksToPay(r):
		return "would be " + text + ", of which check warns"
	}
	return "is " + text
}
