package mapping

import (
	"slices"
	"strings"
)

// role is what a member of an order may be, with the names that shop systems give it.
type role struct {
	key string
	// names are the names of the role, each with how sure it is: 100 is the usual name.
	names map[string]int
	// own are names that say so only of a member of the line or order itself, and not
	// of one further down.
	own map[string]int
	// never are words of names that are something else.
	never []string
	// joins has parts of names that are put together fit, too. endings changes the score by the
	// last word.
	joins   bool
	endings map[string]int
	// carriers are names below the one that says what it is, such as "value" in
	// "unit_amount.value".
	carriers bool

	phrases []phrase // the names
	others  []string // never, with a space before and after each
}

// phrase is a name with a space before and after it.
type phrase struct {
	padded string
	words  int
	weight int
}

// newRole prepares what is looked for in every name.
func newRole(r role) role {
	for name, weight := range r.names {
		r.phrases = append(r.phrases, phrase{pad(name), strings.Count(name, " "), weight})
	}
	for _, word := range r.never {
		r.others = append(r.others, pad(word))
	}
	return r
}

// carriers are the names of the members of an amount that contain its number.
var carriers = map[string]bool{
	"amount": true, "value": true, "number": true, "cent amount": true, "cents": true, "minor": true, "major": true,
	"gross": true, "net": true, "money": true, "shop money": true, "amount minor": true, "minor amount": true,
	"minor units": true, "fractional": true, "raw": true, "with tax": true, "current": true,
	"amount in cents": true, "jine": true, "金额": true,
}

var quantityRole = newRole(role{
	key: "quantity", carriers: true,
	names: map[string]int{
		"quantity": 100, "qty": 100, "order quantity": 100, "quantity ordered": 100, "ordered quantity": 100,
		"qty ordered": 100, "ordered qty": 100, "order qty": 100, "item quantity": 98, "product quantity": 98,
		"product uom qty": 100, "product qty": 98, "quantity value": 90, "qty value": 90, "product uom quantity": 98,
		"buy num": 92, "buy number": 92, "buy count": 92, "goods num": 92, "goods number": 92, "goods count": 92,
		"goods quantity": 95, "product num": 90, "product count": 92, "item num": 88, "item count": 85, "sku num": 90,
		"sku count": 90, "order num": 70, "food num": 85, "quant": 80, "count": 82, "num": 80, "number": 72,
		"units": 80, "unit count": 80, "number of units": 85, "no of units": 80, "pieces": 80, "pcs": 80, "piece": 70,
		"amount": 42, "copies": 60, "nums": 75, "how many": 60,
		"menge": 95, "anzahl": 95, "stueckzahl": 90, "stückzahl": 90, "cantidad": 95, "quantite": 95, "quantité": 95,
		"qte": 90, "quantidade": 95, "qtd": 90, "quantita": 95, "quantità": 95, "aantal": 95, "antal": 95, "ilosc": 90,
		"ilość": 90, "miktar": 90, "adet": 90, "kolichestvo": 90, "jumlah": 85, "suryo": 80, "数量": 95, "件数": 85, "個数": 85,
		"shuliang": 95, "shu liang": 95, "shul": 60, "jianshu": 80, "fenshu": 75, "수량": 90,
	},
	never: []string{
		"refunded", "refund", "cancelled", "canceled", "cancel", "shipped", "invoiced", "returned", "return", "available",
		"stock", "inventory", "max", "min", "limit", "step", "backordered", "reserved", "fulfillable", "fulfilled",
		"delivered", "received", "free", "picked", "packed", "remaining", "left", "discount", "price", "total", "tax",
		"code", "id", "per", "current", "precision", "digits", "decimals", "phone", "weight", "invoice", "serial", "sn",
	},
})

var priceRole = newRole(role{
	key: "unit_price", carriers: true,
	names: map[string]int{
		"unit price": 100, "price unit": 100, "unit amount": 98, "price per unit": 100, "item price": 96, "price each": 98,
		"each price": 96, "single price": 96, "unit cost": 70, "piece price": 95, "price": 95, "prices price": 94,
		"sku price": 93, "product price": 94, "goods price": 94, "food price": 92, "unit value": 80, "unit net price": 90,
		"base price": 82, "base price money": 90, "price money": 90, "list price": 84, "sale price": 83, "selling price": 88,
		"sell price": 88, "sales price": 88, "shop price": 88, "retail price": 85, "final price": 80, "actual price": 80,
		"real price": 80, "current price": 82, "deal price": 78, "original price": 76, "origin price": 76, "regular price": 74,
		"normal price": 78, "full price": 78, "purchase price": 78, "price amount": 92, "rate": 70, "price list rate": 60,
		"unit rate": 75, "amount": 45, "value": 30, "member price": 55, "vip price": 50, "market price": 35, "cost": 40,
		"price gross": 94, "price net": 80, "gross price": 92, "net price": 78, "unit gross price": 98, "each": 50,
		"preis": 95, "einzelpreis": 100, "stueckpreis": 98, "stückpreis": 98, "precio": 95, "precio unitario": 100, "prix": 95,
		"prix unitaire": 100, "preco": 95, "preço": 95, "preco unitario": 100, "prezzo": 95, "prezzo unitario": 100,
		"prijs": 95, "stukprijs": 98, "pris": 90, "cena": 90, "fiyat": 90, "birim fiyat": 98, "harga": 90, "tanka": 80,
		"单价": 100, "價格": 95, "价格": 95, "售价": 95, "单品价": 95, "単価": 98, "가격": 90, "단가": 98,
		"danjia": 100, "dan jia": 100, "jiage": 95, "jia ge": 95, "shoujia": 92, "xianjia": 80, "yuanjia": 75,
	},
	never: []string{
		"tax", "vat", "discount", "discounts", "discounted", "discounting", "total", "totals", "subtotal", "sum", "shipping",
		"delivery", "freight", "weight", "points", "point", "fee", "deposit", "commission", "refund", "old", "was", "compare",
		"msrp", "quantity", "qty", "type", "id", "currency", "code", "formatted", "precision", "decimals", "digits", "include",
		"includes", "included", "incl", "margin", "min", "max", "promotion", "coupon", "adjustment", "adjustments", "exchange",
		"percent", "percentage", "range", "set id", "rule", "version", "raw", "premium", "tier", "presentment", "paid", "pay",
		"prorated", "proration", "saving", "savings", "cost price", "shares", "rows", "row", "line total", "fraction",
	},
})

var totalRole = newRole(role{
	key: "line_total", carriers: true,
	names: map[string]int{
		"subtotal": 100, "sub total": 100, "line subtotal": 100, "row total": 95, "line total": 92, "item total": 90,
		"item subtotal": 96, "subtotal price": 92, "price subtotal": 95, "total price": 84, "price total": 80,
		"total": 74, "line price": 84, "line amount": 84, "total amount": 78, "amount total": 78, "amount": 66,
		"line item price": 80, "line item cost": 85, "line item total": 88, "extended price": 88, "extended amount": 88, "extended list price": 90, "gross sales money": 92,
		"gross sales": 92, "total money": 70, "sum": 70, "line gross": 75, "line value": 72, "product total": 80,
		"goods total price": 85, "goods amount": 80, "item amount": 80, "net amount": 50, "line total price": 90,
		"variation total price money": 94, "original total": 85, "total list price": 88, "line cost": 60,
		"gesamt": 75, "gesamtpreis": 85, "summe": 75, "zeilensumme": 85, "importe": 80, "montant": 75, "sous total": 95,
		"totale": 75, "小计": 98, "小計": 98, "总价": 85, "金额": 70, "合计": 75, "xiaoji": 98, "xiao ji": 98, "zongjia": 85,
		"zongjine": 80, "jine": 70, "line discounted total": 10,
	},
	never: []string{
		"tax", "vat", "taxes", "discount", "discounts", "discounted", "final", "paid", "pay", "refund", "refunded", "shipping",
		"delivery", "weight", "points", "commission", "quantity", "qty", "type", "id", "code", "currency", "count", "unit",
		"formatted", "precision", "decimals", "fee", "deposit", "presentment", "promotion", "coupon", "after", "number",
		"adjustment", "adjustments", "raw",
	},
})

var skuRole = newRole(role{
	key: "sku",
	names: map[string]int{
		"sku": 100, "variant sku": 100, "product sku": 100, "item sku": 98, "seller sku": 96, "sku code": 97, "sku no": 95,
		"goods sku": 95, "merchant sku": 95, "product variant sku": 100, "sku number": 95, "sku sn": 92, "stock code": 82,
		"article number": 90, "article no": 90, "article": 74, "item code": 92, "product code": 92, "goods sn": 90,
		"goods code": 90, "product number": 88, "product no": 86, "item number": 84, "item no": 82, "part number": 86,
		"model number": 70, "product sn": 86, "product reference": 84, "reference": 60, "goods no": 86, "mpn": 66,
		"sku id": 84, "outer sku id": 92, "outer id": 74, "outer item id": 72, "variant code": 96, "ref id": 72, "variant id": 66, "variation id": 58, "product id": 70, "goods id": 68, "spu id": 50, "spec id": 50,
		"article id": 70, "food id": 66, "app food code": 90, "food code": 88, "dish id": 66, "dish code": 84,
		"catalog object id": 72, "product variant id": 66, "offer id": 64, "plu": 75, "asin": 80, "material": 60,
		"barcode": 64, "bar code": 64, "ean": 64, "upc": 64, "gtin": 64, "isbn": 64, "ean13": 64, "merchandise id": 66,
		"model": 40, "product": 45, "item": 40, "product slug": 50, "artikel": 74, "artikelnummer": 92, "artikelnr": 90,
		"artnr": 88, "referencia": 70, "codigo": 72, "código": 72, "codice": 72, "ref": 60, "商品编码": 95, "商品编号": 93,
		"货号": 90, "商品id": 70, "品番": 85, "shangpinbianma": 95, "shangpin bianma": 95, "shangpin bianhao": 93,
		"shangpinbianhao": 93, "bianma": 85, "bianhao": 82, "huohao": 90, "shangpin id": 68, "shangpinid": 68,
		"price product": 72, "price product id": 74, "price id": 44,
	},
	own:   map[string]int{"code": 72, "id": 34, "external id": 50, "name": 14, "title": 13, "product name": 14, "goods name": 13, "mingcheng": 12, "key": 20},
	never: []string{"category", "categories", "order", "cart", "quote", "price", "prices", "tax", "type", "currency", "customer", "attribute", "attributes", "option", "parent", "discount", "promotion", "coupon", "shipping", "image", "group", "brand", "vendor", "status", "store", "warehouse", "unit"},
})

var idRole = newRole(role{
	key: "id",
	own: map[string]int{
		"id": 100, "line id": 96, "line item id": 96, "item id": 90, "order item id": 94, "order line id": 94, "cart item id": 92,
		"row id": 90, "uid": 86, "key": 70, "uuid": 84, "guid": 82, "line number": 80, "line no": 80, "position": 60, "rec id": 70,
		"quote item id": 80, "detail id": 80, "order detail id": 85, "cart id": 60, "line": 55, "pos": 50, "idx": 50, "lfd nr": 50,
	},
})

var categoryRole = newRole(role{
	key: "category",
	names: map[string]int{
		"category": 100, "categories": 96, "category slug": 92, "categories slug": 88, "category code": 91, "categories code": 87,
		"category name": 90, "categories name": 86, "category id": 88, "categories id": 85, "category ids": 86, "item group": 90,
		"product category": 94, "item category": 94, "cat id": 82, "cate id": 82, "cate name": 84, "goods type": 66,
		"product group": 76, "department": 62, "category key": 88, "category path": 60, "catalog": 40, "cid": 50, "class": 45,
		"kategorie": 92, "warengruppe": 90, "categoria": 92, "categorie": 92, "catégorie": 92, "分类": 92, "类目": 92, "品类": 92,
		"fenlei": 92, "leibie": 90, "leimu": 92, "fenleiid": 84, "fenlei id": 84,
	},
	never: []string{"tax", "parent", "type id", "image", "url"},
})

var subgroupRole = newRole(role{
	key: "subgroup",
	names: map[string]int{
		"subgroup": 100, "sub group": 100, "subcategory": 90, "sub category": 90, "subcategory id": 80, "sub category id": 80,
		"subcategory name": 84, "product family": 66,
	},
})

var reducedRole = newRole(role{
	key: "reduced",
	names: map[string]int{
		"reduced": 100, "on sale": 96, "is on sale": 96, "is sale": 94, "sale": 72, "is reduced": 98, "reduced price": 60,
		"is clearance": 84, "clearance": 80, "is special": 72, "special": 50, "is promo": 70, "is promotional": 70, "promotional": 55,
		"is discounted": 80, "discounted": 70, "markdown": 70, "is markdown": 75, "special offer": 70, "is special offer": 75,
		"reduziert": 95, "soldes": 80, "rebajado": 85, "en oferta": 80, "特价": 85, "促销": 70, "tejia": 85, "is tejia": 85, "cuxiao": 65,
	},
})

var currencyRole = newRole(role{
	key: "currency",
	names: map[string]int{
		"currency": 100, "currency code": 100, "order currency": 97, "order currency code": 98, "quote currency code": 97,
		"iso currency code": 96, "currency iso code": 96, "transaction currency": 94, "currency iso": 94, "currency id": 84,
		"store currency": 82, "store currency code": 82, "base currency": 74, "base currency code": 74, "global currency code": 60,
		"presentment currency": 56, "shop currency": 80, "customer currency": 84, "price currency": 84, "currency name": 80,
		"ccy": 80, "cur": 60, "waehrung": 92, "währung": 92, "devise": 88, "moneda": 90, "moeda": 90, "valuta": 88, "monnaie": 85,
		"币种": 95, "货币": 92, "通貨": 92, "bizhong": 95, "huobi": 88, "currencycode": 98, "money type": 60,
	},
	never: []string{"symbol", "rate", "decimal", "prefix", "suffix", "minor", "payment", "refund", "tax"},
})

var decimalsRole = newRole(role{
	key: "decimals",
	names: map[string]int{
		"currency minor unit": 100, "minor unit": 80, "fraction digits": 96, "currency decimals": 98, "currency decimal places": 98,
		"currency precision": 90, "currency exponent": 92, "decimal places": 70, "decimals": 66, "minor units": 70, "currency digits": 92,
	},
})

var subtotalRole = newRole(role{
	key: "subtotal", carriers: true,
	names: map[string]int{
		"subtotal": 100, "sub total": 100, "items total": 98, "item total": 98, "items subtotal": 98, "item subtotal": 98,
		"goods total": 96, "goods amount": 95, "goods total price": 98, "goods price": 90, "goods total amount": 96, "total items": 96,
		"cart amount": 92, "total line items price": 98, "products total": 95, "product total": 92, "total products": 92,
		"product amount": 88, "merchandise total": 95, "merchandise subtotal": 97, "item amount": 88,
		"items amount": 90, "amount subtotal": 97, "cart subtotal": 97, "order subtotal": 97, "lines total": 92, "line total": 84,
		"total goods": 92, "gross sales": 70, "price subtotal": 88, "original price": 55, "original total": 94, "original total price": 99, "sum of items": 90,
		"food amount": 85, "net total": 50, "base amount": 70, "zwischensumme": 97, "warenwert": 95, "sous total": 97, "subtotale": 95,
		"商品总额": 97, "商品金额": 95, "商品总价": 97, "小计": 90, "小計": 90, "shangpinzonge": 97, "shangpin zonge": 97,
		"shangpin zongjia": 95, "shangpin jine": 92, "xiaoji": 88,
	},
	never: []string{"tax", "vat", "discount", "discounts", "discounted", "shipping", "delivery", "refund", "count", "quantity", "qty", "weight", "points", "fee", "paid", "presentment", "current", "line items count", "after", "excl", "currency", "code", "base", "unit", "number of"},
})

// sumRole is a sum that may include more than the goods. It is evidence if it equals the lines.
// Later orders are not compared with it.
var sumRole = newRole(role{
	key: "total", carriers: true,
	names: map[string]int{
		"total": 90, "total price": 88, "grand total": 85, "order total": 88, "total amount": 88, "amount total": 88, "amount": 70,
		"order amount": 84, "order price": 84, "subtotal price": 80, "total money": 84, "sum": 70, "payable": 70, "price": 60,
		"amount untaxed": 70, "net total": 75, "base subtotal": 70, "total value": 75, "cart total": 86, "total to pay": 75,
		"gesamt": 80, "gesamtsumme": 85, "summe": 75, "montant total": 80, "importe total": 80, "totale": 80,
		"总价": 85, "总金额": 85, "合计": 85, "订单金额": 84, "zongjia": 85, "zongjine": 85, "heji": 85, "dingdan jine": 84,
		"total with tax": 80, "sub total with tax": 92, "total excl tax": 70,
	},
	never: []string{"tax total", "discount", "discounts", "shipping", "delivery", "refund", "count", "quantity", "qty", "weight", "points", "fee", "currency", "code", "id", "number", "tip", "change", "due"},
})

var couponsRole = newRole(role{
	key: "coupons", joins: true, endings: map[string]int{"code": 12, "codes": 12, "id": -12, "ids": -12},
	names: map[string]int{
		"coupons": 100, "coupon": 98, "coupon code": 100, "coupon codes": 100, "coupons code": 100, "discount codes": 96,
		"discount code": 96, "discount codes code": 98, "voucher": 92, "vouchers": 92, "voucher code": 97, "voucher codes": 97,
		"vouchers code": 97, "promo code": 97, "promo codes": 97, "promo": 60, "promotion code": 95, "promotion codes": 95,
		"promotions code": 90, "promotion": 40, "promotional code": 92, "coupon lines code": 99, "coupon list": 90, "coupon list code": 95,
		"applied coupons": 96, "applied coupons code": 97, "applied coupon": 94, "coupon id": 66, "coupon ids": 68, "user coupon id": 58,
		"coupons id": 55, "user coupon ids": 58, "coupon sn": 72, "coupon no": 72, "discount code id": 45, "discount codes id": 44,
		"coupon name": 50, "coupons name": 48, "campaign code": 60, "discounts code": 66, "gutschein": 92, "gutscheincode": 96, "gutscheine": 92, "cupon": 92,
		"cupón": 92, "cupones": 92, "code promo": 95, "cupom": 92, "codice sconto": 90, "优惠券": 95, "优惠码": 96, "优惠券码": 97,
		"youhuiquan": 95, "youhui quan": 95, "youhuima": 95, "youhuiquan id": 66, "coupons title": 30, "cart rule code": 60,
	},
	never: []string{"amount", "total", "value", "type", "money", "price", "rate", "percentage", "percent", "count", "status", "state", "description", "tax", "minor", "currency", "gid", "applications", "gift", "label"},
})

var customerIDRole = newRole(role{
	key: "customer_id",
	names: map[string]int{
		"customer id": 100, "user id": 95, "buyer id": 95, "member id": 94, "client id": 88, "account id": 84, "partner id": 96,
		"customer no": 90, "customer number": 92, "customer code": 88, "openid": 76, "open id": 76, "buyer openid": 78, "user uid": 88,
		"consumer id": 84, "profile id": 60, "person id": 60, "payer id": 70, "contact id": 60, "shopper id": 88, "party id": 60,
		"kunde id": 92, "kundennummer": 94, "kundennr": 92, "client": 60, "cliente id": 90, "用户id": 92, "会员id": 92, "客户编号": 92,
		"huiyuan id": 92, "huiyuanid": 92, "kehu id": 90, "kehubianhao": 90, "yonghu id": 92, "uid": 74, "customer uid": 95, "customer key": 80,
	},
	own:   map[string]int{"customer": 84, "user": 70, "buyer": 72, "member": 68, "customer name": 50},
	never: []string{"default", "address", "group", "session", "last", "payment", "agent", "device", "tax", "oauth"},
})

var tierRole = newRole(role{
	key: "customer_tier",
	names: map[string]int{
		"customer tier": 100, "customer group": 92, "customer group id": 93, "customer group key": 92, "customer group code": 95,
		"customer group name": 90, "customer level": 94, "member level": 94, "member tier": 96, "member grade": 93, "user level": 92,
		"vip level": 92, "customer vip level": 92, "loyalty tier": 96, "loyalty level": 94, "membership level": 94, "membership tier": 96,
		"membership": 70, "customer membership": 82, "customer grade": 92, "customer type": 66, "customer rank": 84, "user grade": 92,
		"user vip": 70, "user tier": 96, "member vip": 66, "buyer level": 90, "level name": 60, "user member level": 92,
		"customer class": 66, "kundengruppe": 92, "member level id": 88, "user level id": 88, "user rank": 86, "buyer tier": 94, "会员等级": 96,
		"huiyuandengji": 96, "huiyuan dengji": 96, "dengji": 60, "buyer group": 84, "customer status": 30,
	},
	own:   map[string]int{"tier": 80, "level": 50, "grade": 50},
	never: []string{"tax", "price", "shipping", "item", "product", "order status"},
})

var segmentsRole = newRole(role{
	key: "customer_segments",
	names: map[string]int{
		"customer segments": 100, "customer tags": 95, "customer groups": 94, "customer groups id": 86, "customer groups code": 94,
		"customer groups name": 90, "customer segment": 96, "customer group ids": 92, "user tags": 93, "user groups": 90, "member tags": 92,
		"customer labels": 90, "user labels": 88, "customer segments id": 94, "customer segments name": 92, "buyer tags": 92, "customer groups slug": 92,
		"customer attributes groups": 50, "customer tags name": 92, "customer roles": 60, "user roles": 60, "user segments": 96, "客户标签": 92, "用户标签": 92,
	},
})

var ordersRole = newRole(role{
	key: "completed_orders",
	names: map[string]int{
		"customer completed orders": 100, "completed orders": 96, "customer orders count": 98, "orders count": 80, "customer order count": 98,
		"customer number of orders": 97, "user order count": 94, "customer total orders": 92, "customer orders placed": 90, "user orders count": 94,
		"buyer order count": 92, "customer order num": 84, "member order count": 92, "user order num": 84, "past orders": 80, "previous orders": 80,
	},
})

var channelRole = newRole(role{
	key: "channel",
	names: map[string]int{
		"channel": 100, "channel slug": 97, "channel code": 97, "channel key": 96, "channel name": 92, "sales channel": 96, "sales channel id": 84,
		"sales channel name": 90, "channel id": 86, "source name": 84, "order source": 86, "order channel": 96, "platform": 66, "source": 60,
		"from channel": 80, "store code": 50, "渠道": 95, "qudao": 95, "laiyuan": 60, "vertriebskanal": 92, "marketplace": 60, "order from": 66,
	},
	never: []string{"currency", "email", "url", "payment", "traffic"},
})

var regionRole = newRole(role{
	key: "region",
	names: map[string]int{
		"region": 100, "region code": 97, "region id": 90, "region name": 86, "delivery region": 84, "sales region": 90, "market": 60,
		"country": 62, "country code": 66, "area code": 60, "地区": 90, "diqu": 88, "quyu": 84,
	},
	never: []string{"billing", "phone"},
})

var shippingRole = newRole(role{
	key: "shipping", carriers: true,
	names: map[string]int{
		"shipping": 90, "shipping lines": 100, "shipping line": 98, "shipping methods": 98, "shipping method": 60, "shipping info": 97,
		"shipping charges": 98, "shipping charge": 96, "shipping cost": 95, "shipping costs": 95, "shipping price": 94, "shipping total": 93,
		"shipping amount": 93, "shipping fee": 95, "shipping fees": 95, "shipping rate": 90, "shipping rates": 60, "total shipping": 88,
		"shipping price gross": 92, "ship total": 92, "ship cost": 93, "ship price": 92, "ship amount": 90, "ship fee": 93, "transfee": 88, "trans fee": 88, "transport fee": 90, "delivery": 70, "deliveries": 78, "delivery fee": 95, "delivery price": 94, "delivery cost": 94,
		"delivery charge": 95, "delivery amount": 92, "freight": 92, "freight price": 95, "freight amount": 94, "freight fee": 95,
		"freight cost": 94, "postage": 92, "post fee": 92, "postal fee": 90, "express fee": 90, "carriage": 80, "shipping money": 90,
		"shipping with tax": 80, "shipping price with tax": 92, "shipping price gross amount": 94, "shipment cost": 90, "shipping base amount": 90,
		"shippings": 92, "transport": 60, "transport cost": 85, "versand": 85, "versandkosten": 97, "envio": 85, "gastos de envio": 95,
		"frais de port": 95, "livraison": 75, "frete": 92, "spedizione": 85, "costo spedizione": 94, "verzendkosten": 95, "fracht": 85,
		"运费": 97, "配送费": 95, "邮费": 95, "yunfei": 97, "peisongfei": 95, "youfei": 92, "送料": 95, "배송비": 95, "delivery money": 90,
	},
	never: []string{"address", "tax", "taxes", "discount", "discounts", "discounted", "id", "weight", "status", "date", "zone", "country", "refund", "currency", "code", "phone", "contact", "city", "name", "time", "presentment", "free", "insurance", "return", "incl", "instructions", "requires", "threshold", "type", "profile", "group", "base shipping"},
})

var chargeAmountRole = newRole(role{
	key: "shipping_amount", carriers: true,
	names: map[string]int{
		"amount": 100, "price": 96, "cost": 92, "fee": 92, "charge": 90, "total": 88, "rate": 70, "value": 60, "shipping price": 95, "shipping cost": 94,
		"shipping amount": 95, "shipping fee": 94, "price with tax": 97, "price gross": 95, "price amount": 94, "total price": 86, "base amount": 80,
		"shipping total": 86, "gross": 60, "price net": 60, "original price": 70, "jine": 80, "feiyong": 85, "金额": 85, "费用": 85, "preis": 90,
		"precio": 90, "prix": 90, "cost incl tax": 80, "fee amount": 92, "delivery fee": 92, "base cost": 60, "amount with tax": 96,
	},
	never: []string{"tax", "taxes", "discount", "discounts", "discounted", "currency", "code", "id", "digits", "minor", "presentment", "type", "min", "max"},
})

var chargeMethodRole = newRole(role{
	key: "shipping_method",
	names: map[string]int{
		"method": 100, "method id": 92, "method code": 96, "shipping method code": 97, "shipping method": 95, "shipping method name": 90,
		"shipping method id": 84, "method name": 84, "method title": 74, "service": 74, "service code": 84, "service level": 80, "delivery method": 92,
		"shipping option id": 60, "shipping option name": 66, "carrier code": 66, "rate id": 50, "shipping method slug": 92, "fangshi": 80,
	},
	own: map[string]int{"code": 90, "name": 78, "title": 72, "type": 60, "carrier": 62, "handle": 80, "option": 60, "description": 30},
})

var chargeIDRole = newRole(role{
	key: "shipping_id",
	own: map[string]int{"id": 100, "line id": 90, "shipping id": 92, "key": 60, "uid": 80},
})

// listNames are what the list of goods is called.
var listNames = newRole(role{
	key: "items",
	names: map[string]int{
		"items": 100, "line items": 100, "lines": 96, "order lines": 100, "order items": 100, "cart items": 100, "products": 92, "goods": 92,
		"goods list": 97, "order goods": 95, "order goods list": 97, "item list": 95, "product list": 94, "cart lines": 97, "order line": 92,
		"positions": 90, "sku items": 94, "sku list": 90, "details": 74, "detail": 76, "order details": 86, "order detail": 86, "entries": 80,
		"order entries": 92, "articles": 86, "cart": 60, "basket": 70, "basket items": 98, "contents": 66, "physical items": 95, "digital items": 95,
		"custom items": 85, "rows": 60, "order rows": 85, "food list": 90, "dishes": 84, "foods": 88, "nodes": 50, "node": 50, "line item": 90,
		"checkout goods list": 95, "invoice lines": 80, "purchase items": 92, "item": 70, "positionen": 92, "artikel": 84, "warenkorb": 70,
		"lignes": 92, "articulos": 86, "productos": 92, "itens": 95, "produits": 92, "prodotti": 92, "商品": 92, "商品列表": 96, "明细": 88,
		"订单明细": 92, "shangpin": 92, "shangpinliebiao": 96, "shangpin liebiao": 96, "mingxi": 88, "dingdanmingxi": 92, "dingdan mingxi": 92,
	},
	never: []string{"refund", "refunds", "refunded", "return", "returns", "returned", "fulfillment", "fulfillments", "shipment", "shipments", "tax", "taxes", "discount", "discounts", "history", "promotions", "adjustments", "components", "children", "bundle", "saved", "wishlist", "recommendations", "related", "payments", "invoices", "gift certificates", "shipping", "coupon", "coupons", "cancelled", "removed", "deleted", "unavailable", "previous", "old", "suggestions", "last order", "favorites", "favourites", "compare", "backorders", "fees", "fee", "surcharges", "upsell", "cross sell"},
})

// score says how well a name, taken apart into words, fits: 0 for not at all.
func (r *role) score(name string, own bool) int {
	best := r.plainScore(name, own)
	if !r.carriers {
		return best
	}
	name, leaning := taxes(name)
	if rest, says := beforeDiscounts(name); says {
		name, leaning = rest, leaning+undiscounted
	}
	best = max(best, r.plainScore(name, own))
	for {
		before, last, found := cutLast(name)
		if !found || !carriers[last] {
			break
		}
		name = before
		best = max(best, r.plainScore(name, own)-1)
	}
	if best == 0 {
		return 0
	}
	return best + leaning
}

// undiscounted is added to the score of a name that says that an amount is before discounts. It
// outweighs sums that agree, since the sums of a body mostly include discounts.
const undiscounted = 80

// before are the phrases by which names say that an amount is before discounts.
var before = []string{"undiscounted", "before discount", "before discounts", "pre discount", "vor rabatt"}

// beforeDiscounts is a name without such a phrase, and whether it had one.
func beforeDiscounts(name string) (rest string, says bool) {
	for _, phrase := range before {
		if name != phrase && contains(name, phrase) {
			return strings.TrimSpace(strings.Replace(" "+name+" ", " "+phrase+" ", " ", 1)), true
		}
	}
	return name, false
}

func (r *role) plainScore(name string, own bool) int {
	padded := pad(name)
	for _, word := range r.others {
		if strings.Contains(padded, word) {
			return 0
		}
	}
	best := r.names[name]
	if own {
		best = max(best, r.own[name])
	}
	words := strings.Count(name, " ")
	if best > 0 || words == 0 { // one word has no other in it
		return best
	}
	for i := range r.phrases {
		if p := &r.phrases[i]; p.words < words && strings.Contains(padded, p.padded) {
			best = max(best, p.weight*6/10-4*(words-p.words))
		}
	}
	return best
}

// taxWords are the phrases by which names say whether an amount includes tax. The amounts that
// customers pay include it.
var taxWords = []struct {
	phrase  string
	leaning int
}{
	{"with tax", 1}, {"incl tax", 1}, {"inc tax", 1}, {"including tax", 1}, {"tax incl", 1}, {"tax included", 1}, {"gross", 1},
	{"brutto", 1}, {"ttc", 1}, {"without tax", -1}, {"excl tax", -1}, {"ex tax", -1}, {"excluding tax", -1}, {"tax excl", -1},
	{"net", -1}, {"netto", -1}, {"ht", -1},
}

// taxes is a name without such a phrase, and the leaning of the phrase; 0 if there is none.
func taxes(name string) (rest string, leaning int) {
	for _, w := range taxWords {
		if name != w.phrase && contains(name, w.phrase) {
			rest := strings.Replace(" "+name+" ", " "+w.phrase+" ", " ", 1)
			return strings.TrimSpace(rest), w.leaning
		}
	}
	return name, 0
}

func cutLast(name string) (before, last string, found bool) {
	i := strings.LastIndexByte(name, ' ')
	if i < 0 {
		return "", name, false
	}
	return name[:i], name[i+1:], true
}

// depthCost is taken from the score for each further segment of a path: a member near the top is
// more likely.
const depthCost = 3

// fit says how well the names on a path fit: its last name alone, or with those
// before it. Names of amounts may have what carries the amount below them.
func (r *role) fit(names []string) int {
	depth, leaning := len(names), 0
	for r.carriers && len(names) > 1 && carriers[names[len(names)-1]] {
		switch names[len(names)-1] {
		case "gross", "with tax":
			leaning = 1
		case "net":
			leaning = -1
		}
		names = names[:len(names)-1]
	}
	if len(names) == 0 {
		return 0
	}
	best := r.last(names, depth)
	// A name around it may say that it is something else.
	for i, outer := range names[:len(names)-1] {
		if r.names[joinAll(names[i:])] > 0 {
			break // it is called so with what is around
		}
		if slices.ContainsFunc(r.never, func(word string) bool { return contains(outer, word) }) {
			best = best * 2 / 5
		}
	}
	if best == 0 {
		return 0
	}
	return max(best+leaning-depthCost*(depth-1), 1)
}

// last scores the last of some names, alone and with one or two before it.
func (r *role) last(names []string, depth int) int {
	joined := names[len(names)-1]
	best := r.score(joined, depth == 1)
	for i := len(names) - 2; i >= 0 && i >= len(names)-3; i-- {
		joined = join(names[i], joined)
		if weight := r.names[joined]; weight > best {
			best = weight
		}
		if r.joins {
			best = max(best, r.plainScore(joined, false))
		}
	}
	if _, last, _ := cutLast(joined); best > 0 {
		best = max(best+r.endings[last], 1)
	}
	return best
}

// joinAll puts all of some names together.
func joinAll(names []string) string {
	all := names[len(names)-1]
	for i := len(names) - 2; i >= 0; i-- {
		all = join(names[i], all)
	}
	return all
}

// join puts two names together, without a word that ends the one and begins the other.
func join(outer, inner string) string {
	first, _, _ := strings.Cut(inner, " ")
	if outer == first || strings.HasSuffix(outer, " "+first) {
		return strings.TrimSpace(strings.TrimSuffix(outer, first) + inner)
	}
	return outer + " " + inner
}
