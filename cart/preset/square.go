package preset

import "github.com/promogate/caddy-discount/cart"

// squareOrder reads requests and answers of the Orders API. The currency of an order is read from
// its total, which a request does not have. The currency of a line is not read, since each line
// states its own.
var squareOrder = &Preset{
	Name:  "square-order",
	Title: "Square, order of the Orders API (CreateOrder)",
	Options: cart.Options{
		Prices: cart.Minor,
		Map: cart.Mapping{
			Currency:   cart.Paths{"order.total_money.currency"},
			Items:      cart.Paths{"order.line_items"},
			ID:         cart.Paths{"uid"},
			SKU:        cart.Paths{"catalog_object_id"},
			UnitPrice:  cart.Paths{"base_price_money.amount"},
			Attributes: cart.Paths{"metadata"},
			CustomerID: cart.Paths{"order.customer_id"},
			Channel:    cart.Paths{"order.source.name"},
		},
	},
}
