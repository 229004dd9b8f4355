package preset

import "github.com/promogate/caddy-discount/cart"

// commercetoolsCart takes the price before a product discount, which is beside it as
// price.discounted. Carts have one shipping, or a list of them in the mode for several.
var commercetoolsCart = &Preset{
	Name:  "commercetools-cart",
	Title: "commercetools, cart of the HTTP API",
	Options: cart.Options{
		Prices: cart.Minor,
		Map: cart.Mapping{
			Currency:       cart.Paths{"totalPrice.currencyCode"},
			Decimals:       cart.Paths{"totalPrice.fractionDigits"},
			Items:          cart.Paths{"lineItems"},
			SKU:            cart.Paths{"variant.sku"},
			UnitPrice:      cart.Paths{"price.value.centAmount"},
			Attributes:     cart.Paths{"variant.attributes", "name", "value"},
			CustomerID:     cart.Paths{"customerId"},
			CustomerTier:   cart.Paths{"customerGroup.id"},
			Coupons:        cart.Paths{"discountCodes.discountCode.obj.code"},
			Channel:        cart.Paths{"store.key"},
			Region:         cart.Paths{"country"},
			Shipping:       cart.Paths{"shippingInfo", "shipping.shippingInfo"},
			ShippingMethod: cart.Paths{"shippingMethodName"},
			ShippingAmount: cart.Paths{"price.centAmount"},
		},
	},
}
