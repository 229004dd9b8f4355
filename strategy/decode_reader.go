package strategy

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy/document"
)

// reader carries what every part of the language needs while it is decoded,
// and gathers the problems, so that one run finds them all.
type reader struct {
	doc        *document.Document
	companions companions
	problems   document.Findings
	warnings   document.Findings
	known      catalogueWords
	halfRead   bool // the catalogue could not be read to its end
	compared   int  // words of the catalogue with unknown ones
	zoned      bool // whether timezone is given
	spelling   spelling
	codes      map[string]spelledCode // every coupon code so far, by its form
	folding    folding
	currency   money.Currency
	location   *time.Location
	maxRate    money.Rate // zero when limits.max_rate is absent
	spare      []*section
	closing    func(*section) // hears of each section before it is closed; for tests
	arenas
}

// arenas are what lists and the parts that many rules have are taken from.
type arenas struct {
	strings    arena[string]
	nodes      arena[*document.Node]
	windows    arena[window]
	attributes arena[attribute]
	specs      arena[conditionSpec]
	thresholds arena[threshold]
	percents   arena[percentOff]
	amounts    arena[amountOff]
}

func (r *reader) add(at document.Pos, key, reason, hint string) {
	r.problems.Add(r.doc, r.doc.Diagnostic(at, key, reason, hint))
}

func (r *reader) err() error {
	if r.problems.Count() == 0 {
		return nil
	}
	found := new(document.Diagnostics)
	found.List, found.More = r.problems.Told(r.doc)
	found.Warnings, found.MoreWarnings = r.warnings.Told(r.doc)
	return found
}

// wrong reports a problem of a member's value, or of an element of it.
func (s *section) wrong(n *document.Node, name, reason, hint string) {
	s.add(n.Pos, s.keyOf(n, name), reason, hint)
}

// want reports a value of the wrong type.
func (s *section) want(n *document.Node, name, wanted string) {
	s.wrong(n, name, n.Unlike(wanted), "")
}

func (s *section) bool(name string, absent bool) bool {
	n := s.get(name)
	if n == nil {
		return absent
	}
	if n.Kind != document.Bool {
		s.want(n, name, "true or false")
		return absent
	}
	return n.Text == "true"
}

// text reads a string that may not be empty; "" when it is absent or wrong.
func (s *section) text(name string) string {
	n := s.get(name)
	if n == nil {
		return ""
	}
	if n.Kind != document.String {
		s.want(n, name, "a string")
		return ""
	}
	if n.Text == "" {
		s.wrong(n, name, "the string is empty", "")
	}
	s.checkStray(n, name)
	return n.Text
}

// integer reads a whole number from least to most.
func (s *section) integer(name string, least, most int64) (int64, bool) {
	n := s.get(name)
	if n == nil {
		return 0, false
	}
	if n.Kind != document.Integer {
		s.want(n, name, "a whole number")
		return 0, false
	}
	v, err := document.ParseInteger(n.Text)
	if err != nil || v < least || v > most {
		s.wrong(n, name, fmt.Sprintf("%s is out of range, %d to %d is wanted", n.Text, least, most), "")
		return 0, false
	}
	return v, true
}

// number is the decimal text of a number, written as one or as a string.
func (s *section) number(n *document.Node, name, wanted string) (string, bool) {
	switch n.Kind {
	case document.Integer, document.Float, document.String:
	default:
		s.want(n, name, wanted)
		return "", false
	}
	text := strings.TrimPrefix(n.Text, "+")
	if n.Kind != document.String && strings.ContainsAny(text, "eExobn") {
		s.wrong(n, name, fmt.Sprintf("%s is not a plain decimal number", n.Text), "write it with digits and a point only")
		return "", false
	}
	return text, true
}

// amount reads money in major units, least minor units or more.
func (s *section) amount(name string, least int64) (int64, bool) {
	n := s.get(name)
	if n == nil {
		return 0, false
	}
	text, ok := s.number(n, name, "an amount such as 20 or \"19.90\"")
	if !ok {
		return 0, false
	}
	minor, err := s.currency.ParseMajor(text)
	switch {
	case err != nil:
		s.wrong(n, name, fmt.Sprintf("%q is not an amount of %s: %v", n.Text, s.currency.Code(), err), "")
		return 0, false
	case minor < least:
		s.wrong(n, name, fmt.Sprintf("%s is too small, %s or more is wanted", n.Text, majorText(s.currency, least)), "")
		return 0, false
	}
	return minor, true
}

// texts reads a list of different strings that are not empty; a single string
// stands for a list of one.
func (s *section) texts(name string) []string { return s.words(name, asWritten, nil) }

// words is texts in the form in which they are compared; each hears of every word, as
// it is written and in that form.
func (s *section) words(name string, form wordForm, each func(s *section, item *document.Node, word string)) []string {
	n := s.get(name)
	if n == nil {
		return nil
	}
	items := n.Items
	if n.Kind == document.String {
		items = append(s.nodes.alloc(1), n)
	} else if n.Kind != document.Array {
		s.want(n, name, "a list of strings")
		return nil
	}
	if len(items) == 0 {
		s.wrong(n, name, "the list is empty, so nothing could ever match", "leave the key out to match everything")
	}
	s.checkStrays(items, name)
	list, seen := s.strings.alloc(len(items)), seenAmong(len(items))
	for _, item := range items {
		switch {
		case item.Kind != document.String:
			s.want(item, name, "a string")
		case item.Text == "":
			s.wrong(item, name, "the string is empty", "")
		default:
			word := form.in(&s.folding, item.Text)
			switch {
			case word == "":
				s.wrong(item, name, fmt.Sprintf("%q is blank", item.Text), "")
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

// listed reports whether a word is in the list already. A short list is
// searched, a long one has a map beside it.
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

// tables reads a list of tables, written [[name]] or inline; a single table
// stands for a list of one.
func (s *section) tables(name, example string) []*document.Node {
	n := s.get(name)
	switch {
	case n == nil:
		return nil
	case n.Kind == document.Table:
		return append(s.nodes.alloc(1), n)
	case n.Kind != document.Array:
		s.want(n, name, "a table such as "+example+", or a list of them,")
		return nil
	}
	if !slices.ContainsFunc(n.Items, func(item *document.Node) bool { return item.Kind != document.Table }) {
		return n.Items
	}
	tables := make([]*document.Node, 0, len(n.Items))
	for i, item := range n.Items {
		if item.Kind != document.Table {
			s.add(item.Pos, fmt.Sprintf("%s[%d]", s.key(name), i), item.Unlike("a table such as "+example), "")
			continue
		}
		tables = append(tables, item)
	}
	return tables
}
