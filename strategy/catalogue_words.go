package strategy

import (
	"fmt"
	"maps"
	"slices"

	"github.com/promogate/caddy-discount/strategy/document"
)

// words are the words of one kind in the catalogue.
type words struct {
	known   map[string]bool
	form    wordForm // the form of the words in known
	written []string // as the catalogue has them; empty where known has them so
	sorted  []string // filled at the first guess
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

// catalogueWords are the words that rules may name.
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

// checkKnown warns of words that the catalogue does not have. If the catalogue has no words
// of the kind, they come from the carts and no warning is possible.
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

// guess is the hint for a word that is not in the catalogue. The number of comparisons is
// limited, since many words may be missing.
func (s *section) guess(word string, known *words) string {
	if s.compared > maxGuesses {
		return ""
	}
	s.compared += len(known.known)
	return document.DidYouMean(word, known.list())
}

// maxGuesses is about how many known words the unknown ones of a strategy are compared
// with. It takes some tenths of a second.
const maxGuesses = 1_000_000

// maxUnknown is how many unknown words of one list are reported at most.
const maxUnknown = 5

// itemOf is the element of a list that is the word in the given form, or the list if there
// is none.
func itemOf(list *document.Node, word string, form wordForm) *document.Node {
	for _, item := range list.Items {
		if form.of(item.Text) == word {
			return item
		}
	}
	return list
}
