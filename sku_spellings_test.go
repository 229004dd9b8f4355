package discount

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// spellings are ways to write the SKU "Café-soda" that people take for the same. fold says
// whether sku_compare = "fold" does, too.
var spellings = []struct {
	name, sku string
	fold      bool
}{
	{name: "capitals", sku: "CAFÉ-SODA", fold: true},
	{name: "small letters", sku: "café-soda", fold: true},
	{name: "a space before", sku: " Café-soda", fold: true},
	{name: "a space behind", sku: "Café-soda ", fold: true},
	{name: "a tab and a line feed behind", sku: "Café-soda\t\n", fold: true},
	{name: "a no-break space behind", sku: "Café-soda\u00a0", fold: true},
	{name: "an ideographic space before", sku: "\u3000Café-soda", fold: true},
	{name: "an accent in two characters", sku: "Cafe\u0301-soda", fold: true},
	{name: "a soft hyphen", sku: "Café\u00ad-soda", fold: true},
	{name: "a zero-width space", sku: "Café\u200b-soda", fold: true},
	{name: "a zero-width joiner", sku: "Café-\u200dsoda", fold: true},
	{name: "a byte order mark", sku: "\ufeffCafé-soda", fold: true},
	{name: "a variation selector", sku: "Café-soda\ufe0f", fold: true},
	{name: "a mark for right to left", sku: "Café-soda\u200f", fold: true},
	{name: "a long s", sku: "Café-\u017foda", fold: true},
	{name: "two spaces between", sku: "Café-  soda"},
	{name: "another hyphen", sku: "Café\u2010soda"},
	{name: "full-width letters", sku: "Ｃａｆé-soda"},
	{name: "a Cyrillic o", sku: "Café-s\u043eda"},
	{name: "no accent", sku: "Cafe-soda"},
	{name: "a NUL behind", sku: "Café-soda\x00"},
	{name: "a SKU that was made up", sku: "free-1"},
	{name: "no SKU", sku: ""},
}

// guardedGoods has a price, a floor and an exclude of one article. The head goes before.
const guardedGoods = `version = "v"
HEAD
products = [{ sku = "Café-soda", price = 10.00, floor_price = 9.00 }, { sku = "gift-card" }]
[rule.half]
discount_rate = 0.5
exclude = { skus = ["gift-card"] }
`

// order of one article at a price that was made up, by its SKU.
func orderOf(sku string, price int64) string {
	text, err := json.Marshal(sku)
	if err != nil {
		panic(err)
	}
	return fmt.Sprintf(`{"items":[{"sku":%s,"quantity":1,"unit_price":%d}]}`, text, price)
}

// A table of docs/strategy.md says which keys protect prices, floors and excludes from
// other spellings, from SKUs that were made up, and from carts of sums.
func TestSpellingsOfASKU(t *testing.T) {
	const known, fooled, refused = "applied 100 of 1000", "applied 10000 of 20000", "invalid"
	for _, head := range []struct {
		name, keys      string
		fold, unknowns  string // for a spelling that folds, and for one that does not
		sums            string
		excluded, other string // a gift card in its own spelling, and in another
	}{
		{name: "by default", fold: fooled, unknowns: fooled, sums: "applied 10000 of 20000", excluded: "none 0 of 10000", other: "applied 5000 of 10000"},
		{name: "fold", keys: "sku_compare = \"fold\"", fold: known, unknowns: fooled, sums: "applied 10000 of 20000", excluded: "none 0 of 10000", other: "none 0 of 10000"},
		{name: "reject", keys: "unknown_skus = \"reject\"", fold: refused, unknowns: refused, sums: refused, excluded: "none 0 of 10000", other: refused},
		{name: "both", keys: "unknown_skus = \"reject\"\nsku_compare = \"fold\"", fold: known, unknowns: refused, sums: refused, excluded: "none 0 of 10000", other: "none 0 of 10000"},
	} {
		t.Run(head.name, func(t *testing.T) {
			s := open(t, strings.Replace(guardedGoods, "HEAD", head.keys, 1), "discount STRATEGY\nreverse_proxy UPSTREAM")
			came := func(t *testing.T, request, want string) {
				t.Helper()
				s.send(request)
				r := s.upstream.last(t)
				got := r.Get("X-Discount-Status")
				if got == "applied" || got == "none" {
					got += " " + r.Get("X-Discount-Amount") + " of " + r.Get("X-Discount-Subtotal")
				}
				if got != want {
					t.Errorf("%s, want %s", got, want)
				}
			}
			came(t, jsonRequest(orderOf("Café-soda", 20000)), known)
			for _, c := range spellings {
				t.Run(c.name, func(t *testing.T) {
					want := head.unknowns
					if c.fold {
						want = head.fold
					}
					came(t, jsonRequest(orderOf(c.sku, 20000)), want)
				})
			}
			t.Run("sums", func(t *testing.T) {
				came(t, "POST /orders HTTP/1.1\r\nHost: shop\r\nX-Cart-Subtotal: 20000\r\nX-Cart-Quantity: 2\r\nContent-Length: 0\r\n\r\n", head.sums)
			})
			t.Run("excluded", func(t *testing.T) {
				came(t, jsonRequest(orderOf("gift-card", 10000)), head.excluded)
				came(t, jsonRequest(orderOf("Gift-\u00adCard ", 10000)), head.other)
				came(t, "POST /orders HTTP/1.1\r\nHost: shop\r\nX-Cart-Items: \"GIFT-card\";q=1;p=10000\r\nContent-Length: 0\r\n\r\n", head.other)
			})
		})
	}
}
