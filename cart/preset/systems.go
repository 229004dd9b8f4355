package preset

// systems are the presets of all systems.
var systems = []*Preset{
	bigcommerceCart,
	commercetoolsCart,
	litemallOrder,
	magentoOrder,
	magentoQuote,
	medusaCart,
	meituanOrder,
	odooOrder,
	paypalOrder,
	saleorOrder,
	shopifyCart,
	shopifyOrder,
	squareOrder,
	vendureOrder,
	woocommerceOrder,
	woocommerceStore,
}
