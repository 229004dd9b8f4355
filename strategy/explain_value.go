package strategy

import (
	"strings"
	"time"
)

// Unit is the unit of a [Value].
type Unit string

// The units of a [Value].
const (
	// UnitMinor: Number is an amount in minor units of the quote's currency.
	UnitMinor Unit = "minor"
	// UnitUnits: Number is so many units of goods.
	UnitUnits Unit = "units"
	// UnitOrders: Number is the number of an order of a customer, 1 for the first.
	UnitOrders Unit = "orders"
	// UnitUses: Number is so many orders in which a rule applies.
	UnitUses Unit = "uses"
	// UnitTime: Time is an instant, in the strategy's time zone.
	UnitTime Unit = "time"
	// UnitText: Text is a name, several names, or a phrase where there is no name.
	UnitText Unit = "text"
)

// Value is what was seen in the cart, or what is needed, as data and in words. The zero Value
// is no value.
type Value struct {
	// Unit says which of the fields below has the value; it is empty for no value.
	Unit   Unit
	Number int64
	Time   time.Time
	Text   string // several names are separated by ", "
	// Words is the value for a person, such as "at least 3 units".
	Words string

	phrase  phrase
	of      string   // the name that replaces {of}
	names   []string // the names in Text
	windows []window // the windows that open at Time
}

// String returns the value for a person.
func (v Value) String() string { return v.Words }

// minorValue is an amount in minor units.
func minorValue(amount int64, p phrase) Value {
	return Value{Unit: UnitMinor, Number: amount, phrase: p}
}

// unitsValue is a number of units of goods.
func unitsValue(n int64, p phrase) Value { return Value{Unit: UnitUnits, Number: n, phrase: p} }

// orderValue is the number of an order of a customer, 1 for the first.
func orderValue(n int64) Value { return Value{Unit: UnitOrders, Number: n, phrase: sayOrder} }

// usesValue is a number of orders in which a rule applies.
func usesValue(n int64, p phrase) Value { return Value{Unit: UnitUses, Number: n, phrase: p} }

// timeValue is an instant.
func timeValue(t time.Time, p phrase) Value { return Value{Unit: UnitTime, Time: t, phrase: p} }

// textValue is a list of names; without names the phrase is the whole text.
func textValue(p phrase, names ...string) Value {
	return Value{Unit: UnitText, Text: strings.Join(names, ", "), phrase: p, names: names}
}

// about sets the name that replaces {of} in the phrase.
func (v Value) about(name string) Value {
	v.of = name
	return v
}

// known reports whether there is a value.
func (v *Value) known() bool { return v.Unit != "" }

// shortfall is why something does not apply or gives nothing, before it is put into
// words. The zero shortfall is none.
type shortfall struct {
	reason       string // one of [Reasons]
	seen, needed Value
}
