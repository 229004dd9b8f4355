package preset

import "github.com/promogate/caddy-discount/cart"

// shopifyOrder leaves line ids at their default: documentation shows some of 18 digits,
// which not every parser keeps, and a default that cannot be read is absent. A price is
// that of the shop's currency before discounts, with tax if taxes_included says so.
var shopifyOrder = &Preset{
	Name:  "shopify-order",
	Title: "Shopify, order of the REST Admin API and its webhooks",
	Options: cart.Options{
		Prices: cart.Major,
		Map: cart.Mapping{
			Items:            cart.Paths{"line_items"},
			SKU:              cart.Paths{"sku"},
			UnitPrice:        cart.Paths{"price"},
			Attributes:       cart.Paths{"properties", "name", "value"},
			CustomerSegments: cart.Paths{"customer.tags", ","},
			Coupons:          cart.Paths{"discount_codes.code"},
			Channel:          cart.Paths{"source_name"},
			Region:           cart.Paths{"shipping_address.country_code"},
			Shipping:         cart.Paths{"shipping_lines"},
			ShippingMethod:   cart.Paths{"code"},
			ShippingAmount:   cart.Paths{"price"},
		},
	},
}

// shopifyCart reads amounts of hundredths, which are minor units for currencies of two
// decimals alone: Shopify writes 1000 yen as 100000 here.
var shopifyCart = &Preset{
	Name:  "shopify-cart",
	Title: "Shopify, cart of the storefront's Ajax API (/cart.js)",
	Options: cart.Options{
		Prices: cart.Minor,
		Map: cart.Mapping{
			Subtotal:   cart.Paths{"original_total_price"},
			ID:         cart.Paths{"key"},
			SKU:        cart.Paths{"sku"},
			Category:   cart.Paths{"product_type"},
			UnitPrice:  cart.Paths{"original_price"},
			Attributes: cart.Paths{"properties"},
			Coupons:    cart.Paths{"discount_codes.code"},
		},
	},
}
