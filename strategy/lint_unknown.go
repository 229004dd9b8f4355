package strategy

import (
	"fmt"
	"strings"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/strategy/document"
)

// This file warns of prices, floors and excludes that do not apply to an article unknown to the
// catalogue: another spelling of a SKU, or a cart of sums without lines.

// checkUnknown warns of prices and floors of the catalogue, and of excludes, that apply to known
// articles alone. It is silent if the strategy has the key unknown_skus.
func (l *linter) checkUnknown(m *Model) {
	if l.root.Get("unknown_skus") != nil {
		return
	}
	prices, floors, first := m.guarded()
	excluding := m.excluding()
	if len(m.products) == 0 {
		if len(excluding) > 0 {
			l.report(excluding[0], excludesText(excluding)+" goes by what the cart says: an article under another SKU or in another category gets around it",
				`list the goods in [[products]] and write unknown_skus = "reject" at the top, or unknown_skus = "pass" where this is meant`, "exclude", "any", "buy", "get")
		}
		return
	}
	var guards []string
	if prices > 0 {
		guards = append(guards, countText(prices, "price"))
	}
	if floors > 0 {
		guards = append(guards, countText(floors, "floor"))
	}
	if len(excluding) > 0 {
		guards = append(guards, excludesText(excluding))
	}
	if len(guards) == 0 {
		return
	}
	reason := "an article under a SKU that the catalogue does not know, or a cart of sums alone, gets around " + joinedAnd(guards)
	const hint = `write unknown_skus = "reject" at the top, with sku_compare = "fold" where SKUs are spelt in several ways; or unknown_skus = "pass" where this is meant`
	if first < 0 {
		l.report(excluding[0], reason, hint, "exclude", "any", "buy", "get")
		return
	}
	list := l.root.Get("products")
	if list.Kind != document.Array { // a spreadsheet
		l.found = append(l.found, l.doc.Diagnostic(list.Pos, "products", reason, hint))
		return
	}
	l.reportElement(list, "products", first, reason, hint)
}

// guarded counts the prices and the floors of the catalogue; first is the index of the first
// product that has one, -1 for none.
func (m *Model) guarded() (prices, floors, first int) {
	first = -1
	for i := range m.products {
		p := &m.products[i]
		if p.price != cart.NoPrice {
			prices++
		}
		if p.floor > 0 {
			floors++
		}
		if first < 0 && prices+floors > 0 {
			first = i
		}
	}
	return prices, floors, first
}

// excluding lists the enabled rules that leave goods out.
func (m *Model) excluding() []*rule {
	var rules []*rule
	for _, r := range m.rules {
		if r.enabled && r.excludes() {
			rules = append(rules, r)
		}
	}
	return rules
}

// excludes reports whether a rule, or its get reward, has an exclude.
func (r *rule) excludes() bool {
	if r.lines.excludes() {
		return true
	}
	of, is := r.reward.(pairedReward)
	if !is {
		return false
	}
	buy, get := of.pair()
	return buy.lines.excludes() || get.lines.excludes()
}

func (sel *selector) excludes() bool {
	if sel.exclude != nil {
		return true
	}
	for i := range sel.any {
		if sel.any[i].exclude != nil {
			return true
		}
	}
	return false
}

func excludesText(rules []*rule) string {
	text := fmt.Sprintf("exclude of the rule %q", rules[0].id)
	if more := len(rules) - 1; more > 0 {
		text += fmt.Sprintf(" and of %d more", more)
	}
	return text
}

// countText is a number and a noun: "1 price", "3 prices".
func countText(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}

// joinedAnd joins parts of a sentence.
func joinedAnd(parts []string) string {
	last := len(parts) - 1
	if last == 0 {
		return parts[0]
	}
	return strings.Join(parts[:last], ", ") + " and " + parts[last]
}
