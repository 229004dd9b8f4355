package strategy

import (
	"strings"
	"time"
)

// Unit says what a [Value] is in.
type Unit string

// The units of a [Value].
const (
	// UnitMinor: Number is an amount in minor units of the quote's currency.
	UnitMinor Unit = "minor"
	// UnitUnits: Number is so many units of goods.
	UnitUnits Unit = "units"
	// UnitOrders: Number is the number of an order of a customer, 1 for the first.
	UnitOrders Unit = "orders"
	// UnitTime: Time is an instant, in the strategy's time zone.
	UnitTime Unit = "time"
	// UnitText: Text is a name, several names, or a phrase where there is no name.
	UnitText Unit = "text"
)

// Value is what a reason is about, as data and in words: what was seen in the cart,
// or what is needed. The zero Value says nothing.
type Value struct {
	// Unit says which of the fields below has the value; it is empty where there is
	// nothing to say.
	Unit   Unit
	Number int64
	Time   time.Time
	Text   string // several names are separated by ", "
	// Words is the value for a person, such as "at least 3 units".
	Words string

	phrase  phrase
	of      string   // the name of what else the phrase is about
	names   []string // of Text
	windows []window // of Time, where it is the next opening of these
}

// String returns the value for a person.
func (v Value) String() string { return v.Words }

// minor is an amount.
func minorValue(amount int64, p phrase) Value {
	return Value{Unit: UnitMinor, Number: amount, phrase: p}
}

// units are so many units of goods.
func unitsValue(n int64, p phrase) Value { return Value{Unit: UnitUnits, Number: n, phrase: p} }

// order is the number of an order of a customer.
func orderValue(n int64) Value { return Value{Unit: UnitOrders, Number: n, phrase: sayOrder} }

// instant is a moment.
func timeValue(t time.Time, p phrase) Value { return Value{Unit: UnitTime, Time: t, phrase: p} }

// texts are names; without any the phrase says it all.
func textValue(p phrase, names ...string) Value {
	return Value{Unit: UnitText, Text: strings.Join(names, ", "), phrase: p, names: names}
}

// about adds the name that the phrase has in place of {of}.
func (v Value) about(name string) Value {
	v.of = name
	return v
}

// known reports whether there is something to say.
func (v *Value) known() bool { return v.Unit != "" }

// shortfall is why something does not apply or gives nothing, before it is put into
// words. The zero shortfall is none.
type shortfall struct {
	reason       string // one of [Reasons]
	seen, needed Value
}
