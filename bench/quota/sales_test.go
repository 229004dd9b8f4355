//go:build unix

package quota_test

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"

	"github.com/promogate/caddy-discount/quota"
)

// What one unit or order of a rule takes off, in minor units.
const (
	offPhone  = 200_00 // each unit
	offTea    = 20_00  // each order
	offSharer = 5_00   // books and cups, each order
	offCard   = 3_00   // each code
)

// cards is how many codes a sale has, each good for one order. Several customers have the same one.
const cards = 40

// card is one of the codes of a sale.
func card(sale, n int) string { return fmt.Sprintf("CARD-%d-%03d", sale, n) }

// codesOf is the file of the codes of all sales.
func codesOf(sales []sale) []byte {
	var b bytes.Buffer
	for _, s := range sales {
		for n := range cards {
			fmt.Fprintln(&b, card(s.number, n))
		}
	}
	return b.Bytes()
}

// keyOfCard is the count of a code, which is folded.
func keyOfCard(code string, digester *quota.Digester) quota.Key {
	digest := sha256.Sum256([]byte(strings.ToLower(code)))
	return quota.Counter{Kind: quota.Code, Name: "card", Code: digester.Code("card", string(digest[:16]))}.Key()
}

// salesOfCards are the sales of all codes, by their counts.
func salesOfCards(sales []sale, digester *quota.Digester) map[quota.Key]int {
	of := make(map[quota.Key]int)
	for _, s := range sales {
		for n := range cards {
			of[keyOfCard(card(s.number, n), digester)] = s.number
		}
	}
	return of
}

// Limits of each customer.
const (
	phonesOfCustomer = 2
	teasOfCustomer   = 1
)

// sale is what runs out in one sale.
type sale struct {
	number  int
	phones  int64 // units
	teas    int64 // orders
	sharers int64 // orders of a book or a cup, of one budget
}

// strategyOf is the strategy of the sales.
func strategyOf(sales []sale) []byte {
	var b bytes.Buffer
	b.WriteString("version = \"sales\"\ncurrency = \"CNY\"\n")
	b.WriteString("[codes.card]\nfile = \"card.codes\"\n[rule.card]\nskus = [\"wrap\"]\ncodes = \"card\"\ndiscount_amount = 3.00\n")
	for _, s := range sales {
		fmt.Fprintf(&b, `
[quota.campaign-%[1]d]
budget = %[4]d.00

[rule.phone-%[1]d]
skus       = ["phone-%[1]d"]
unit_price = 999.00
quota      = { units = %[2]d, units_per_customer = 2, partial = true }

[rule.tea-%[1]d]
skus            = ["tea-%[1]d"]
discount_amount = 20.00
quota           = { uses = %[3]d, uses_per_customer = 1 }

[rule.book-%[1]d]
skus            = ["book-%[1]d"]
discount_amount = 5.00
quotas          = ["campaign-%[1]d"]

[rule.cup-%[1]d]
skus          = ["cup-%[1]d"]
discount_rate = 0.1
quotas        = ["campaign-%[1]d"]
`, s.number, s.phones, s.teas, s.sharers*offSharer/100)
	}
	return b.Bytes()
}

// goods are what a cart has of a sale.
type goods struct {
	sale              int
	phones            int
	tea, book, hasCup bool
	card              string // "" for none
}

// randomGoods are a cart that is not empty.
func randomGoods(r *rand.Rand, sale int) goods {
	g := goods{sale: sale, phones: r.IntN(4), tea: r.IntN(2) == 0, book: r.IntN(3) == 0, hasCup: r.IntN(3) == 0}
	if g.phones == 0 && !g.tea && !g.book && !g.hasCup {
		g.tea = true
	}
	if r.IntN(3) == 0 {
		g.card = card(sale, r.IntN(cards))
	}
	return g
}

// cart is the body of the order.
func (g goods) cart() []byte {
	var items []string
	add := func(sku string, quantity, price int) {
		items = append(items, fmt.Sprintf(`{"id":"l%d","sku":"%s-%d","quantity":%d,"unit_price":%d}`, len(items), sku, g.sale, quantity, price))
	}
	if g.phones > 0 {
		add("phone", g.phones, 1199_00)
	}
	if g.tea {
		add("tea", 1, 89_00)
	}
	if g.book {
		add("book", 1, 45_00)
	}
	if g.hasCup {
		add("cup", 1, 50_00)
	}
	coupons := ""
	if g.card != "" {
		items = append(items, `{"id":"wrap","sku":"wrap","quantity":1,"unit_price":900}`)
		coupons = `"coupons":["` + g.card + `"],`
	}
	return []byte(`{"currency":"CNY",` + coupons + `"items":[` + strings.Join(items, ",") + `]}`)
}

// amounts are what an order takes of counts.
type amounts map[quota.Key]int64

// applied is what a rule takes off an order, and by which code.
type applied struct {
	amount int64
	code   string
}

// takenBy is what an order of a customer takes by its rules. An amount that no number of units has is an
// error.
func takenBy(rules map[string]applied, digester *quota.Digester, id string) (amounts, error) {
	taken, customer := make(amounts), digester.Customer(id)
	for rule, by := range rules {
		amount := by.amount
		kind, sale, _ := strings.Cut(rule, "-")
		off := map[string]int64{"phone": offPhone, "tea": offTea, "book": offSharer, "cup": offSharer, "card": offCard}[kind]
		if off == 0 || amount <= 0 || amount%off != 0 || kind != "phone" && amount != off || (kind == "card") != (by.code != "") {
			return nil, fmt.Errorf("rule %s takes %d off, with the code %q", rule, amount, by.code)
		}
		switch kind {
		case "phone":
			taken.add(quota.Counter{Kind: quota.Units, Name: rule}, customer, amount/off)
		case "tea":
			taken.add(quota.Counter{Kind: quota.Uses, Name: rule}, customer, 1)
		case "card":
			taken[keyOfCard(by.code, digester)] = 1
		default:
			taken[quota.Counter{Kind: quota.Budget, Name: "campaign-" + sale}.Key()] += amount
		}
	}
	return taken, nil
}

// add adds to the count that all share and to that of the customer.
func (a amounts) add(c quota.Counter, customer quota.Digest, amount int64) {
	a[c.Key()] += amount
	c.Customer = customer
	a[c.Key()] += amount
}

// limits are those of the counts.
type limits []sale

// shared lists the counts of a sale that all share.
func (s sale) shared() []quota.Key {
	n := "-" + strconv.Itoa(s.number)
	return []quota.Key{
		quota.Counter{Kind: quota.Units, Name: "phone" + n}.Key(),
		quota.Counter{Kind: quota.Uses, Name: "tea" + n}.Key(),
		quota.Counter{Kind: quota.Budget, Name: "campaign" + n}.Key(),
	}
}

// of is the limit of a count.
func (l limits) of(k quota.Key) (int64, error) {
	c, err := k.Counter()
	if err != nil {
		return 0, err
	}
	if c.Kind == quota.Code {
		return 1, nil
	}
	kind, number, _ := strings.Cut(c.Name, "-")
	n, err := strconv.Atoi(number)
	if err != nil || n < 0 || n >= len(l) {
		return 0, fmt.Errorf("no sale has the count %s", k)
	}
	ofCustomer := c.Customer != quota.Digest{}
	switch {
	case kind == "phone" && ofCustomer:
		return phonesOfCustomer, nil
	case kind == "phone":
		return l[n].phones, nil
	case kind == "tea" && ofCustomer:
		return teasOfCustomer, nil
	case kind == "tea":
		return l[n].teas, nil
	}
	return l[n].sharers * offSharer, nil
}
