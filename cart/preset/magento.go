package preset

import "github.com/promogate/caddy-discount/cart"

// magentoQuote reads no shipping: a quote has the method that is chosen, but not its
// amount.
var magentoQuote = &Preset{
	Name:  "magento-quote",
	Title: "Magento and Adobe Commerce, cart of the REST API (/V1/carts/mine)",
	Options: cart.Options{
		Prices: cart.Major,
		Map: cart.Mapping{
			Currency:     cart.Paths{"currency.quote_currency_code"},
			ID:           cart.Paths{"item_id"},
			SKU:          cart.Paths{"sku"},
			Quantity:     cart.Paths{"qty"},
			UnitPrice:    cart.Paths{"price"},
			CustomerTier: cart.Paths{"customer.group_id"},
			Coupons:      cart.Paths{"coupon_code"},
			Channel:      cart.Paths{"store_id"},
			Shipping:     cart.Paths{cart.Unread},
		},
	},
}

// magentoOrder takes what a line is worth from its row total, since a price without tax may be
// rounded. It compares the sum of all lines with the order's subtotal: the parts of a bundle may
// have prices of their own beside that of the bundle.
var magentoOrder = &Preset{
	Name:  "magento-order",
	Title: "Magento and Adobe Commerce, order of the REST API (/V1/orders)",
	Options: cart.Options{
		Prices: cart.Major,
		Map: cart.Mapping{
			Currency:     cart.Paths{"order_currency_code"},
			Subtotal:     cart.Paths{"subtotal"},
			ID:           cart.Paths{"item_id"},
			SKU:          cart.Paths{"sku"},
			Quantity:     cart.Paths{"qty_ordered"},
			UnitPrice:    cart.Paths{cart.Unread},
			LineTotal:    cart.Paths{"row_total"},
			CustomerID:   cart.Paths{"customer_id"},
			CustomerTier: cart.Paths{"customer_group_id"},
			Coupons:      cart.Paths{"coupon_code"},
			Channel:      cart.Paths{"store_id"},
			Shipping:     cart.Paths{"shipping_amount"},
		},
	},
}
