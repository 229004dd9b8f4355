package cart

import (
	"fmt"
	"strings"
)

// Unread as a path leaves a field unread, wherever the body may have a member
// of its default name.
const Unread = "-"

// Mapping says where in a JSON body each part of the cart is: a path of member
// names joined by dots, such as "order.lines" or "product.code". A name with a
// dot in it cannot be reached. An empty path is the default; "-" leaves the
// field unread. A default that is in the way of a path given here (because it
// is the same place, or one is inside the other) gives way and is not read.
type Mapping struct {
	// Where the ISO 4217 code of all amounts is, such as "CNY". Default: `currency`.
	Currency string `json:"currency,omitempty"`
	// Where the array of lines is. A body without it is not a cart. Default: `items`.
	Items string `json:"items,omitempty"`

	// Within a line, its own name: a string or an integer. Default: `id`.
	ID string `json:"id,omitempty"`
	// Within a line, the article: a string or an integer. Default: `sku`.
	SKU string `json:"sku,omitempty"`
	// Within a line, its category. Default: `category`.
	Category string `json:"category,omitempty"`
	// Within a line, its subgroup in the category. Default: `subgroup`.
	Subgroup string `json:"subgroup,omitempty"`
	// Within a line, how many units: a plain integer, at least 1. Default: `quantity`.
	Quantity string `json:"quantity,omitempty"`
	// Within a line, the price of one unit before discounts, in minor or major
	// units. Default: `unit_price`.
	UnitPrice string `json:"unit_price,omitempty"`
	// Within a line, whether it is already on sale: true or false. Default: `reduced`.
	Reduced string `json:"reduced,omitempty"`
	// Within a line, an object of further properties. Those that are objects,
	// arrays or null are passed over. Default: `attributes`.
	Attributes string `json:"attributes,omitempty"`

	// Where the customer's name is: a string or an integer. Default: `customer.id`.
	CustomerID string `json:"customer_id,omitempty"`
	// Where the customer's tier is. Default: `customer.tier`.
	CustomerTier string `json:"customer_tier,omitempty"`
	// Where the array of segments the customer is in is. Default: `customer.segments`.
	CustomerSegments string `json:"customer_segments,omitempty"`
	// Where the number of the customer's earlier orders is. Default: `customer.completed_orders`.
	CompletedOrders string `json:"completed_orders,omitempty"`

	// Where the array of coupon codes is. Default: `coupons`.
	Coupons string `json:"coupons,omitempty"`
	// Where the sales channel is. Default: `channel`.
	Channel string `json:"channel,omitempty"`
	// Where the region is. Default: `region`.
	Region string `json:"region,omitempty"`

	// Where the array of shipping charges is. Default: `shipping`.
	Shipping string `json:"shipping,omitempty"`
	// Within a shipping charge, its own name: a string or an integer. Default: `id`.
	ShippingID string `json:"shipping_id,omitempty"`
	// Within a shipping charge, its method. Default: `method`.
	ShippingMethod string `json:"shipping_method,omitempty"`
	// Within a shipping charge, its amount, in minor or major units; a charge
	// must have one. Default: `amount`.
	ShippingAmount string `json:"shipping_amount,omitempty"`
}

// field is one part of the cart that a path leads to.
type field uint8

const (
	none field = iota
	fieldCurrency
	fieldItems
	fieldID
	fieldSKU
	fieldCategory
	fieldSubgroup
	fieldQuantity
	fieldUnitPrice
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
)

// place is what a path of the mapping starts from.
type place uint8

const (
	inBody place = iota
	inLine
	inCharge
)

// entry is one field of a mapping with all there is to know of it.
type entry struct {
	key   string // its name in a configuration
	field field
	from  place
	path  *string
	usual string // the default path
}

// entries lists the mapping in the order senders usually write the fields.
func (m *Mapping) entries() []entry {
	return []entry{
		{"currency", fieldCurrency, inBody, &m.Currency, "currency"},
		{"items", fieldItems, inBody, &m.Items, "items"},
		{"id", fieldID, inLine, &m.ID, "id"},
		{"sku", fieldSKU, inLine, &m.SKU, "sku"},
		{"category", fieldCategory, inLine, &m.Category, "category"},
		{"subgroup", fieldSubgroup, inLine, &m.Subgroup, "subgroup"},
		{"quantity", fieldQuantity, inLine, &m.Quantity, "quantity"},
		{"unit_price", fieldUnitPrice, inLine, &m.UnitPrice, "unit_price"},
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

// Set sets the path of the field a configuration calls key, such as
// "unit_price". It is an error if there is no such field, if it has been set
// before, or if the path is impossible by itself; what paths are to each other
// is for [NewReader] to judge.
func (m *Mapping) Set(key, path string) error {
	var keys []string
	for _, e := range m.entries() {
		if e.key != key {
			keys = append(keys, e.key)
			continue
		}
		if *e.path != "" {
			return fmt.Errorf("%s is mapped twice, to %s and to %s", key, quote(*e.path), quote(path))
		}
		if _, err := split(path); err != nil {
			return fmt.Errorf("%s: %w", key, err)
		}
		*e.path = path
		return nil
	}
	return fmt.Errorf("there is no field %s to map, only %s", quote(key), strings.Join(keys, ", "))
}
