package preset

import "github.com/promogate/caddy-discount/cart"

// odooOrder reads references as the external API writes them, a list of the id and the
// name: [33, "[DESK-01] Desk"].
var odooOrder = &Preset{
	Name:  "odoo-order",
	Title: "Odoo, sale.order as the external API reads it, with its lines",
	Options: cart.Options{
		Prices: cart.Major,
		Map: cart.Mapping{
			Currency:   cart.Paths{"currency_id.1"},
			Items:      cart.Paths{"order_line"},
			SKU:        cart.Paths{"product_id.0"},
			Quantity:   cart.Paths{"product_uom_qty"},
			UnitPrice:  cart.Paths{"price_unit"},
			CustomerID: cart.Paths{"partner_id.0"},
		},
	},
}
