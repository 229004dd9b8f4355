package strategy

import (
	"github.com/promogate/caddy-discount/internal/rates"
	"github.com/promogate/caddy-discount/money"
)

// offer is the discount on each unit that is got: a rate or an amount off, or a price. No unit
// gets dearer.
//
//	get = { rate = 0.5 }         # free if nothing is given
//	get = { amount = 5.00 }
//	get = { unit_price = 1.00 }
type offer struct {
	kind   offerKind
	rate   money.Rate
	amount int64 // minor units: the amount off, or the price
}

type offerKind uint8

const (
	offerRate offerKind = iota
	offerAmount
	offerPrice
)

var offerKeys = [...]string{offerRate: "rate", offerAmount: "amount", offerPrice: "unit_price"}

// free is the offer where nothing else is given.
var free = offer{rate: rates.All}

func decodeOffer(s *section) offer {
	found, first := free, ""
	for kind, key := range offerKeys {
		n := s.Node.Get(key)
		if n == nil {
			s.Ask(key)
			continue
		}
		if first != "" {
			s.Ask(key)
			s.Wrong(n, key, first+" and "+key+" are both here", "write one of rate, amount and unit_price")
			continue
		}
		first = key
		found = s.decodeOfferOf(offerKind(kind))
	}
	return found
}

func (s *section) decodeOfferOf(kind offerKind) offer {
	found := offer{kind: kind}
	switch kind {
	case offerRate:
		// Up to 1: a free unit is usual here.
		found.rate, _ = s.rate("rate", rates.Bounds{Most: rates.All, Warned: true})
	case offerAmount:
		found.amount, _ = s.amount("amount", 1)
	case offerPrice:
		found.amount, _ = s.amount("unit_price", 0)
	}
	return found
}

// encode writes the offer as a member of get.
func (f *offer) encode(o *object) {
	switch {
	case f.kind != offerRate:
		o.key(offerKeys[f.kind])
		o.amount(f.amount)
	case f.rate != rates.All:
		o.key("rate")
		o.rate(f.rate)
	}
}

// give takes the offer off the units that are got.
func (f *offer) give(e *evaluation, t *target) {
	switch f.kind {
	case offerRate:
		e.giveRate(f.rate, t)
	case offerAmount:
		t.each(func(p *portion) int64 { return times(e.arith.round(f.amount), p.units) })
	case offerPrice:
		t.each(func(p *portion) int64 { return p.value - times(f.amount, p.units) })
	}
}

// forAll is the reward that gives the offer to every unit.
func (o *offer) forAll() reward {
	switch o.kind {
	case offerAmount:
		return &amountOff{amount: o.amount, per: perUnit}
	case offerPrice:
		return &unitPrice{price: o.amount}
	}
	return &percentOff{o.rate}
}
