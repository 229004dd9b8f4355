package preset

import "github.com/promogate/caddy-discount/cart"

// woocommerceOrder takes what a line is worth from its subtotal: the price beside it is
// computed from the total after coupons, and not rounded.
var woocommerceOrder = &Preset{
	Name:  "woocommerce-order",
	Title: "WooCommerce, order of the REST API and its webhooks",
	Options: cart.Options{
		Prices: cart.Major,
		Map: cart.Mapping{
			Items:          cart.Paths{"line_items"},
			SKU:            cart.Paths{"sku"},
			UnitPrice:      cart.Paths{cart.Unread},
			LineTotal:      cart.Paths{"subtotal"},
			CustomerID:     cart.Paths{"customer_id"},
			Coupons:        cart.Paths{"coupon_lines.code"},
			Channel:        cart.Paths{"created_via"},
			Region:         cart.Paths{"shipping.country"},
			Shipping:       cart.Paths{"shipping_lines"},
			ShippingMethod: cart.Paths{"method_id"},
			ShippingAmount: cart.Paths{"total"},
		},
	},
}

// woocommerceStore takes the sum of the rates that are chosen as the shipping charge: the
// rates themselves are listed with those that are not chosen.
var woocommerceStore = &Preset{
	Name:  "woocommerce-store",
	Title: "WooCommerce, cart of the Store API",
	Options: cart.Options{
		Prices: cart.Minor,
		Map: cart.Mapping{
			Currency:   cart.Paths{"totals.currency_code"},
			Decimals:   cart.Paths{"totals.currency_minor_unit"},
			ID:         cart.Paths{"key"},
			SKU:        cart.Paths{"sku"},
			UnitPrice:  cart.Paths{"prices.price"},
			Attributes: cart.Paths{"variation", "attribute", "value"},
			Coupons:    cart.Paths{"coupons.code"},
			Region:     cart.Paths{"shipping_address.country"},
			Shipping:   cart.Paths{"totals.total_shipping"},
		},
	},
}
