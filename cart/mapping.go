package cart

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// Unread is the path of a field that is not read, even if the body has a member of its default
// name.
const Unread = "-"

// Paths are where one part of the cart is: mostly one path, several for a list
// whose parts are in several places, one after the other.
//
// A path is member names joined by dots, such as "order.lines" or "product.code". A
// name with a dot in it cannot be reached.
//
//   - A path goes through lists: "fees.amount" is the amount of every element of fees.
//   - A number is a position in a list, from 0: "units.0.items". A body that is a list
//     is reached by a position alone.
//   - "*" is every value of an object, in the order written, or every element of a
//     list: "cart.items.*".
//   - "!json" behind a name reads the JSON in a text: "detail!json.lines". A path may
//     have it once.
//
// For coupons, segments and categories a last "," cuts a text at its commas. For
// attributes a second and third path are the name and the value within each element
// of a list of pairs. "-" leaves the part unread, wherever the body may have a member
// of its default name.
//
// In JSON it is a text or a list of texts.
type Paths []string

// MarshalJSON writes one path as a text and several as a list.
func (p Paths) MarshalJSON() ([]byte, error) {
	if len(p) == 1 {
		return json.Marshal(p[0])
	}
	return json.Marshal([]string(p))
}

// UnmarshalJSON reads a text or a list of texts.
func (p *Paths) UnmarshalJSON(text []byte) error {
	if string(text) == "null" {
		return nil
	}
	var one string
	if err := json.Unmarshal(text, &one); err == nil {
		*p = Paths{one}
		return nil
	}
	var several []string
	if err := json.Unmarshal(text, &several); err != nil {
		return errors.New("want a path as a text, or a list of paths")
	}
	*p = several
	return nil
}

// String is the paths as they are written in a configuration.
func (p Paths) String() string { return strings.Join(p, " ") }

// Mapping says where in a JSON body each part of the cart is. A part without paths is at its
// default. A default that conflicts with a path given here, because both are the same or one is
// inside the other, is not read. For the items and the quantity such a conflict is an error.
//
// If any path is given here, a default whose value cannot be read in full counts as absent: a
// member of that name may be something else in the sender's bodies. This does not apply to the
// currency, the items, quantities and prices.
type Mapping struct {
	// Where the ISO 4217 code of all amounts is, such as "CNY" or "cny". Default: `currency`.
	Currency Paths `json:"currency,omitempty"`
	// Where the body's own sum of the goods before discounts is. The lines have to add
	// up to it, each with a price or total of its own. Default: not read.
	Subtotal Paths `json:"subtotal,omitempty"`
	// Where the number of decimals of the currency is, such as 2. It has to be right.
	// Default: not read.
	Decimals Paths `json:"decimals,omitempty"`
	// Where the order's own name is, a text or an integer: an order that is sent again with the same
	// name is counted once in quotas. Map it only where the order service takes an order of one name
	// once. A cart in headers has it in X-Cart-Order-Id, which is read if this is mapped. Default:
	// not read.
	OrderID Paths `json:"order_id,omitempty"`
	// Where the sum is that the customer was shown as the one to pay, goods and shipping after
	// discounts, in minor or major units. The option on_price_change compares it. Default: not read.
	ExpectedPayable Paths `json:"expected_payable,omitempty"`
	// Where the lines are: a list of objects, or several of them one after the other.
	// A body without any is not a cart. Default: `items`.
	Items Paths `json:"items,omitempty"`

	// Within a line, its own name: a text or an integer. Default: `id`.
	ID Paths `json:"id,omitempty"`
	// Within a line, the article: a text or an integer. Default: `sku`.
	SKU Paths `json:"sku,omitempty"`
	// Within a line, its category, or a list of several: a text or an integer each.
	// Default: `category`.
	Category Paths `json:"category,omitempty"`
	// Within a line, its subgroup in the category: a text or an integer. Default:
	// `subgroup`.
	Subgroup Paths `json:"subgroup,omitempty"`
	// Within a line, how many units: a whole number such as 2, 2.0 or "2"; 0 is a
	// cancelled line. Default: `quantity`.
	Quantity Paths `json:"quantity,omitempty"`
	// Within a line, the price of one unit before discounts: a number or a text, in
	// minor or major units. Default: `unit_price`.
	UnitPrice Paths `json:"unit_price,omitempty"`
	// Within a line, what all its units are worth before discounts, in minor or major
	// units: in place of the price of a unit, or beside one that agrees. Default: not read.
	LineTotal Paths `json:"line_total,omitempty"`
	// Within a line, whether it is already on sale: true, false, 1 or 0. Default:
	// `reduced`.
	Reduced Paths `json:"reduced,omitempty"`
	// Within a line, its further properties: an object, or a list of pairs where two
	// further paths are their name and value in a pair. Values that are objects, lists
	// or null are passed over. Default: `attributes`.
	Attributes Paths `json:"attributes,omitempty"`

	// Where the customer's own name is: a text or an integer. Default: `customer.id`.
	CustomerID Paths `json:"customer_id,omitempty"`
	// Where the customer's tier is: a text or an integer. Default: `customer.tier`.
	CustomerTier Paths `json:"customer_tier,omitempty"`
	// Where the segments are that the customer is in: a list, or one text or integer.
	// Default: `customer.segments`.
	CustomerSegments Paths `json:"customer_segments,omitempty"`
	// Where the number of the customer's earlier orders is: a whole number. Default:
	// `customer.completed_orders`.
	CompletedOrders Paths `json:"completed_orders,omitempty"`

	// Where the coupon codes are: a list, or one text or integer. Default: `coupons`.
	Coupons Paths `json:"coupons,omitempty"`
	// Where the sales channel is: a text or an integer. Default: `channel`.
	Channel Paths `json:"channel,omitempty"`
	// Where the region is: a text or an integer. Default: `region`.
	Region Paths `json:"region,omitempty"`

	// Where the shipping charges are: a list of objects or amounts, or one of them.
	// Default: `shipping`.
	Shipping Paths `json:"shipping,omitempty"`
	// Within a shipping charge, its own name: a text or an integer. Default: `id`.
	ShippingID Paths `json:"shipping_id,omitempty"`
	// Within a shipping charge, its method: a text or an integer. Default: `method`.
	ShippingMethod Paths `json:"shipping_method,omitempty"`
	// Within a shipping charge, its amount before discounts, in minor or major units. A
	// charge must have one. Default: `amount`.
	ShippingAmount Paths `json:"shipping_amount,omitempty"`
}

// field is one part of the cart that a path leads to.
type field uint8

const (
	none field = iota
	fieldCurrency
	fieldSubtotal
	fieldDecimals
	fieldOrderID
	fieldExpectedPayable
	fieldItems
	fieldID
	fieldSKU
	fieldCategory
	fieldSubgroup
	fieldQuantity
	fieldUnitPrice
	fieldLineTotal
	fieldReduced
	fieldAttributes
	fieldCustomerID
	fieldCustomerTier
	fieldCustomerSegments
	fieldCompletedOrders
	fieldCoupons
	fieldChannel
	fieldRegion
	fieldShipping
	fieldShippingID
	fieldShippingMethod
	fieldShippingAmount
	fieldPairName
	fieldPairValue
)

// ofCustomer reports whether a field says who the customer is.
func (f field) ofCustomer() bool { return f >= fieldCustomerID && f <= fieldCompletedOrders }

// scope is what a path of the mapping starts from.
type scope uint8

const (
	inBody scope = iota
	inLine
	inCharge
	inPair // of the name and the value of an attribute
)

// entry is one field of a mapping with all there is to know of it.
type entry struct {
	key   string // its name in a configuration
	field field
	from  scope
	paths *Paths
	usual string // the default path; empty for none
}

// entries lists the mapping in the order senders usually write the fields.
func (m *Mapping) entries() []entry {
	return []entry{
		{"currency", fieldCurrency, inBody, &m.Currency, "currency"},
		{"subtotal", fieldSubtotal, inBody, &m.Subtotal, ""},
		{"decimals", fieldDecimals, inBody, &m.Decimals, ""},
		{"order_id", fieldOrderID, inBody, &m.OrderID, ""},
		{"expected_payable", fieldExpectedPayable, inBody, &m.ExpectedPayable, ""},
		{"items", fieldItems, inBody, &m.Items, "items"},
		{"id", fieldID, inLine, &m.ID, "id"},
		{"sku", fieldSKU, inLine, &m.SKU, "sku"},
		{"category", fieldCategory, inLine, &m.Category, "category"},
		{"subgroup", fieldSubgroup, inLine, &m.Subgroup, "subgroup"},
		{"quantity", fieldQuantity, inLine, &m.Quantity, "quantity"},
		{"unit_price", fieldUnitPrice, inLine, &m.UnitPrice, "unit_price"},
		{"line_total", fieldLineTotal, inLine, &m.LineTotal, ""},
		{"reduced", fieldReduced, inLine, &m.Reduced, "reduced"},
		{"attributes", fieldAttributes, inLine, &m.Attributes, "attributes"},
		{"customer_id", fieldCustomerID, inBody, &m.CustomerID, "customer.id"},
		{"customer_tier", fieldCustomerTier, inBody, &m.CustomerTier, "customer.tier"},
		{"customer_segments", fieldCustomerSegments, inBody, &m.CustomerSegments, "customer.segments"},
		{"completed_orders", fieldCompletedOrders, inBody, &m.CompletedOrders, "customer.completed_orders"},
		{"coupons", fieldCoupons, inBody, &m.Coupons, "coupons"},
		{"channel", fieldChannel, inBody, &m.Channel, "channel"},
		{"region", fieldRegion, inBody, &m.Region, "region"},
		{"shipping", fieldShipping, inBody, &m.Shipping, "shipping"},
		{"shipping_id", fieldShippingID, inCharge, &m.ShippingID, "id"},
		{"shipping_method", fieldShippingMethod, inCharge, &m.ShippingMethod, "method"},
		{"shipping_amount", fieldShippingAmount, inCharge, &m.ShippingAmount, "amount"},
	}
}

// Set sets the paths of the field a configuration calls key, such as "unit_price". It is an error
// if there is no such field, if it has been set before, or if a path is impossible by itself.
// [NewReader] checks the paths against each other.
func (m *Mapping) Set(key string, paths ...string) error {
	var keys []string
	for _, e := range m.entries() {
		if e.key != key {
			keys = append(keys, e.key)
			continue
		}
		if *e.paths != nil {
			return fmt.Errorf("%s is mapped twice, to %s and to %s", key, quote(e.paths.String()), quote(Paths(paths).String()))
		}
		if _, err := e.parse(paths); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		*e.paths = paths
		return nil
	}
	return fmt.Errorf("there is no field %s to map, only %s", quote(key), strings.Join(keys, ", "))
}

// Over returns the mapping, with the paths of other for the fields that have none.
func (m Mapping) Over(other Mapping) Mapping {
	fields, others := m.entries(), other.entries()
	for i := range fields {
		if *fields[i].paths == nil {
			*fields[i].paths = *others[i].paths
		}
	}
	return m
}
