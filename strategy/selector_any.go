package strategy

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/promogate/caddy-discount/strategy/document"
)

// This file implements the key any of a selector: a line matches if it matches one of several
// selectors and the keys beside any.
//
//	any = [{ skus = ["gift-box"] }, { categories = ["tea", "coffee"] }]
//
// An alternative has no any of its own, but its exclude may have one.

func decodeAny(s *section) []selector {
	if isAlternative(&s.Section) {
		s.refuseAny()
		return nil
	}
	n := s.Get("any")
	if n == nil {
		return nil
	}
	if n.Kind == document.Array && len(n.Items) == 0 {
		s.Wrong(n, "any", "the list is empty, so nothing could ever match", "leave the key out to match everything")
		return nil
	}
	nodes := s.Tables("any", `{ skus = ["latte"] }`)
	list := make([]selector, 0, len(nodes))
	for i, node := range nodes {
		sub := s.element(node, "any", i)
		if len(node.Fields) == 0 {
			s.Add(node.Pos, sub.Path(), "the table is empty, so every line would match", "leave any out to match everything")
		}
		list = append(list, decodeSelector(sub))
		sub.Done()
	}
	s.checkAlternatives(list, nodes)
	return list
}

// isAlternative reports whether the table is an element of any.
func isAlternative(s *document.Section) bool { return s.Name == "any" && s.Index >= 0 }

// refuseAny reports an any within an any. The key becomes known only if it is present, so that
// no hint suggests it.
func (s *section) refuseAny() {
	if n := s.Node.Get("any"); n != nil {
		s.Ask("any")
		s.Wrong(n, "any", "any cannot be within any", "write its alternatives into the list around it")
	}
}

// checkAlternatives warns of an alternative that is the same as an earlier one.
func (s *section) checkAlternatives(list []selector, nodes []*document.Node) {
	first := make(map[string]int, len(list))
	for i := range list {
		written := string(list[i].written(s.reader))
		if j, twice := first[written]; twice {
			s.warnTable(nodes[i], fmt.Sprintf("%s[%d]", s.Key("any"), i), fmt.Sprintf("the alternative is the same as any[%d]", j))
			continue
		}
		first[written] = i
	}
}

// written is the selector in its canonical form.
func (sel *selector) written(r *reader) []byte {
	o := &object{currency: r.currency}
	o.object(sel.encode)
	return o.buf
}

// encodeAny writes the alternatives sorted by their text, because their order has no meaning.
func (sel *selector) encodeAny(o *object) {
	if len(sel.any) == 0 {
		return
	}
	texts := make([][]byte, len(sel.any))
	for i := range sel.any {
		part := &object{currency: o.currency}
		part.object(sel.any[i].encode)
		texts[i] = part.buf
	}
	slices.SortFunc(texts, bytes.Compare)
	o.key("any")
	o.raw("[")
	for i, text := range texts {
		if i > 0 {
			o.raw(",")
		}
		o.raw(string(text))
	}
	o.raw("]")
}

// alternatives compiles the selectors of any.
func (c *compiler) alternatives(list []selector) []matcher {
	matchers := make([]matcher, len(list))
	for i := range list {
		matchers[i] = c.matcher(&list[i])
	}
	return matchers
}

// any lists the alternatives of a matcher; nil without any.
func (m *matcher) any() []matcher {
	if m.extra == nil {
		return nil
	}
	return m.extra.any
}

// matchesAny reports whether a line matches one of the alternatives.
func (f *extraTests) matchesAny(l *item) bool {
	for i := range f.any {
		if f.any[i].matches(l) {
			return true
		}
	}
	return false
}

// named are the words by which the index finds an alternative: its SKUs, or else its categories,
// or else its subgroups.
func (m *matcher) named() (skus, categories, subgroups []symbol) {
	switch {
	case len(m.skus) > 0:
		return m.skus, nil, nil
	case len(m.categories) > 0:
		return nil, m.categories, nil
	}
	return nil, nil, m.subgroups
}

// findable reports whether each alternative has words by which the index finds it.
func (m *matcher) findable() bool {
	list := m.any()
	return len(list) > 0 && !slices.ContainsFunc(list, func(a matcher) bool {
		return len(a.skus)+len(a.categories)+len(a.subgroups) == 0
	})
}

// namesFew reports whether each alternative has words by which the index finds it, at most
// fewWords together.
func (m *matcher) namesFew() bool {
	words := 0
	for _, a := range m.any() {
		skus, categories, subgroups := a.named()
		words += len(skus) + len(categories) + len(subgroups)
	}
	return m.findable() && words <= fewWords
}

// narrowAny lists in e.lookup.matched the goods that have one of the words of the alternatives,
// each once, in the order of the cart. It is false unless matcher.namesFew is true.
func (e *evaluation) narrowAny(m *matcher) bool {
	if m.extra == nil || !m.extra.anyOfFew {
		return false
	}
	list := m.extra.any
	e.lookup.matched = e.lookup.matched[:0]
	for i := range list {
		skus, categories, subgroups := list[i].named()
		e.addMatched(&e.lookup.bySKU, skus, skuOf, 0)
		e.addMatched(&e.lookup.byCategory, categories, categoryOf, len(e.lookup.categories))
		e.addMatched(&e.lookup.bySubgroup, subgroups, subgroupOf, 0)
	}
	slices.Sort(e.lookup.matched)
	e.lookup.matched = slices.Compact(e.lookup.matched)
	return true
}

// anyLine has the words of a line that a selector may match: its own, or else those of its first
// alternative.
func (sel *selector) anyLine() selector {
	words := selector{skus: sel.skus, categories: sel.categories, subgroups: sel.subgroups}
	if len(sel.any) == 0 {
		return words
	}
	first := &sel.any[0]
	for _, list := range []struct {
		to   *[]string
		from []string
	}{{&words.skus, first.skus}, {&words.categories, first.categories}, {&words.subgroups, first.subgroups}} {
		if len(*list.to) == 0 {
			*list.to = list.from
		}
	}
	return words
}
