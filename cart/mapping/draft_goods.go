package mapping

import (
	"cmp"
	"math/big"
	"slices"
)

// goods is a list in the samples, or several lists, in which the lines of an order may be.
type goods struct {
	paths  []path
	orders [][]*value // the lines of each sample
	lines  []*value   // all of them
	shape  *shape     // of a line
	score  int

	quantities, prices, totals, skus []choice
}

// choice is a path with how well it fits what it may be.
type choice struct {
	path  path // within the line, or in the body
	score int
}

// The bounds of the search.
const (
	maxPlaces  = 8 // lists of goods that are looked at closely
	maxChoices = 5 // paths for one part of the cart
	maxBelow   = 4 // segments of a path within a line
)

// rank returns the leaves below a shape that fit a role, the best first. If within is set, those
// inside further lists are left out.
func rank(s *shape, r *role, within bool, fits func(*shape) bool) []choice {
	all := survey(s, func(at *shape) bool {
		below := len(at.path) - len(s.path)
		return below <= maxBelow && !(within && below > 0 && (at.listed || at.path[len(at.path)-1] == every))
	}, func(at *shape) int {
		if len(at.scalars) == 0 || !fits(at) {
			return 0
		}
		return r.fit(at.names(s.path))
	})
	return all[:min(len(all), maxChoices)]
}

// survey scores what is below a shape, the best first. It goes only into shapes for which enter is
// true.
func survey(s *shape, enter func(*shape) bool, score func(*shape) int) []choice {
	var all []choice
	var walk func(*shape)
	walk = func(at *shape) {
		if !enter(at) {
			return
		}
		if at != s {
			if score := score(at); score > 0 {
				all = append(all, choice{at.path[len(s.path):], score})
			}
		}
		for _, kid := range at.kids {
			walk(kid)
		}
	}
	walk(s)
	slices.SortStableFunc(all, func(a, b choice) int { return cmp.Compare(b.score, a.score) })
	return all
}

// within is an enter function of survey: it goes down so many segments, and not into the goods.
func within(most int, except []path) func(*shape) bool {
	return func(at *shape) bool {
		return len(at.path) <= most && !slices.ContainsFunc(except, func(p path) bool { return slices.Equal(p, at.path) })
	}
}

// leafFor scores the leaves of a body by a role.
func leafFor(r *role, fits func(*shape) bool) func(*shape) int {
	return func(at *shape) int {
		if len(at.scalars) == 0 || !fits(at) {
			return 0
		}
		return r.fit(at.names(nil))
	}
}

func areNumbers(s *shape) bool { return s.leaf() && numeric(s.scalars) }

func areNames(s *shape) bool {
	return s.leaf() && !slices.ContainsFunc(s.scalars, func(v *value) bool { return !named(v) })
}

// named reports whether a value can be the name of something: a text, or a whole
// number.
func named(v *value) bool {
	if v.kind == '"' {
		return true
	}
	return v.kind == '0' && digits(v.text)
}

func best(list []choice) int {
	if len(list) == 0 {
		return 0
	}
	return list[0].score
}

// findGoods are the lists in which the lines may be, the likeliest first.
func findGoods(root *shape, orders []*value) []*goods {
	var all []*goods
	root.each(func(s *shape) {
		if s == root || !s.through || s.objects == 0 {
			return
		}
		g := &goods{paths: []path{s.path}, shape: s}
		g.choose()
		if g.likely() {
			g.score += places(s, root)
			all = append(all, g)
		}
	})
	all = append(all, beside(all)...)
	slices.SortStableFunc(all, func(a, b *goods) int { return cmp.Compare(b.score, a.score) })
	all = all[:min(len(all), maxPlaces)]
	for _, g := range all {
		g.gather(orders)
	}
	return slices.DeleteFunc(all, func(g *goods) bool { return len(g.lines) == 0 })
}

// choose ranks what may be quantity, price, total and SKU of a line.
func (g *goods) choose() {
	g.quantities = rank(g.shape, &quantityRole, true, areNumbers)
	g.prices = rank(g.shape, &priceRole, true, areNumbers)
	g.totals = rank(g.shape, &totalRole, true, areNumbers)
	g.skus = rank(g.shape, &skuRole, true, areNames)
	// The score is that of the best quantity and the best price or total, with half of that of the
	// best SKU.
	g.score = best(g.quantities) + max(best(g.prices), best(g.totals)) + best(g.skus)/2
}

// likely reports whether there is a quantity and something to price it by.
func (g *goods) likely() bool {
	return len(g.quantities) > 0 && len(g.prices)+len(g.totals)+len(g.skus) > 0
}

// places scores the path of a list: by its names, less something for every segment.
func places(s *shape, root *shape) int {
	const perSegment, refused = 5, 70
	score := -perSegment * (len(s.path) - len(root.path))
	if unlikely(s.path) {
		return score - refused
	}
	return score + listNames.fit(s.names(root.path))/2
}

// beside joins lists that are written alike, such as goods that are sent and goods that are
// downloaded: first those beside each other, then those anywhere.
func beside(all []*goods) []*goods {
	const near, far = 10, 4 // what is gained by leaving nothing out
	joined := together(all, near, func(p path) string { return p[:len(p)-1].String() })
	for _, g := range together(all, far, func(path) string { return "" }) {
		if !slices.ContainsFunc(joined, func(other *goods) bool { return len(other.paths) == len(g.paths) }) {
			joined = append(joined, g)
		}
	}
	return joined
}

// together groups lists that are written alike by where they are.
func together(all []*goods, gain int, where func(path) string) []*goods {
	groups := make(map[string][]*goods)
	var order []string
	for _, g := range all {
		p := g.paths[0]
		if !g.shape.listed || g.refused() {
			continue
		}
		key := where(p) + "|" + first(g.quantities) + "|" + first(g.prices) + "|" + first(g.totals)
		if groups[key] == nil {
			order = append(order, key)
		}
		groups[key] = append(groups[key], g)
	}
	var joined []*goods
	for _, key := range order {
		group := groups[key]
		if len(group) < 2 || nested(group) {
			continue
		}
		g := &goods{}
		for _, one := range group {
			g.paths = append(g.paths, one.paths...)
			g.score = max(g.score, one.score+gain)
		}
		joined = append(joined, g)
	}
	return joined
}

// nested reports whether one of the lists is inside another: its elements are parts of
// the other's.
func nested(group []*goods) bool {
	for i, a := range group {
		for j, b := range group {
			if p, q := a.paths[0], b.paths[0]; i != j && len(p) < len(q) && slices.Equal(p, q[:len(p)]) {
				return true
			}
		}
	}
	return false
}

// refused reports whether the name says that these are no goods of the order.
func (g *goods) refused() bool {
	return unlikely(g.shape.path)
}

func first(list []choice) string {
	if len(list) == 0 {
		return ""
	}
	return list[0].path.String()
}

// gather takes the lines from the samples.
func (g *goods) gather(orders []*value) {
	for _, order := range orders {
		var lines []*value
		for _, p := range g.paths {
			for _, line := range elements(order.at(p)) {
				if line.kind == '{' {
					lines = append(lines, line)
				}
			}
		}
		g.orders = append(g.orders, lines)
		g.lines = append(g.lines, lines...)
	}
	if len(g.paths) > 1 {
		g.shape = shapeOf(nil, g.lines)
		score := g.score
		g.choose()
		g.score = score
	}
}

// priced is one way to price the lines: a quantity with the price of a unit, or with
// the total of the line.
type priced struct {
	*goods
	quantity, price, total path // price or total may be nil
	score                  int
	agrees                 path   // the total of a line that quantity × price is; nil for none
	sum                    path   // the sum in the body that the lines come to; nil for none
	sumIs                  string // the role of the sum
}

// worth is what a line is worth; nil where that is not said.
func (p *priced) worth(line *value) *big.Rat {
	quantity := p.numberAt(line, p.quantity)
	if quantity == nil {
		return nil
	}
	if p.price == nil {
		total := p.numberAt(line, p.total)
		if total != nil && quantity.Sign() == 0 {
			return new(big.Rat)
		}
		return total
	}
	price := p.numberAt(line, p.price)
	if price == nil {
		return nil
	}
	return new(big.Rat).Mul(quantity, price)
}

func (p *priced) numberAt(line *value, at path) *big.Rat {
	v := line.one(at)
	if v == nil {
		return nil
	}
	n, ok := v.number()
	if !ok {
		return nil
	}
	return n
}

// worths are what the orders come to; nil for one with a line of which that is not
// said.
func (p *priced) worths() []*big.Rat {
	sums := make([]*big.Rat, len(p.orders))
	for i, lines := range p.orders {
		sum := new(big.Rat)
		for _, line := range lines {
			worth := p.worth(line)
			if worth == nil {
				sum = nil
				break
			}
			sum.Add(sum, worth)
		}
		sums[i] = sum
	}
	return sums
}

// near reports whether two amounts differ by rounding alone: by at most half a cent for each unit.
func near(a, b, units *big.Rat) bool {
	difference := new(big.Rat).Sub(a, b)
	difference.Abs(difference)
	bound := new(big.Rat).Mul(units, big.NewRat(1, 200))
	return difference.Cmp(bound) <= 0
}

// agreement is the path of a total that equals quantity × price in every line that states it; nil
// if there is none.
func (p *priced) agreement() *choice {
	for i := range p.totals {
		t := &p.totals[i]
		if p.agreesWith(t.path) {
			return t
		}
	}
	return nil
}

func (p *priced) agreesWith(total path) bool {
	seen := 0
	for _, line := range p.lines {
		worth, quantity, stated := p.worth(line), p.numberAt(line, p.quantity), p.numberAt(line, total)
		if worth == nil || stated == nil {
			continue
		}
		if !near(worth, stated, quantity) {
			return false
		}
		if worth.Sign() > 0 {
			seen++
		}
	}
	return seen > 0
}

// complete is the percentage of lines whose worth is known.
func (p *priced) complete() int {
	said := 0
	for _, line := range p.lines {
		if p.worth(line) != nil {
			said++
		}
	}
	return said * 100 / len(p.lines)
}

// ways are the ways to price the lines of a place, the likeliest first.
func (g *goods) ways(root *shape, orders []*value) []*priced {
	sums := findSums(root, orders, g.paths)
	var all []*priced
	for _, quantity := range g.quantities[:min(len(g.quantities), 3)] {
		for _, price := range g.prices {
			if price.path.String() != quantity.path.String() {
				all = append(all, &priced{goods: g, quantity: quantity.path, price: price.path, score: g.base() + quantity.score + price.score})
			}
		}
		for _, total := range g.totals {
			const second = 20 // the price of a unit says more
			if total.path.String() != quantity.path.String() {
				all = append(all, &priced{goods: g, quantity: quantity.path, total: total.path, score: g.base() + quantity.score + total.score - second})
			}
		}
		if len(g.prices)+len(g.totals) == 0 {
			all = append(all, &priced{goods: g, quantity: quantity.path, score: g.base() + quantity.score})
		}
	}
	for _, p := range all {
		p.weigh(sums)
		p.discount()
	}
	slices.SortStableFunc(all, func(a, b *priced) int { return cmp.Compare(b.score, a.score) })
	return all
}

// base is the score of a list without those of its quantity and its price.
func (g *goods) base() int {
	return g.score - best(g.quantities) - max(best(g.prices), best(g.totals))
}

// weigh raises the score if totals or sums agree with the lines, and lowers it for lines of unknown
// worth.
func (p *priced) weigh(sums []bodySum) {
	const (
		lineAgrees = 25
		sumAgrees  = 45
		mayBeMore  = 25 // a sum that need not be of the goods alone
		original   = 25 // a sum that is called the original one
	)
	if p.price == nil && p.total == nil {
		return
	}
	p.score -= 100 - p.complete()
	if p.price != nil {
		if total := p.agreement(); total != nil {
			p.agrees = total.path
			p.score += lineAgrees + total.score/8
		}
	}
	worths := p.worths()
	for _, s := range sums {
		if !s.comesTo(worths) {
			continue
		}
		gain := mayBeMore + s.score/10
		if s.role == &subtotalRole {
			gain = sumAgrees + s.score/10
		}
		if last := words(s.path[len(s.path)-1]); contains(last, "original") {
			gain += original
		}
		p.sum, p.sumIs = s.path, s.role.key
		p.score += gain
		break // they are in order
	}
}

// discount lowers the score of amounts that include discounts. A price, or a total with a sure
// name, is the worth of a line before discounts: a smaller amount has discounts taken off.
func (p *priced) discount() {
	const (
		less = 70
		sure = 90 // how well a name has to fit
	)
	others := p.prices
	if p.price != nil {
		others = p.totals
	}
	for _, other := range others {
		if other.score < sure {
			continue
		}
		o := &priced{goods: p.goods, quantity: p.quantity}
		if p.price != nil {
			o.total = other.path
		} else {
			o.price = other.path
		}
		if p.below(o) {
			p.score -= less
			return
		}
	}
}

// below reports whether no line is worth more than in another way, and one is worth
// less, rounding aside.
func (p *priced) below(other *priced) bool {
	some := false
	for _, line := range p.lines {
		mine, theirs, quantity := p.worth(line), other.worth(line), p.numberAt(line, p.quantity)
		if mine == nil || theirs == nil || near(mine, theirs, quantity) {
			continue
		}
		if mine.Cmp(theirs) > 0 {
			return false
		}
		some = true
	}
	return some
}

// bodySum is a member of the body that may be the sum of the goods.
type bodySum struct {
	choice
	role    *role
	amounts []*big.Rat // of each sample; nil where it states none
}

// comesTo reports whether it is what the lines come to, wherever it is stated, and is
// stated once at least.
func (s *bodySum) comesTo(worths []*big.Rat) bool {
	seen := 0
	for i, stated := range s.amounts {
		if stated == nil || worths[i] == nil {
			continue
		}
		if stated.Cmp(worths[i]) != 0 {
			return false
		}
		if stated.Sign() > 0 {
			seen++
		}
	}
	return seen > 0
}

// everywhere reports whether every sample states it.
func (s *bodySum) everywhere() bool {
	return !slices.Contains(s.amounts, nil)
}

// findSums are the members of the body that may be the sum of the goods, those first
// that are called so.
func findSums(root *shape, orders []*value, except []path) []bodySum {
	var all []bodySum
	for _, r := range []*role{&subtotalRole, &sumRole} {
		for _, c := range survey(root, within(maxDepth, except), leafFor(r, areNumbers)) {
			s := bodySum{choice: c, role: r}
			if unlikely(c.path[:len(c.path)-1]) || !single(orders, c.path) {
				continue
			}
			for _, order := range orders {
				var amount *big.Rat
				if v := order.one(c.path); v != nil {
					amount, _ = v.number()
				}
				s.amounts = append(s.amounts, amount)
			}
			all = append(all, s)
		}
	}
	return all
}
