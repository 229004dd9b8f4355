package preset

import "github.com/promogate/caddy-discount/cart"

// paypalOrder is for orders of one purchase unit. Those of several have an amount each
// and are invalid.
var paypalOrder = &Preset{
	Name:  "paypal-order",
	Title: "PayPal, order of the Orders API v2",
	Options: cart.Options{
		Prices: cart.Major,
		Map: cart.Mapping{
			Currency:   cart.Paths{"purchase_units.0.amount.currency_code"},
			Subtotal:   cart.Paths{"purchase_units.0.amount.breakdown.item_total.value"},
			Items:      cart.Paths{"purchase_units.0.items"},
			SKU:        cart.Paths{"sku"},
			Category:   cart.Paths{"category"},
			UnitPrice:  cart.Paths{"unit_amount.value"},
			CustomerID: cart.Paths{"payer.payer_id"},
			Region:     cart.Paths{"purchase_units.0.shipping.address.country_code"},
			Shipping:   cart.Paths{"purchase_units.0.amount.breakdown.shipping.value"},
		},
	},
}
