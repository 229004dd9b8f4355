package strategy

import "fmt"

// checkLanguages warns of titles and descriptions that lack a language which most others have:
// a reader of that language would see one text in another language.
func (l *linter) checkLanguages(m *Model) {
	for _, of := range []struct {
		key string
		get func(*ruleTexts) localized
	}{
		{"title", func(t *ruleTexts) localized { return t.title }},
		{"description", func(t *ruleTexts) localized { return t.description }},
	} {
		l.checkLanguagesOf(m, of.key, of.get)
	}
}

// fewestTables is how many texts by language there must be before they are compared.
const fewestTables = 3

func (l *linter) checkLanguagesOf(m *Model, key string, get func(*ruleTexts) localized) {
	var rules []*rule
	var languages []string // in the order of their first use
	count := map[string]int{}
	for _, r := range m.rulesWithTexts() {
		if !r.enabled || get(r.texts).plain() {
			continue
		}
		rules = append(rules, r)
		for _, in := range get(r.texts) {
			if count[in.tag]++; count[in.tag] == 1 {
				languages = append(languages, in.tag)
			}
		}
	}
	if len(rules) < fewestTables {
		return
	}
	for _, tag := range languages {
		if 2*count[tag] <= len(rules) {
			continue
		}
		for _, r := range rules {
			if !get(r.texts).has(tag) {
				l.report(r, fmt.Sprintf("there is no %s, which %d of %d have that are written by language", tag, count[tag], len(rules)),
					"add it, or readers of it get the first language of the table", key)
			}
		}
	}
}

// plain reports whether the text names no language.
func (l localized) plain() bool { return len(l) == 0 || l[0].tag == "" }

// has reports whether there is a text in a language.
func (l localized) has(tag string) bool {
	for i := range l {
		if l[i].tag == tag {
			return true
		}
	}
	return false
}
