package strategy

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/language"
)

// labels are the texts of all rules that have some.
type labels struct {
	digest    [sha256.Size]byte
	byRule    map[string]*ruleLabel
	localized bool // one of them is there in several languages
}

// ruleLabel is the texts of a rule.
type ruleLabel struct {
	*ruleTexts
	titleIn, descriptionIn *languageList // nil where the language is not said
}

// languageList is a list of languages that texts are in, the first of which stands in for
// those that are not there. Texts in the same languages share one.
type languageList struct {
	tags    []string
	matcher language.Matcher
}

// labelsOf compiles the texts of a model; nil where it has none.
func labelsOf(m *Model) *labels {
	l := &labels{byRule: map[string]*ruleLabel{}}
	lists := map[string]*languageList{}
	for i, r := range m.rulesWithTexts() {
		m.pause.After(i)
		of := &ruleLabel{r.texts, spokenBy(r.texts.title, lists), spokenBy(r.texts.description, lists)}
		l.byRule[r.id] = of
		l.localized = l.localized || of.titleIn.several() || of.descriptionIn.several()
	}
	if len(l.byRule) == 0 {
		return nil
	}
	l.digest = sha256.Sum256(m.Texts())
	return l
}

// spokenBy is the list of languages of a text; lists are those so far.
func spokenBy(l localized, lists map[string]*languageList) *languageList {
	if len(l) == 0 || l[0].tag == "" {
		return nil
	}
	names := make([]string, len(l))
	for i := range l {
		names[i] = l[i].tag
	}
	key := strings.Join(names, ",")
	if lists[key] == nil {
		tags := make([]language.Tag, len(names))
		for i, name := range names {
			tags[i] = language.Make(name)
		}
		lists[key] = &languageList{names, language.NewMatcher(tags)}
	}
	return lists[key]
}

// TextsDigest is the SHA-256 of [Model.Texts]; ok is false where no rule has any texts.
func (s *Strategy) TextsDigest() (digest [sha256.Size]byte, ok bool) {
	if s.wording == nil {
		return digest, false
	}
	return s.wording.digest, true
}

// Localized reports whether what a [Wording] says depends on the languages that it is
// asked for.
func (s *Strategy) Localized() bool { return s.wording != nil && s.wording.localized }

func (s *languageList) several() bool { return s != nil && len(s.tags) > 1 }

// Wording is the texts of a strategy for one reader. It must not be used by several
// goroutines at once.
type Wording struct {
	s      *Strategy
	prefer []language.Tag
	chosen map[*languageList]int
	used   []string
}

// Wording chooses texts by the languages that a reader prefers, the best first. Of a
// text in none of them it is the first language of its table.
func (s *Strategy) Wording(prefer ...language.Tag) *Wording {
	return &Wording{s: s, prefer: prefer}
}

// Texts are what a rule says, in one language each. What the rule has none of is empty.
type Texts struct {
	Rule        string          `json:"rule"`
	Title       string          `json:"title,omitempty"`
	Description string          `json:"description,omitempty"`
	Tags        []string        `json:"tags,omitempty"`
	Meta        json.RawMessage `json:"meta,omitempty"`
}

// Texts are those of a rule, which may be switched off.
func (w *Wording) Texts(rule string) Texts {
	t := Texts{Rule: rule, Title: w.Title(rule)}
	if l := w.label(rule); l != nil {
		t.Description = w.pick(l.description, l.descriptionIn)
		t.Tags = l.tags
		if l.meta != "" {
			t.Meta = json.RawMessage(l.meta)
		}
	}
	return t
}

// All are the texts of the rules that have some: those that can apply, in the order they
// do, and then those that are switched off.
func (w *Wording) All() []Texts {
	var list []Texts
	for _, ids := range [][]string{w.s.ids, w.s.disabled} {
		for _, id := range ids {
			if w.label(id) != nil {
				list = append(list, w.Texts(id))
			}
		}
	}
	return list
}

// Title is that of a rule, or "".
func (w *Wording) Title(rule string) string {
	if l := w.label(rule); l != nil {
		return w.pick(l.title, l.titleIn)
	}
	return ""
}

// Languages are those of all texts that were chosen so far, each once, as BCP 47 tags.
func (w *Wording) Languages() []string { return w.used }

func (w *Wording) label(rule string) *ruleLabel {
	if w.s.wording == nil {
		return nil
	}
	return w.s.wording.byRule[rule]
}

// pick is the text that the reader understands best.
func (w *Wording) pick(l localized, in *languageList) string {
	switch {
	case len(l) == 0:
		return ""
	case in == nil:
		return l[0].text
	}
	at, known := w.chosen[in]
	if !known {
		var confidence language.Confidence
		if _, at, confidence = in.matcher.Match(w.prefer...); confidence == language.No {
			at = 0 // rather than one that has but the script in common
		}
		if w.chosen == nil {
			w.chosen = map[*languageList]int{}
		}
		w.chosen[in] = at
	}
	if !slices.Contains(w.used, l[at].tag) {
		w.used = append(w.used, l[at].tag)
	}
	return l[at].text
}

// What is looked at of the languages of a reader.
const (
	maxPreferred      = 32
	maxPreferredBytes = 128 // of each
)

// AcceptedLanguages are the languages of the header Accept-Language (RFC 9110, section
// 12.5.4), the best first. What is not one, or is not accepted, is passed over.
func AcceptedLanguages(header ...string) []language.Tag {
	type preferred struct {
		tag    language.Tag
		weight float64
	}
	var list []preferred
	parts := 0
	for part := range strings.SplitSeq(strings.Join(header, ","), ",") {
		if parts++; parts > maxPreferred || len(part) > maxPreferredBytes {
			break
		}
		name, parameter, weighed := strings.Cut(part, ";")
		weight := 1.0
		if weighed {
			weight = weightOf(parameter)
		}
		tag, err := language.Parse(strings.TrimSpace(name))
		if err == nil && weight > 0 {
			list = append(list, preferred{tag, weight})
		}
	}
	slices.SortStableFunc(list, func(a, b preferred) int { return cmp.Compare(b.weight, a.weight) })
	tags := make([]language.Tag, len(list))
	for i := range list {
		tags[i] = list[i].tag
	}
	return tags
}

// weightOf reads "q=0.8"; what is not one weighs nothing.
func weightOf(parameter string) float64 {
	name, text, _ := strings.Cut(strings.TrimSpace(parameter), "=")
	weight, err := strconv.ParseFloat(text, 64)
	if !strings.EqualFold(name, "q") || err != nil || math.IsNaN(weight) || weight > 1 {
		return 0
	}
	return weight
}

// ParseLanguages reads languages as a person writes them: tags of BCP 47, separated by
// commas, the best first.
func ParseLanguages(text string) ([]language.Tag, error) {
	var tags []language.Tag
	for name := range strings.SplitSeq(text, ",") {
		tag, err := language.Parse(strings.TrimSpace(name))
		if err != nil {
			return nil, fmt.Errorf("%q is not a language tag of BCP 47, such as zh-Hant or en-GB", strings.TrimSpace(name))
		}
		tags = append(tags, tag)
	}
	return tags, nil
}
