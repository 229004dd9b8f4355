package preset

import "github.com/promogate/caddy-discount/cart"

// saleorOrder is for the payload Saleor sends to a webhook without a subscription query:
// a list of one order. What a query asks for has the shape of the query.
var saleorOrder = &Preset{
	Name:  "saleor-order",
	Title: "Saleor, order of the webhooks without a subscription query",
	Options: cart.Options{
		Prices: cart.Major,
		Map: cart.Mapping{
			Currency:  cart.Paths{"0.channel.currency_code"},
			Items:     cart.Paths{"0.lines"},
			SKU:       cart.Paths{"product_sku"},
			UnitPrice: cart.Paths{"undiscounted_unit_price_gross_amount"},
			Channel:   cart.Paths{"0.channel.slug"},
			Region:    cart.Paths{"0.shipping_address.country"},
			Shipping:  cart.Paths{"0.shipping_price_gross_amount"},
		},
	},
}
