package strategy

import (
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestWordsInTheirForms(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ word, folded, bare string }{
		"small letters":             {word: "spring-10", folded: "spring-10", bare: "spring-10"},
		"capitals":                  {word: "SPRING-10", folded: "spring-10", bare: "spring-10"},
		"surrounding space":         {word: "\t SPRING 10\u3000\r\n", folded: "spring 10", bare: "spring 10"},
		"a no-break space":          {word: "\u00a0spring", folded: "spring", bare: "spring"},
		"Chinese":                   {word: "满减券", folded: "满减券", bare: "满减券"},
		"Chinese with capitals":     {word: "双11VIP", folded: "双11vip", bare: "双11vip"},
		"an accent in one piece":    {word: "\u00c9T\u00c9", folded: "\u00e9t\u00e9", bare: "\u00e9t\u00e9"},
		"an accent in two":          {word: "E\u0301TE\u0301", folded: "\u00e9t\u00e9", bare: "\u00e9t\u00e9"},
		"accents in another order":  {word: "a\u0323\u0307", folded: "\u1ea1\u0307", bare: "\u1ea1\u0307"},
		"a sharp s":                 {word: "Straße", folded: "strasse", bare: "strasse"},
		"a capital sharp s":         {word: "STRA\u1e9eE", folded: "strasse", bare: "strasse"},
		"a long s":                  {word: "\u017fale", folded: "sale", bare: "sale"},
		"the sigmas":                {word: "ΣΊΣΥΦΟς", folded: "σίσυφοσ", bare: "σίσυφοσ"},
		"a capital I with its dot":  {word: "İ", folded: "i\u0307", bare: "i\u0307"},
		"the sign of kelvin":        {word: "10\u212a", folded: "10k", bare: "10k"},
		"iota below, in one piece":  {word: "\u1fb3", folded: "\u03b1\u03b9", bare: "\u03b1\u03b9"},
		"small Cherokee":            {word: "\uab70\u13f8", folded: "\u13a0\u13f0", bare: "\u13a0\u13f0"},
		"Cherokee":                  {word: "\u13a0\u13f0", folded: "\u13a0\u13f0", bare: "\u13a0\u13f0"},
		"full width":                {word: "Ａ１", folded: "ａ１", bare: "ａ１"},
		"a zero-width space":        {word: "AB\u200b1", folded: "ab\u200b1", bare: "ab1"},
		"a zero-width space at end": {word: "AB1 \u200b", folded: "ab1 \u200b", bare: "ab1"},
		"a soft hyphen":             {word: "AB\u00ad1", folded: "ab\u00ad1", bare: "ab1"},
		"a byte order mark":         {word: "\ufeffAB1", folded: "\ufeffab1", bare: "ab1"},
		"a variation selector":      {word: "❤\ufe0f", folded: "❤\ufe0f", bare: "❤"},
		"an Arabic sign of numbers": {word: "\u06001", folded: "\u06001", bare: "\u06001"},
		"what shows nothing alone":  {word: "\u200b\u2060", folded: "\u200b\u2060", bare: ""},
		"space alone":               {word: " \u3000", folded: "", bare: ""},
		"bytes that are not UTF-8":  {word: "A\xffB", folded: "a\xffb", bare: "a\xffb"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := folded.of(c.word); got != c.folded {
				t.Errorf("folded it is %+q, want %+q", got, c.folded)
			}
			if got := foldedBare.of(c.word); got != c.bare {
				t.Errorf("without what shows nothing it is %+q, want %+q", got, c.bare)
			}
			if got := asWritten.of(c.word); got != c.word {
				t.Errorf("as written it is %+q, want %+q", got, c.word)
			}
		})
	}
}

// What is written otherwise has the same form, and a form has itself for its form.
func TestFormsOfWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		word := rapid.StringOf(rapid.Rune()).Draw(t, "word")
		for _, form := range []wordForm{folded, foldedBare} {
			once := form.of(word)
			if twice := form.of(once); twice != once {
				t.Fatalf("%+q, and then %+q", once, twice)
			}
			for how, other := range map[string]string{
				"composed": norm.NFC.String(word), "decomposed": norm.NFD.String(word),
				"with space around it": " \u3000" + word + "\n",
			} {
				if got := form.of(other); got != once {
					t.Fatalf("%s it is %+q, not %+q", how, got, once)
				}
			}
		}
	})
}

// Letters that Go's simple folding makes one are one, and a form of a character is one
// for itself.
func TestEveryCharacterHasTheFormOfItsCases(t *testing.T) {
	t.Parallel()
	for r := range rune(unicode.MaxRune + 1) {
		form := folded.of(string(r))
		if again := folded.of(form); again != form {
			t.Errorf("%U is %+q, and that is %+q", r, form, again)
		}
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			if got := folded.of(string(other)); got != form {
				t.Errorf("%U is %+q, and %U is %+q", r, form, other, got)
			}
		}
	}
}

// What isFolded takes for granted of every character there is.
func TestCharactersThatFoldToThemselvesDecomposeIntoSuch(t *testing.T) {
	t.Parallel()
	for r := range rune(unicode.MaxRune + 1) {
		word := string(r)
		if caseFolder.String(word) != word {
			continue
		}
		if apart := norm.NFD.String(word); caseFolder.String(apart) != apart {
			t.Errorf("%U is decomposed into %+q", r, apart)
		}
	}
}

func TestFoldingCostsNoAllocation(t *testing.T) {
	var memory folding
	for name, word := range map[string]string{
		"capitals": "SPRING-2026", "small letters": "spring-2026", "space": " Spring ",
		"Chinese": "满减券VIP", "composed accents": "été", "a sharp s": "STRASSE-ß",
	} {
		memory.fold(word, folded)
		if n := testing.AllocsPerRun(100, func() { memory.fold(word, folded) }); n > 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// One request with a long word does not weigh on the memory of all later ones.
func TestFoldingKeepsLittleMemory(t *testing.T) {
	t.Parallel()
	var memory folding
	memory.fold(strings.Repeat("É", maxFolding), folded)
	if memory.reset(); cap(memory.word)+cap(memory.other) > maxFolding {
		t.Errorf("%d bytes are kept", cap(memory.word)+cap(memory.other))
	}
	memory = folding{}
	memory.fold("É", folded)
	if memory.reset(); cap(memory.word) == 0 {
		t.Error("the memory of a short word is not kept")
	}
}
