package preset

import "github.com/promogate/caddy-discount/cart"

// vendureOrder reads gross amounts before discounts. A line that is cancelled stays in
// the order with a quantity of 0.
var vendureOrder = &Preset{
	Name:  "vendure-order",
	Title: "Vendure, order of the GraphQL APIs",
	Options: cart.Options{
		Prices: cart.Minor,
		Map: cart.Mapping{
			Currency:         cart.Paths{"currencyCode"},
			Items:            cart.Paths{"lines"},
			SKU:              cart.Paths{"productVariant.sku"},
			Category:         cart.Paths{"productVariant.product.collections.slug"},
			UnitPrice:        cart.Paths{"unitPriceWithTax"},
			CustomerSegments: cart.Paths{"customer.groups.name"},
			Coupons:          cart.Paths{"couponCodes"},
			Region:           cart.Paths{"shippingAddress.countryCode"},
			Shipping:         cart.Paths{"shippingLines"},
			ShippingMethod:   cart.Paths{"shippingMethod.code"},
			ShippingAmount:   cart.Paths{"priceWithTax"},
		},
	},
}
