//go:build unix

package quota_test

import (
	"bytes"
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
)

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
}

// randomGoods are a cart that is not empty.
func randomGoods(r *rand.Rand, sale int) goods {
	g := goods{sale: sale, phones: r.IntN(4), tea: r.IntN(2) == 0, book: r.IntN(3) == 0, hasCup: r.IntN(3) == 0}
	if g.phones == 0 && !g.tea && !g.book && !g.hasCup {
		g.tea = true
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
	return []byte(`{"currency":"CNY","items":[` + strings.Join(items, ",") + `]}`)
}

// amounts are what an order takes of counts.
type amounts map[quota.Key]int64

// takenBy is what an order takes by the amounts of its rules. An amount that no number of units has is
// an error.
func takenBy(rules map[string]int64, customer quota.Digest) (amounts, error) {
	taken := make(amounts)
	for rule, amount := range rules {
		kind, sale, _ := strings.Cut(rule, "-")
		off := map[string]int64{"phone": offPhone, "tea": offTea, "book": offSharer, "cup": offSharer}[kind]
		if off == 0 || amount <= 0 || amount%off != 0 || kind != "phone" && amount != off {
			return nil, fmt.Errorf("rule %s takes %d off", rule, amount)
		}
		switch kind {
		case "phone":
			taken.add(quota.Counter{Kind: quota.Units, Name: rule}, customer, amount/off)
		case "tea":
			taken.add(quota.Counter{Kind: quota.Uses, Name: rule}, customer, 1)
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
