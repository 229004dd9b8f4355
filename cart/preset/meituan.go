package preset

import "github.com/promogate/caddy-discount/cart"

// meituanOrder reads an order whose goods are JSON in a text, as Meituan writes them.
var meituanOrder = &Preset{
	Name:  "meituan-order",
	Title: "美团 (Meituan), order of the open platform as JSON",
	Options: cart.Options{
		Prices: cart.Major,
		Map: cart.Mapping{
			Items:     cart.Paths{"detail!json"},
			SKU:       cart.Paths{"app_food_code"},
			UnitPrice: cart.Paths{"price"},
			Shipping:  cart.Paths{"shipping_fee"},
		},
	},
}
