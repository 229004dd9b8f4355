// Package cart is the model of what a customer is about to buy, and reads it from a request: from a
// JSON body in any shape, or from headers. It does not depend on HTTP handlers, promotions, files
// or clocks.
package cart

import (
	"strconv"
	"strings"

	"github.com/promogate/caddy-discount/money"
)

// Cart is what a quote is computed on. All amounts are minor units of Currency. Strings but the
// currency may share memory with the bytes they were read from, so a cart must not be used after
// its request.
type Cart struct {
	// Currency is the ISO 4217 code the cart states, empty if it states none. It is in memory of its
	// own.
	Currency string
	// Lines are the goods in the order the request gave them. A cart known
	// only by its sums has one line and Sums set.
	Lines []Line
	// Sums marks a cart of which only the subtotal and the number of units are
	// known; its one line has no SKU and no unit price.
	Sums     bool
	Customer Customer
	Coupons  []string
	Channel  string
	Region   string
	Shipping []Charge
	// OrderID is the sender's name for the order, by which a repeated order is known; may be empty.
	OrderID string
	// ExpectedPayable is what the customer was shown as the sum to pay, goods and shipping after
	// discounts, in minor units. It is meaningful if HasExpectedPayable is set.
	ExpectedPayable    int64
	HasExpectedPayable bool

	// The memory below stays with the cart, since callers keep the cart from one request to the
	// next. attributes backs the Attributes of all lines, and texts their MoreCategories. chunks
	// notes which of several paths the parts of lists came from. names is the memory of the check
	// for duplicate names.
	attributes []Attribute
	texts      []string
	chunks     []chunk
	names      seenNames
}

// NoPrice is the unit price of a line that states none; a catalogue may know it.
const NoPrice int64 = -1

// Line is one position of goods.
type Line struct {
	ID       string // the sender's name for the line; may be empty
	SKU      string // may be empty
	Category string // the first of its categories; may be empty
	// MoreCategories are its further categories. The article is in all of them.
	MoreCategories []string
	Subgroup       string
	// Quantity is how many units there are. A line of 0 is cancelled: it keeps its
	// position, is worth nothing and gets nothing. It is 1 where Weight is set.
	Quantity int64
	// Weight is a quantity that is no whole number, such as 0.5 kg. The line then
	// counts as one unit that cannot be divided. It is zero for other lines.
	Weight Decimal
	// UnitPrice is the price of one unit before discounts, in minor units, or
	// NoPrice.
	UnitPrice int64
	// HasTotal says that the sender states what the whole line is worth before
	// discounts, which is Subtotal then: its units share it evenly, odd minor units on
	// the first ones. UnitPrice may be NoPrice, or is within half a minor unit of each
	// unit's part.
	HasTotal bool
	// Subtotal is what the line is worth before discounts, in minor units, at most
	// money.Max: the total stated, else Quantity × UnitPrice, or Weight × UnitPrice
	// rounded half up. It is zero for a line without units, and where neither a total
	// nor a price is stated, except in a cart of sums, where it is the sum.
	Subtotal int64
	// Reduced marks goods that are already on sale.
	Reduced    bool
	Attributes []Attribute
}

// Attribute is one further property of a line, such as caffeine_mg = 95.
type Attribute struct {
	Name string
	// Text is the JSON text of a scalar value as it was sent, strings without
	// their quotes and escapes.
	Text string
	Kind Kind
}

// Kind is the JSON type of an attribute's value.
type Kind uint8

// The kinds of attributes.
const (
	Text Kind = iota
	Number
	Bool
)

// Decimal is Digits × 10^-Places, above zero where it is set.
type Decimal struct {
	Digits int64 // at most 17 of them
	Places uint8 // at most 18
}

// IsZero reports whether the number is not set.
func (d Decimal) IsZero() bool { return d.Digits == 0 }

// String is the number as a decimal, such as 0.5.
func (d Decimal) String() string {
	digits := strconv.FormatInt(d.Digits, 10)
	places := int(d.Places)
	if places == 0 {
		return digits
	}
	if missing := places + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	return digits[:len(digits)-places] + "." + digits[len(digits)-places:]
}

// Of is the number times a price in minor units, rounded half up to minor units. It reports false
// if that is above [money.Max].
func (d Decimal) Of(price int64) (int64, bool) {
	return money.Scale(price, d.Digits, d.Places)
}

// Customer is who is buying.
type Customer struct {
	ID       string
	Tier     string
	Segments []string
	// CompletedOrders counts earlier orders; -1 when the cart does not say.
	CompletedOrders int64
}

// Charge is one shipping charge, in minor units.
type Charge struct {
	ID     string
	Method string
	Amount int64
}

// keep is how many attributes, texts, chunks or names Reset keeps memory for, so that one unusual
// request does not occupy memory for all later ones.
const keep = 4096

// Reset empties the cart for the next request and keeps its memory, up to a bound. Slices of the
// old cart, such as Attributes, may change afterwards.
func (c *Cart) Reset() {
	clear(c.Lines)
	clear(c.Coupons)
	clear(c.Shipping)
	clear(c.Customer.Segments)
	clear(c.attributes)
	clear(c.texts)
	if cap(c.attributes) > keep {
		c.attributes = nil
	}
	if cap(c.texts) > keep {
		c.texts = nil
	}
	if cap(c.chunks) > keep {
		c.chunks = nil
	}
	c.names.reset(keep)
	*c = Cart{
		Lines:      c.Lines[:0],
		Coupons:    c.Coupons[:0],
		Shipping:   c.Shipping[:0],
		Customer:   Customer{Segments: c.Customer.Segments[:0], CompletedOrders: -1},
		attributes: c.attributes[:0],
		texts:      c.texts[:0],
		chunks:     c.chunks[:0],
		names:      c.names,
	}
}

// Invalid says why something that looks like a cart cannot be trusted. It is
// meant for the person who sent it.
type Invalid struct {
	// Pointer is the position as a JSON Pointer (RFC 6901) into the body, or the name of a header.
	// It has no unprintable characters and at most 256 bytes. If the pointer to a value would break
	// these rules, it leads to the nearest value around it that can be named. The empty pointer is
	// the whole body.
	Pointer string
	// Reason says what was seen, shortened and safe to print, and what was
	// wanted.
	Reason string
	// Detail is what the reason is made of. It may be empty.
	Detail Detail

	cause error
}

// Unwrap is the error of another package about a text that is not JSON; nil for other reasons.
func (e *Invalid) Unwrap() error { return e.cause }

func (e *Invalid) Error() string {
	if e.Pointer == "" {
		return "cart: " + e.Reason
	}
	return "cart: " + e.Pointer + ": " + e.Reason
}
