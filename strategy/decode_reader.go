package strategy

import (
	"fmt"
	"slices"
	"time"

	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy/document"
	"github.com/promogate/caddy-discount/strategy/internal/arena"
)

// reader has the state that every part of the language needs while it is decoded.
type reader struct {
	report     *document.Reader
	doc        *document.Document
	companions companions
	known      catalogueWords
	halfRead   bool // the catalogue could not be read to its end
	compared   int  // comparisons of unknown words with words of the catalogue
	zoned      bool // whether timezone is given
	spelling   spelling
	codes      map[string]spelledCode // every coupon code so far, by its compared form
	folding    folding
	codeSets   []*codeSet
	inService  *Strategy
	draft      bool
	noSets     bool // the sets of codes could not be read
	currency   money.Currency
	location   *time.Location
	maxRate    money.Rate // zero when limits.max_rate is absent
	spare      []*section
	closing    func(*section) // called for each section before it is closed; for tests
	arenas
}

// newReader makes the reader that decodes a document.
func newReader(d *document.Document, companions companions) *reader {
	return &reader{report: document.NewReader(d), doc: d, companions: companions}
}

// arenas allocate lists and the parts that many rules have.
type arenas struct {
	strings    arena.Of[string]
	windows    arena.Of[window]
	attributes arena.Of[attribute]
	specs      arena.Of[conditionSpec]
	thresholds arena.Of[threshold]
	percents   arena.Of[percentOff]
	amounts    arena.Of[amountOff]
}

// text reads a string that must not be empty; "" when it is absent or wrong.
func (s *section) text(name string) string {
	n := s.Get(name)
	text := s.TextOf(n, name)
	if text != "" {
		s.checkStray(n, name)
	}
	return text
}

// amount reads an amount in major units and returns minor units. It must be at least least
// minor units.
func (s *section) amount(name string, least int64) (int64, bool) {
	n := s.Get(name)
	if n == nil {
		return 0, false
	}
	text, ok := s.Number(n, name, "an amount such as 20 or \"19.90\"")
	if !ok {
		return 0, false
	}
	minor, err := s.currency.ParseMajor(text)
	switch {
	case err != nil:
		s.Wrong(n, name, fmt.Sprintf("%q is not an amount of %s: %v", n.Text, s.currency.Code(), err), "")
		return 0, false
	case minor < least:
		s.Wrong(n, name, fmt.Sprintf("%s is too small, want %s or more", n.Text, majorText(s.currency, least)), "")
		return 0, false
	}
	return minor, true
}

// texts reads a list of different strings that are not empty. A single string counts as a
// list of one.
func (s *section) texts(name string) []string { return s.words(name, asWritten, nil) }

// words is texts in the form in which the words are compared. It calls each, unless nil,
// for every word with its node and its form.
func (s *section) words(name string, form wordForm, each func(s *section, item *document.Node, word string)) []string {
	n := s.Get(name)
	if n == nil {
		return nil
	}
	items := s.Strings(n, name, "a list of strings", "the list is empty, so nothing could ever match", "leave the key out to match everything")
	if len(items) == 0 {
		return nil
	}
	s.checkStrays(items, name)
	list, seen := s.strings.Alloc(len(items)), seenAmong(len(items))
	for _, item := range items {
		switch {
		case item.Kind != document.String:
			s.Want(item, name, "a string")
		case item.Text == "":
			s.Wrong(item, name, "the string is empty", "")
		default:
			word := form.in(&s.folding, item.Text)
			switch {
			case word == "":
				s.Wrong(item, name, fmt.Sprintf("%q is blank", item.Text), "")
			case listed(list, seen, word):
				s.listedTwice(n, item, name, form)
			default:
				if list = append(list, word); each != nil {
					each(s, item, word)
				}
			}
		}
	}
	return list
}

// listed reports whether a word is in the list already. A long list has a map for the
// search, a short one is searched directly.
func listed(list []string, seen map[string]bool, word string) bool {
	if seen == nil {
		return slices.Contains(list, word)
	}
	before := seen[word]
	seen[word] = true
	return before
}

func seenAmong(words int) map[string]bool {
	if words <= scanned {
		return nil
	}
	return make(map[string]bool, words)
}
