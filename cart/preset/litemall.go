package preset

import "github.com/promogate/caddy-discount/cart"

// litemallOrder reads the goods of a checkout, of an order's page and of an order in a
// list, bare or in the data of an answer. A body has one of these lists.
var litemallOrder = &Preset{
	Name:  "litemall-order",
	Title: "litemall, checkout and order of the wx API",
	Options: cart.Options{
		Prices: cart.Major,
		Map: cart.Mapping{
			Items:     cart.Paths{"checkedGoodsList", "orderGoods", "goodsList", "data.checkedGoodsList", "data.orderGoods"},
			SKU:       cart.Paths{"goodsSn"},
			Quantity:  cart.Paths{"number"},
			UnitPrice: cart.Paths{"price"},
			Shipping: cart.Paths{"freightPrice", "orderInfo.freightPrice", "data.freightPrice",
				"data.orderInfo.freightPrice"},
		},
	},
}
