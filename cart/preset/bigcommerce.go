package preset

import "github.com/promogate/caddy-discount/cart"

// bigcommerceCart reads all lists that hold goods; gift certificates are none.
var bigcommerceCart = &Preset{
	Name:  "bigcommerce-cart",
	Title: "BigCommerce, cart of the REST Management API",
	Options: cart.Options{
		Prices: cart.Major,
		Map: cart.Mapping{
			Currency:   cart.Paths{"currency.code"},
			Items:      cart.Paths{"line_items.physical_items", "line_items.digital_items", "line_items.custom_items"},
			SKU:        cart.Paths{"sku"},
			UnitPrice:  cart.Paths{"list_price"},
			Attributes: cart.Paths{"options", "name", "value"},
			CustomerID: cart.Paths{"customer_id"},
			Coupons:    cart.Paths{"coupons.code"},
			Channel:    cart.Paths{"channel_id"},
			Shipping:   cart.Paths{cart.Unread},
		},
	},
}
