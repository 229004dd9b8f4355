package preset

import "github.com/promogate/caddy-discount/cart"

// medusaCart is for version 2, whose amounts are major units.
var medusaCart = &Preset{
	Name:  "medusa-cart",
	Title: "Medusa 2, cart of the Store API",
	Options: cart.Options{
		Prices: cart.Major,
		Map: cart.Mapping{
			Currency:         cart.Paths{"currency_code"},
			SKU:              cart.Paths{"variant_sku"},
			Category:         cart.Paths{"product.categories.id"},
			CustomerSegments: cart.Paths{"customer.groups.id"},
			Coupons:          cart.Paths{"promotions.code"},
			Channel:          cart.Paths{"sales_channel_id"},
			Region:           cart.Paths{"region_id"},
			Shipping:         cart.Paths{"shipping_methods"},
			ShippingMethod:   cart.Paths{"name"},
		},
	},
}
