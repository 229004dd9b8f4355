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
	localized bool // a text is in several languages
}

// ruleLabel is the texts of a rule.
type ruleLabel struct {
	*ruleTexts
	titleIn, descriptionIn *languageList // nil for a text without a language
}

// languageList is the languages of a text; the first is the default. Texts in the same languages
// share one list.
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

// spokenBy is the languageList of a text; nil for a text without a language. lists has the lists
// so far.
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

// Localized reports whether the texts of a [Wording] depend on its languages.
func (s *Strategy) Localized() bool { return s.wording != nil && s.wording.localized }

func (s *languageList) several() bool { return s != nil && len(s.tags) > 1 }

// Wording is the texts of a strategy for one reader. It is not safe for concurrent use.
type Wording struct {
	s      *Strategy
	prefer []language.Tag
	chosen map[*languageList]int
	used   []string
}

// Wording chooses texts by the languages that a reader prefers, the best first. For a text in
// none of them it chooses the first language of the text.
func (s *Strategy) Wording(prefer ...language.Tag) *Wording {
	return &Wording{s: s, prefer: prefer}
}

// Texts are the texts of a rule, each in one language. Fields that the rule does not have are
// empty.
type Texts struct {
	Rule        string          `json:"rule"`
	Title       string          `json:"title,omitempty"`
	Description string          `json:"description,omitempty"`
	Tags        []string        `json:"tags,omitempty"`
	Meta        json.RawMessage `json:"meta,omitempty"`
}

// texts returns the texts of a rule by its id. The rule may be disabled.
func (w *Wording) texts(rule string) Texts {
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

// All lists the texts of the rules that have some: the enabled rules in the order in which they
// apply, and then the disabled rules.
func (w *Wording) All() []Texts {
	var list []Texts
	for _, ids := range [][]string{w.s.ids, w.s.disabled} {
		for _, id := range ids {
			if w.label(id) != nil {
				list = append(list, w.texts(id))
			}
		}
	}
	return list
}

// Title is the title of a rule, or "".
func (w *Wording) Title(rule string) string {
	if l := w.label(rule); l != nil {
		return w.pick(l.title, l.titleIn)
	}
	return ""
}

// Languages lists the languages of all texts chosen so far, each once, as BCP 47 tags.
func (w *Wording) Languages() []string { return w.used }

func (w *Wording) label(rule string) *ruleLabel {
	if w.s.wording == nil {
		return nil
	}
	return w.s.wording.byRule[rule]
}

// pick is the text in the language that matches the reader's languages best.
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
			at = 0 // the match may share only the script
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

// The bounds of what is read of a reader's languages.
const (
	maxPreferred      = 32
	maxPreferredBytes = 128 // bytes of each
)

// AcceptedLanguages lists the languages of the header Accept-Language (RFC 9110, section 12.5.4),
// the best first. Parts that are no language, or that have weight 0, are skipped. It stops
// after 32 parts, and at a part longer than 128 bytes.
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

// weightOf reads "q=0.8"; an invalid weight is 0.
func weightOf(parameter string) float64 {
	name, text, _ := strings.Cut(strings.TrimSpace(parameter), "=")
	weight, err := strconv.ParseFloat(text, 64)
	if !strings.EqualFold(name, "q") || err != nil || math.IsNaN(weight) || weight > 1 {
		return 0
	}
	return weight
}

// ParseLanguages reads BCP 47 tags separated by commas, the best first. The error names the first
// tag that is invalid.
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
