package strategy

import (
	"fmt"
	"maps"
	"slices"

	"github.com/promogate/caddy-discount/strategy/document"
)

// words are what the catalogue knows of one kind.
type words struct {
	known   map[string]bool
	form    wordForm // that of known
	written []string // as the catalogue has them; empty where that is known
	sorted  []string // made for the first guess
}

func (w *words) add(word string) {
	if w.known == nil {
		w.known = map[string]bool{}
	}
	if w.form != asWritten {
		w.written = append(w.written, word)
	}
	w.known[w.form.of(word)] = true
}

func (w *words) list() []string {
	switch {
	case w.sorted != nil:
	case w.written != nil:
		w.sorted = slices.Sorted(slices.Values(w.written))
	default:
		w.sorted = slices.Sorted(maps.Keys(w.known))
	}
	return w.sorted
}

// catalogueWords are what rules may name.
type catalogueWords struct{ skus, categories, subgroups words }

func wordsOf(products []product, by spelling) catalogueWords {
	known := catalogueWords{skus: words{form: by.skus}}
	for i := range products {
		p := &products[i]
		known.skus.add(p.sku)
		if p.category != "" {
			known.categories.add(p.category)
		}
		for _, category := range p.moreCategories {
			known.categories.add(category)
		}
		if p.subgroup != "" {
			known.subgroups.add(p.subgroup)
		}
	}
	return known
}

// checkKnown warns of words the catalogue does not have. A strategy without
// such words in its catalogue takes them from the carts, and cannot tell.
func (s *section) checkKnown(name string, list []string, known *words) {
	if len(known.known) == 0 {
		return
	}
	reported := 0
	for _, word := range list {
		if known.known[word] {
			continue
		}
		if reported++; reported > maxUnknown {
			return
		}
		item := itemOf(s.Node.Get(name), word, known.form)
		if item.Kind == document.String {
			word = item.Text
		}
		hint := s.guess(word, known)
		s.warn(item, name, fmt.Sprintf("the catalogue does not know %q", word), hint)
	}
}

// guess is the hint for a word that the catalogue does not know. A catalogue
// that lacks nearly all of many words is not searched for each of them.
func (s *section) guess(word string, known *words) string {
	if s.compared > maxGuesses {
		return ""
	}
	s.compared += len(known.known)
	return document.DidYouMean(word, known.list())
}

// maxGuesses is with how many known words, about, unknown ones are compared for
// a strategy: some tenths of a second.
const maxGuesses = 1_000_000

// maxUnknown is how many unknown words of one list are reported.
const maxUnknown = 5

// itemOf is where in a list a word stands, which is given in the form.
func itemOf(list *document.Node, word string, form wordForm) *document.Node {
	for _, item := range list.Items {
		if form.of(item.Text) == word {
			return item
		}
	}
	return list
}
