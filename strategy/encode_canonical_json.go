package strategy

// Language is the version of the strategy language that this package reads. It is in the
// canonical form, since the same text may mean something else in another version. So
// strategies of different meaning never have the same fingerprint. The first version was
// that of release 0.1, whose canonical form has no such member.
const Language = 2

// Canonical is the model as RFC 8785 JSON: keys sorted, no white space, defaults left out,
// amounts and rates as decimal strings, instants in UTC. Two texts with the same meaning
// have the same canonical form. Its SHA-256 is the fingerprint.
func (m *Model) Canonical() []byte {
	o := &object{currency: m.currency, buf: make([]byte, 0, 1024+192*(len(m.rules)+len(m.products)))}
	o.object(func(o *object) {
		m.arithmetic.encode(o)
		m.encodeCodes(o)
		m.spelling.encodeCodes(o)
		o.key("currency")
		o.text(m.currency.Code())
		encodeList(o, "discounts", m.steps, (*orderStep).encode)
		o.key("language")
		o.integer(Language)
		m.limits.encode(o)
		encodeList(o, "products", m.products, func(p *product, o *object) { p.encode(o, m.spelling.skus) })
		m.encodeQuotas(o)
		m.encodeRules(o)
		m.spelling.encodeSKUs(o)
		o.key("timezone")
		o.text(m.zone)
		m.unknown.encode(o)
		o.optional("version", m.version)
		encodeZeroPriced(o, m.zeroCounts)
	})
	return o.buf
}
