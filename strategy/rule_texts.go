package strategy

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/language"

	"github.com/promogate/caddy-discount/strategy/document"
)

// ruleTexts are the texts of a rule for people, and its data for other programs. No amount
// depends on them, so they are not part of the canonical form.
//
//	title       = "三件八五折"                            # or by language: { zh = "三件八五折", en = "15% off three" }
//	description = { zh = "任选三件", en = "any three" }
//	tags        = ["summer", "drinks"]
//	meta        = { campaign = "C-2026-11" }              # any table
type ruleTexts struct {
	title, description localized
	tags               []string
	meta               string // canonical JSON; "" when absent
}

// localized is a text in several languages, in the order of the file, or one text without a
// language.
type localized []inLanguage

type inLanguage struct {
	tag  string // BCP 47; "" for no language
	text string
}

// The bounds of texts.
const (
	maxTitle       = 200   // characters
	maxDescription = 2_000 // characters
	maxTags        = 32
	maxTag         = 64 // characters
	maxLanguages   = 64
)

// decodeTexts reads the texts of a rule; nil if it has none.
func decodeTexts(s *section) *ruleTexts {
	t := ruleTexts{
		title:       s.localized("title", maxTitle, false),
		description: s.localized("description", maxDescription, true),
		tags:        s.tags(),
		meta:        s.meta(),
	}
	if t.title == nil && t.description == nil && t.tags == nil && t.meta == "" {
		return nil
	}
	given := t // allocated here, so that rules without texts allocate nothing
	return &given
}

// localized reads a string, or a table of strings by language.
func (s *section) localized(name string, most int, lines bool) localized {
	n := s.Get(name)
	switch {
	case n == nil:
		return nil
	case n.Kind == document.String:
		return localized{{text: s.shown(n, name, most, lines)}}
	case n.Kind != document.Table:
		s.Want(n, name, `a string, or a table of strings by language such as { zh = "…", en = "…" }`)
		return nil
	case len(n.Fields) == 0:
		s.Wrong(n, name, "the table is empty", `such as { zh = "…", en = "…" }, or leave the key out`)
		return nil
	case len(n.Fields) > maxLanguages:
		s.Wrong(n, name, fmt.Sprintf("%d languages are too many, want 1 to %d", len(n.Fields), maxLanguages), "")
		return nil
	}
	sub := s.member(n, name)
	list := make(localized, 0, len(n.Fields))
	spelled := make(map[string]string, len(n.Fields))
	for i := range n.Fields {
		f := &n.Fields[i]
		if tag, ok := sub.languageOf(f, spelled); ok && f.Value.Kind == document.String {
			list = append(list, inLanguage{tag, sub.shown(f.Value, f.Key, most, lines)})
		} else if f.Value.Kind != document.String {
			sub.Want(f.Value, f.Key, "a string")
		}
	}
	sub.close()
	return list
}

// languageOf reads a language tag; spelled has the earlier tags, as written, by their canonical
// form.
func (s *section) languageOf(f *document.Field, spelled map[string]string) (string, bool) {
	tag, err := language.Parse(f.Key)
	switch {
	case strings.Contains(f.Key, "_"):
		hint := ""
		if err == nil {
			hint = fmt.Sprintf("did you mean %q?", tag)
		}
		s.Add(f.Pos, s.Key(f.Key), fmt.Sprintf("%q is not a language tag of BCP 47, which has hyphens", f.Key), hint)
		return "", false
	case err != nil || tag == language.Und:
		s.Add(f.Pos, s.Key(f.Key), fmt.Sprintf("%q is not a language tag of BCP 47", f.Key), "such as zh, zh-Hant or en-GB")
		return "", false
	}
	same, err := language.All.Canonicalize(tag)
	if err != nil {
		same = tag
	}
	if other, twice := spelled[same.String()]; twice {
		s.Add(f.Pos, s.Key(f.Key), fmt.Sprintf("%q is the same language as %q", f.Key, other), "leave one of them out")
		return "", false
	}
	spelled[same.String()] = f.Key
	return tag.String(), true
}

// shown checks a text that people see.
func (s *section) shown(n *document.Node, name string, most int, lines bool) string {
	if reason := checkShown(n.Text, most, lines); reason != "" {
		s.Wrong(n, name, reason, "")
	}
	return n.Text
}

// checkShown says what is wrong with a text that people see, if anything.
func checkShown(text string, most int, lines bool) string {
	if strings.TrimSpace(text) == "" {
		return "the text is empty"
	}
	if n := utf8.RuneCountInString(text); n > most {
		return fmt.Sprintf("%d characters are too many, want 1 to %d", n, most)
	}
	for _, c := range text {
		if lines && (c == '\n' || c == '\t' || c == '\r') || unicode.Is(unicode.Cf, c) {
			continue // Cf has the joiners of scripts and emoji
		}
		if !unicode.IsGraphic(c) {
			return fmt.Sprintf("the character %U cannot be shown", c)
		}
	}
	return ""
}

// tags reads a list of distinct words.
func (s *section) tags() []string {
	n := s.Get("tags")
	if n == nil {
		return nil
	}
	items := s.Strings(n, "tags", "a list of strings", "the list is empty", "leave the key out")
	if len(items) > maxTags {
		s.Wrong(n, "tags", fmt.Sprintf("%d tags are too many, want 1 to %d", len(items), maxTags), "")
		return nil
	}
	list := make([]string, 0, len(items))
	for _, item := range items {
		if item.Kind != document.String {
			s.Want(item, "tags", "a string")
			continue
		}
		if slices.Contains(list, item.Text) {
			s.Wrong(item, "tags", fmt.Sprintf("%q is listed twice", item.Text), "")
		}
		list = append(list, s.shown(item, "tags", maxTag, false))
	}
	return list
}

// encode writes the texts for their digest. Languages are a list, because their order has
// meaning: the first one is the default.
func (t *ruleTexts) encode(o *object) {
	t.description.encode(o, "description")
	if t.meta != "" {
		o.key("meta")
		o.raw(t.meta)
	}
	if len(t.tags) > 0 {
		o.key("tags")
		o.list(len(t.tags), func(i int) { o.text(t.tags[i]) })
	}
	t.title.encode(o, "title")
}

func (l localized) encode(o *object, name string) {
	switch {
	case len(l) == 0:
		return
	case l[0].tag == "":
		o.key(name)
		o.text(l[0].text)
		return
	}
	o.key(name)
	o.list(len(l), func(i int) {
		o.object(func(o *object) {
			o.key("lang")
			o.text(l[i].tag)
			o.key("text")
			o.text(l[i].text)
		})
	})
}

// list writes a list whose order has meaning.
func (o *object) list(n int, element func(i int)) {
	o.raw("[")
	for i := range n {
		if i > 0 {
			o.raw(",")
		}
		element(i)
	}
	o.raw("]")
}

// rulesWithTexts lists the rules that have texts, the [[discounts]] ladder first.
func (m *Model) rulesWithTexts() []*rule {
	var rules []*rule
	if m.ladder != nil && m.ladder.texts != nil {
		rules = append(rules, m.ladder)
	}
	for i, r := range m.rules {
		m.pause.After(i)
		if r.texts != nil {
			rules = append(rules, r)
		}
	}
	return rules
}

// Texts returns the texts and meta of the rules as RFC 8785 JSON. It is separate from
// [Model.Canonical], so that changing a title does not change the fingerprint. Its SHA-256 is
// [Strategy.TextsDigest]. Without any texts it is an empty object.
//
//	{"rule":{"group-buy-3":{"tags":["summer"],"title":[{"lang":"zh","text":"三件八五折"},{"lang":"en","text":"15% off three"}]}}}
func (m *Model) Texts() []byte {
	o := &object{currency: m.currency}
	o.object(func(o *object) {
		rules := m.rulesWithTexts()
		if len(rules) == 0 {
			return
		}
		slices.SortFunc(rules, document.Comparing(m.pause, func(a, b *rule) int { return compareUTF16(a.id, b.id) }))
		o.key("rule")
		o.object(func(o *object) {
			for i, r := range rules {
				m.pause.After(i)
				o.key(r.id)
				o.object(r.texts.encode)
			}
		})
	})
	return o.buf
}
