package strategy_test

import (
	"crypto/sha256"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/text/language"
	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/strategy"
)

const titled = `
version = "x"

[rule.three]
title         = { zh = "三件八五折", en = "15% off three" }
description   = { zh = "任选三件", en = "any three" }
tags          = ["summer", "drinks"]
meta          = { campaign = "C-2026-11", budget = 1_000.50, until = 2026-11-30, owners = [{ name = "Li" }] }
discount_rate = 0.15

[rule.plain]
title           = "Five off"
discount_amount = 5

[rule.bare]
discount_amount = 1

[rule.off]
enabled         = false
title           = { en = "Switched off", "zh-Hant" = "停用" }
discount_amount = 1
`

// ruleWith is a strategy of one rule with further keys.
func ruleWith(keys string) string {
	return "version = \"x\"\n[rule.a]\ndiscount_amount = 1\n" + keys
}

func TestTextsThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct{ keys, want string }{
		"an empty title":                     {keys: `title = ""`, want: `t.toml:4:9: rule."a".title: the text is empty`},
		"a title of spaces":                  {keys: `title = " 　"`, want: `the text is empty`},
		"a title of another kind":            {keys: `title = 3`, want: `a string, or a table of strings by language`},
		"a long title":                       {keys: `title = "` + strings.Repeat("券", 201) + `"`, want: "201 characters are too many, want 1 to 200"},
		"a title of two lines":               {keys: `title = "one\ntwo"`, want: "the character U+000A cannot be shown"},
		"a title without languages":          {keys: `title = {}`, want: "the table is empty"},
		"an empty text of a language":        {keys: `title = { zh = "" }`, want: `rule."a".title.zh: the text is empty`},
		"a number as the text of a language": {keys: `title = { zh = 3 }`, want: `rule."a".title.zh: `},
		"what is no language tag":            {keys: `title = { "not a tag" = "x" }`, want: `"not a tag" is not a language tag of BCP 47`},
		"a language that is not registered":  {keys: `title = { "xq" = "x" }`, want: `"xq" is not a language tag of BCP 47 (such as zh, zh-Hant or en-GB)`},
		"no language":                        {keys: `title = { und = "x" }`, want: `"und" is not a language tag of BCP 47`},
		"an underscore":                      {keys: `title = { zh_CN = "x" }`, want: `"zh_CN" is not a language tag of BCP 47, which has hyphens (did you mean "zh-CN"?)`},
		"two spellings of a language":        {keys: `title = { zh-CN = "x", zh-cn = "y" }`, want: `"zh-cn" is the same language as "zh-CN"`},
		"an older name of a language":        {keys: `description = { he = "x", iw = "y" }`, want: `"iw" is the same language as "he"`},
		"a script that goes without saying":  {keys: `title = { en = "x", en-Latn = "y" }`, want: `"en-Latn" is the same language as "en"`},
		"a long description":                 {keys: `description = "` + strings.Repeat("a", 2001) + `"`, want: "2001 characters are too many"},
		"tags of another kind":               {keys: `tags = { a = 1 }`, want: "a list of strings"},
		"no tags":                            {keys: `tags = []`, want: "the list is empty"},
		"an empty tag":                       {keys: `tags = ["a", ""]`, want: "the text is empty"},
		"a tag twice":                        {keys: `tags = ["a", "a"]`, want: `"a" is listed twice`},
		"a number as a tag":                  {keys: `tags = [1]`, want: "a string"},
		"too many tags":                      {keys: `tags = [` + strings.Repeat(`"a", `, 33) + `]`, want: "33 tags are too many, want 1 to 32"},
		"meta of another kind":               {keys: `meta = "x"`, want: `a table such as { campaign = "C-2026-11" }`},
		"an empty meta":                      {keys: `meta = {}`, want: "the table is empty"},
		"a deep meta":                        {keys: `meta = { a = [[[[[[[[1]]]]]]]] }`, want: "more than 8 tables and lists are within each other"},
		"a large meta":                       {keys: `meta = { a = "` + strings.Repeat("a", 9000) + `" }`, want: "9008 bytes as JSON are too many, want up to 8192"},
		"a number that JSON would round":     {keys: `meta = { a = 9007199254740993 }`, want: "is beyond the whole numbers that JSON keeps exactly (write it as a string)"},
		"what is no number in JSON":          {keys: `meta = { a = inf }`, want: "inf is no number that JSON has"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := strategy.Load("", strategy.Source{Name: "t.toml", Data: []byte(ruleWith(c.keys))})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got  %v\nwant %s", err, c.want)
			}
		})
	}
}

func TestTextsThatAreFine(t *testing.T) {
	for name, keys := range map[string]string{
		"a title as long as may be":       `title = "` + strings.Repeat("券", 200) + `"`,
		"a description of several lines":  "description = \"\"\"\none\ntwo\"\"\"",
		"a family of one character":       `title = "👨‍👩‍👧 family"`,
		"a language and one with a place": `title = { pt = "a", pt-BR = "b" }`,
		"one tag":                         `tags = "summer"`,
		"a meta as deep as may be":        `meta = { a = [[[[[[[]]]]]]] }`,
		"a meta as large as may be":       `meta = { a = "` + strings.Repeat("a", 8184) + `" }`,
		"a table of its own":              "[rule.a.title]\nzh = \"一\"\nen = \"one\"",
	} {
		t.Run(name, func(t *testing.T) { mustLoad(t, "", ruleWith(keys)) })
	}
}

// The texts have a canonical form and a digest of their own, and are outside the
// fingerprint.
func TestTextsAreOutsideTheFingerprint(t *testing.T) {
	m, err := strategy.Parse("", strategy.Source{Name: "t.toml", Data: []byte(titled)})
	if err != nil {
		t.Fatal(err)
	}
	const want = `{"rule":{"off":{"title":[{"lang":"en","text":"Switched off"},{"lang":"zh-Hant","text":"停用"}]},` +
		`"plain":{"title":"Five off"},` +
		`"three":{"description":[{"lang":"zh","text":"任选三件"},{"lang":"en","text":"any three"}],` +
		`"meta":{"budget":1000.5,"campaign":"C-2026-11","owners":[{"name":"Li"}],"until":"2026-11-30"},` +
		`"tags":["summer","drinks"],"title":[{"lang":"zh","text":"三件八五折"},{"lang":"en","text":"15% off three"}]}}}`
	if got := string(m.Texts()); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	digest, ok := strategy.Compile(m).TextsDigest()
	if !ok || digest != sha256.Sum256([]byte(want)) {
		t.Errorf("the digest is %x, %v", digest, ok)
	}
	for _, key := range []string{"title", "description", "tags", "meta"} {
		if strings.Contains(string(m.Canonical()), key) {
			t.Errorf("the canonical form has %s: %s", key, m.Canonical())
		}
	}
}

func TestDigestOfTexts(t *testing.T) {
	digest := func(text string) string {
		sum, _ := mustLoad(t, "", text).TextsDigest()
		return fmt.Sprintf("%x", sum)
	}
	base := ruleWith(`title = { zh = "一", en = "one" }`)
	for name, c := range map[string]struct {
		text string
		same bool
	}{
		"a comment":             {text: base + "  # with a comment", same: true},
		"a table of its own":    {text: ruleWith("[rule.a.title]\nzh = \"一\"\nen = \"one\""), same: true},
		"another reward":        {text: strings.Replace(base, "discount_amount = 1", "discount_amount = 2", 1), same: true},
		"another text":          {text: ruleWith(`title = { zh = "一", en = "One" }`)},
		"another language":      {text: ruleWith(`title = { zh = "一", en-GB = "one" }`)},
		"another first of them": {text: ruleWith(`title = { en = "one", zh = "一" }`)},
		"a tag more":            {text: base + "\ntags = [\"a\"]"},
		"a meta more":           {text: base + "\nmeta = { a = 1 }"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := digest(c.text) == digest(base); got != c.same {
				t.Errorf("the digests are the same: %v, want %v", got, c.same)
			}
		})
	}
	if _, ok := mustLoad(t, "", ruleWith("")).TextsDigest(); ok {
		t.Error("a strategy without texts has a digest of them")
	}
}

// The environment's texts go over those of the document, language by language.
func TestTextsOfAnEnvironment(t *testing.T) {
	s := mustLoad(t, "dev", ruleWith("title = { zh = \"一\", en = \"one\" }\n[[env]]\nname = \"dev\"\nrule.a.title.en = \"ONE\""))
	if got := s.Wording(language.English).Title("a"); got != "ONE" {
		t.Errorf("the title is %q", got)
	}
	if got := s.Wording().Title("a"); got != "一" {
		t.Errorf("the first title is %q", got)
	}
}

func TestWordingChoosesALanguage(t *testing.T) {
	s := mustLoad(t, "", titled)
	for name, c := range map[string]struct {
		accept    string
		title     string // of rule three
		off       string // of rule off
		languages []string
	}{
		"none":                        {accept: "", title: "三件八五折", off: "Switched off", languages: []string{"zh", "en"}},
		"one that is there":           {accept: "en", title: "15% off three", off: "Switched off", languages: []string{"en"}},
		"one of a country":            {accept: "en-AU", title: "15% off three", off: "Switched off", languages: []string{"en"}},
		"another script of it":        {accept: "zh-TW", title: "三件八五折", off: "停用", languages: []string{"zh", "zh-Hant"}},
		"one that is not there":       {accept: "fr", title: "三件八五折", off: "Switched off", languages: []string{"zh", "en"}},
		"the second best":             {accept: "fr, en;q=0.5", title: "15% off three", off: "Switched off", languages: []string{"en"}},
		"by weight, not by place":     {accept: "zh;q=0.1, en;q=0.9", title: "15% off three", off: "Switched off", languages: []string{"en"}},
		"one that is not accepted":    {accept: "en;q=0, zh;q=0.1", title: "三件八五折", off: "停用", languages: []string{"zh", "zh-Hant"}},
		"beside what cannot be read":  {accept: "!!, x1234567890;q=, en", title: "15% off three", off: "Switched off", languages: []string{"en"}},
		"beside an unknown language":  {accept: "xq, en", title: "15% off three", off: "Switched off", languages: []string{"en"}},
		"a weight that is not one":    {accept: "en;q=nan, zh", title: "三件八五折", off: "停用", languages: []string{"zh", "zh-Hant"}},
		"any":                         {accept: "*", title: "三件八五折", off: "Switched off", languages: []string{"zh", "en"}},
		"more of them than are read":  {accept: strings.Repeat("fr,", 40) + "en", title: "三件八五折", off: "Switched off", languages: []string{"zh", "en"}},
		"a name that is very long":    {accept: strings.Repeat("a-", 5000) + ",en", title: "三件八五折", off: "Switched off", languages: []string{"zh", "en"}},
		"capitals where none are due": {accept: "EN-us", title: "15% off three", off: "Switched off", languages: []string{"en"}},
	} {
		t.Run(name, func(t *testing.T) {
			w := s.Wording(strategy.AcceptedLanguages(c.accept)...)
			if got := w.Title("three"); got != c.title {
				t.Errorf("title of three: got %q, want %q", got, c.title)
			}
			if got := w.Title("off"); got != c.off {
				t.Errorf("title of off: got %q, want %q", got, c.off)
			}
			if got := w.Languages(); !slices.Equal(got, c.languages) {
				t.Errorf("languages: got %q, want %q", got, c.languages)
			}
			if got := w.Title("plain") + w.Title("bare") + w.Title("no-such-rule"); got != "Five off" {
				t.Errorf("the others: got %q", got)
			}
		})
	}
}

func TestTextsOfAllRules(t *testing.T) {
	w := mustLoad(t, "", titled).Wording(language.English)
	want := []strategy.Texts{
		{Rule: "plain", Title: "Five off"},
		{Rule: "three", Title: "15% off three", Description: "any three", Tags: []string{"summer", "drinks"},
			Meta: []byte(`{"budget":1000.5,"campaign":"C-2026-11","owners":[{"name":"Li"}],"until":"2026-11-30"}`)},
		{Rule: "off", Title: "Switched off"},
	}
	if got := w.All(); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestParseLanguages(t *testing.T) {
	tags, err := strategy.ParseLanguages("zh-Hant, en")
	if err != nil || !slices.Equal(tags, []language.Tag{language.TraditionalChinese, language.English}) {
		t.Errorf("got %v, %v", tags, err)
	}
	for _, text := range []string{"", "en,", "english please", "xq"} {
		if tags, err := strategy.ParseLanguages(text); err == nil {
			t.Errorf("%q is read as %v", text, tags)
		}
	}
}

func TestTextsInAQuote(t *testing.T) {
	s := mustLoad(t, "", titled+"[rule.gift]\ntitle = { en = \"A sticker\" }\ngift = { sku = \"sticker\" }\n")
	c, now := goods(t, of("咖啡", 1, 10000)), at(t, "2026-11-11T12:00:00Z")
	x, err := s.Explain(c, now)
	if err != nil {
		t.Fatal(err)
	}
	text := string(s.Wording(language.English).AppendExplanationJSON(nil, x, c))
	for _, want := range []string{
		`{"rule":"three","title":"15% off three","description":"any three","tags":["summer","drinks"],"meta":{"budget":1000.5,`,
		`{"rule":"plain","title":"Five off","amount":500,`,
		`{"rule":"bare","amount":100,`,
		`"gifts":[{"sku":"sticker","quantity":1,"rule":"gift","title":"A sticker"}]`,
		`{"rule":"off","title":"Switched off","reason":"enabled",`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("there is no %s in %s", want, text)
		}
	}
	if text := string(s.AppendQuoteJSON(nil, &x.Quote, c)); !strings.Contains(text, `"title":"三件八五折"`) {
		t.Errorf("the first language is not the fallback: %s", text)
	}
}

var ruleHeader = regexp.MustCompile(`(?m)^\[rule\..*\]$`)

// Whatever texts are added to a strategy, it quotes the same amounts and has the same
// fingerprint.
func TestLawTextsChangeNoAmount(t *testing.T) {
	word := rapid.StringMatching(`[a-z三%" ]{0,5}[a-z三]`)
	law(t, func(t *rapid.T, p pair) {
		text := ruleHeader.ReplaceAllStringFunc(p.spec.TOML(), func(header string) string {
			return fmt.Sprintf("%s\ntitle = { zh = %q, en = %q }\ndescription = %q\ntags = [%q]\nmeta = { discount_rate = %q, enabled = false }",
				header, word.Draw(t, "zh"), word.Draw(t, "en"), word.Draw(t, "description"), word.Draw(t, "tag"), word.Draw(t, "meta"))
		})
		with, err := strategy.Load("", strategy.Source{Name: "t.toml", Data: []byte(text)})
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		plain := mustLoadSpec(t, p.spec)
		if with.Fingerprint() != plain.Fingerprint() {
			t.Error("the fingerprint changes")
		}
		if _, ok := with.TextsDigest(); !ok && len(p.spec.rules) > 0 {
			t.Error("there is no digest of the texts")
		}
		q, err := with.Quote(p.cart, p.now)
		if err != nil {
			t.Skip(err)
		}
		if got, want := engineAnswer(with, q, p.cart), p.quoted(t); !reflect.DeepEqual(got, want) {
			t.Errorf("with texts %+v\nwithout %+v", got, want)
		}
	})
}
