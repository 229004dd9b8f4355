package mapping

import (
	"cmp"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"strings"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/money"
)

// Account is what is read of an order.
type Account struct {
	// Cart is what was read; nil if the order cannot be read.
	Cart *cart.Cart
	// Reads are the values it was read from, in the order of the body.
	Reads []cart.Read
	// Invalid is why the order cannot be read; nil if it can, and if it has no goods.
	Invalid *cart.Invalid
	// Ignored are members that are not read and look as if they could be meant.
	Ignored []Ignored
	// Odds are what does not add up.
	Odds []string
}

// Fine reports whether the order is read, and adds up.
func (a *Account) Fine() bool { return a.Cart != nil && len(a.Odds) == 0 }

// Ignored is a member of a body that is not read.
type Ignored struct {
	Path    string // as a mapping has it
	Pointer string // of the first such member, as a JSON Pointer
	Text    string // its value; empty of objects and lists
	Count   int    // how often it is there
	Like    string // what it looks like: "amount", "quantity", "coupon", "goods", or the key of a field
}

// maxIgnored bounds the list of an account.
const maxIgnored = 60

// AccountOf reads an order and says what is read and what is not. It fails if the body is not JSON
// or the options are invalid.
func AccountOf(body []byte, o cart.Options, defaultCurrency money.Currency) (*Account, error) {
	reader, err := cart.NewReader(o)
	if err != nil {
		return nil, err
	}
	root, err := parse(body)
	if err != nil {
		return nil, err
	}
	a := &Account{}
	c := new(cart.Cart)
	reads, found, err := reader.Trace(body, defaultCurrency, c)
	a.Reads = reads
	switch {
	case errors.As(err, &a.Invalid):
	case err != nil:
		return nil, err
	case found:
		a.Cart = c
	}
	l := &ledger{Account: a, root: root, prices: o.Prices, currency: defaultCurrency}
	if stated, err := money.ParseCurrency(c.Currency); err == nil {
		l.currency = stated
	}
	l.walk(l.root, nil, "")
	l.expand()
	l.ignored()
	if a.Cart != nil {
		l.odds()
	}
	return a, nil
}

// ledger makes an account.
type ledger struct {
	*Account
	root     *value
	prices   cart.Prices
	currency money.Currency
	leaves   []leaf
	lists    []leaf // of objects
}

// leaf is a value with its path and its pointer.
type leaf struct {
	*value
	path    path
	pointer string
}

// expand replaces the reads of lists of texts by reads of their elements.
func (l *ledger) expand() {
	var reads []cart.Read
	for _, r := range l.Reads {
		elements, found := l.elements(r)
		if reads = append(reads, elements...); !found {
			reads = append(reads, r)
		}
	}
	l.Reads = reads
}

// elements are the reads of the elements of a list of texts; none for what is no such list.
func (l *ledger) elements(r cart.Read) (reads []cart.Read, found bool) {
	if r.Text != "" || r.Field == "items" || r.Field == "shipping" {
		return nil, false
	}
	within := r.Pointer + "/"
	for _, at := range l.leaves {
		if i, below := strings.CutPrefix(at.pointer, within); below && digits(i) {
			found = true
			if element := r; !at.blank() {
				element.Pointer, element.Text = at.pointer, at.word()
				reads = append(reads, element)
			}
		}
	}
	return reads, found
}

// ignored lists what is not read.
func (l *ledger) ignored() {
	read := make(map[string]string) // fields by pointer
	for _, r := range l.Reads {
		read[r.Pointer] = r.Field
	}
	fields := make(map[string]string) // by path
	for _, at := range l.leaves {
		if field := read[at.pointer]; field != "" {
			fields[at.path.String()] = field
		}
	}
	l.goods(read)
	for _, at := range l.leaves {
		if read[at.pointer] != "" || at.blank() {
			continue
		}
		if like := l.like(at, fields[at.path.String()]); like != "" {
			l.ignore(at, like)
		}
	}
	slices.SortStableFunc(l.Ignored, func(a, b Ignored) int { return cmp.Compare(importance(a.Like), importance(b.Like)) })
	l.Ignored = l.Ignored[:min(len(l.Ignored), maxIgnored)]
}

// importance orders what is ignored: what would change the price comes first.
func importance(like string) int {
	switch like {
	case "goods":
		return 0
	case "quantity", "amount", "currency":
		return 2
	case "coupon":
		return 1
	}
	return 3
}

// walk lists the leaves of a value, and its lists of objects.
func (l *ledger) walk(v *value, at path, pointer string) {
	switch v.kind {
	case '{':
		for i, name := range v.names {
			below := pointer + "/" + escapes.Replace(name)
			l.walk(v.kids[i], at.then(name), below)
			if inner := v.kids[i].inner; inner != nil {
				l.walk(inner, at.then(name+jsonMark), below+"!")
			}
		}
	case '[':
		if len(at) == 0 {
			at = path{"0"}
		}
		if slices.ContainsFunc(v.kids, func(kid *value) bool { return kid.kind == '{' }) {
			l.lists = append(l.lists, leaf{v, at, pointer})
		}
		for i, kid := range v.kids {
			l.walk(kid, at, pointer+"/"+strconv.Itoa(i))
		}
	default:
		l.leaves = append(l.leaves, leaf{v, at, pointer})
	}
}

// escapes are those of RFC 6901, section 3.
var escapes = strings.NewReplacer("~", "~0", "/", "~1")

// ignore adds a member, or counts it with one at the same path.
func (l *ledger) ignore(at leaf, like string) {
	p := at.path.String()
	for i := range l.Ignored {
		if l.Ignored[i].Path == p {
			l.Ignored[i].Count++
			return
		}
	}
	l.Ignored = append(l.Ignored, Ignored{Path: p, Pointer: at.pointer, Text: at.word(), Count: 1, Like: like})
}

// goods adds the lists that look like lines of goods, of which none is read, to what is ignored.
func (l *ledger) goods(read map[string]string) {
	for _, list := range l.lists {
		if slices.ContainsFunc(l.Reads, func(r cart.Read) bool {
			return r.Pointer == list.pointer || strings.HasPrefix(r.Pointer, list.pointer+"/")
		}) {
			continue
		}
		g := &goods{shape: shapeOf(nil, list.kids)}
		g.choose()
		const sure, quantity = 140, 65 // of quantity and price together, and of the quantity
		if unlikely(list.path) || best(g.quantities) < quantity || len(g.prices)+len(g.totals) == 0 || g.score < sure {
			continue
		}
		l.ignore(list, "goods")
		l.odd("%s has lines with quantities and prices, and none of them is read", list.path)
	}
}

// unlikely reports whether a name on the way to a list says that there are no goods of
// the order in it.
func unlikely(p path) bool {
	for _, name := range (&shape{path: p}).names(nil) {
		if slices.ContainsFunc(listNames.never, func(word string) bool { return contains(name, word) }) {
			return true
		}
	}
	return false
}

// like says what a value that is not read looks like, if it could be meant; field is
// what is read at the same path elsewhere.
func (l *ledger) like(at leaf, field string) string {
	if field != "" {
		return field
	}
	names := (&shape{path: at.path}).names(nil)
	if len(names) == 0 {
		return ""
	}
	const sure = 45
	number, isNumber := at.number()
	switch {
	case isNumber && number.Sign() == 0:
		return ""
	case isNumber && quantityRole.fit(names) >= sure+20:
		return "quantity"
	case isNumber && max(priceRole.fit(names), totalRole.fit(names), sumRole.fit(names), subtotalRole.fit(names), shippingRole.fit(names)) >= sure:
		return "amount"
	case isNumber && discounted(names):
		return "amount"
	case named(at.value) && couponsRole.fit(names) >= sure:
		return "coupon"
	case at.kind == '"' && currencyRole.fit(names) >= sure+20 && l.otherCurrency(at.text):
		return "currency"
	}
	return ""
}

// otherCurrency reports whether a text is the code of a currency, and not of that in which
// the order is read.
func (l *ledger) otherCurrency(text string) bool {
	stated, err := money.ParseCurrency(strings.ToUpper(text))
	return err == nil && stated.Code() != l.currency.Code()
}

// discounted reports whether a name is that of an amount that is taken off.
func discounted(names []string) bool {
	last := names[len(names)-1]
	for _, word := range []string{"discount", "discounts", "coupon", "rabatt", "youhui", "优惠", "折扣"} {
		if contains(last, word) && !contains(last, "id") && !contains(last, "code") {
			return true
		}
	}
	return false
}

// odds lists what does not add up.
func (l *ledger) odds() {
	for i := range l.Cart.Lines {
		line := &l.Cart.Lines[i]
		if line.UnitPrice == cart.NoPrice && !line.HasTotal && line.Quantity > 0 {
			l.odd("line %d has no price: the catalogue of the strategy has to know %s", i+1, orNothing(line.SKU))
		}
	}
	if len(l.Cart.Lines) == 0 {
		l.odd("there are no lines")
		return
	}
	l.sums()
}

func orNothing(sku string) string {
	if sku == "" {
		return "it, and it has no SKU"
	}
	return strconv.Quote(sku)
}

func (l *ledger) odd(format string, args ...any) {
	l.Odds = append(l.Odds, fmt.Sprintf(format, args...))
}

// sums compares the lines with the sums of the goods that the body states. One sum that is right is
// enough: others may include taxes, or not.
func (l *ledger) sums() {
	worth := l.amount(worthOf(l.Cart))
	order := l.root
	if order.kind == '[' && len(order.kids) == 1 {
		order = order.kids[0]
	}
	var wrong *bodySum
	for _, s := range findSums(shapeOf(nil, []*value{order}), []*value{order}, l.linePaths()) {
		const sure = 80
		if s.role != &subtotalRole || s.score < sure || s.amounts[0] == nil {
			continue
		}
		if s.amounts[0].Cmp(worth) == 0 {
			return
		}
		if wrong == nil {
			wrong = &s
		}
	}
	if wrong == nil || l.discountIs(new(big.Rat).Sub(worth, wrong.amounts[0])) {
		return
	}
	difference := new(big.Rat).Sub(worth, wrong.amounts[0])
	l.odd("the lines come to %s, and %s says %s: %s apart", l.text(worth), wrong.path, l.text(wrong.amounts[0]), l.text(difference.Abs(difference)))
}

// linePaths are the paths at which the lines are.
func (l *ledger) linePaths() []path {
	var paths []path
	for _, list := range l.lists {
		if slices.ContainsFunc(l.Reads, func(r cart.Read) bool {
			return r.Field == "items" && (r.Pointer == list.pointer || strings.HasPrefix(r.Pointer, list.pointer+"/"))
		}) {
			paths = append(paths, list.path)
		}
	}
	return paths
}

// discountIs reports whether a difference is a discount that the body states.
func (l *ledger) discountIs(difference *big.Rat) bool {
	for _, at := range l.leaves {
		names := (&shape{path: at.path}).names(nil)
		if n, ok := at.number(); ok && len(names) > 0 && discounted(names) && n.Cmp(difference) == 0 {
			return true
		}
	}
	return false
}

// amount is an amount of minor units as the body would have it.
func (l *ledger) amount(minor *big.Int) *big.Rat {
	n := new(big.Rat).SetInt(minor)
	if l.prices == cart.Major {
		n.Quo(n, new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(l.currency.Digits())), nil)))
	}
	return n
}

func (l *ledger) text(n *big.Rat) string {
	if l.prices == cart.Major {
		return n.FloatString(l.currency.Digits())
	}
	return n.RatString()
}
