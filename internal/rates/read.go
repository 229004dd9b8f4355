package rates

import (
	"regexp"
	"strings"
	"sync"

	"golang.org/x/text/unicode/norm"

	"github.com/promogate/caddy-discount/money"
)

// amount is a number in the place of a rate.
type amount struct {
	digits string // a decimal above 0 and at most 100
	value  money.Rate
	says   says
}

// says is the meaning that a text gives to its number.
type says uint8

const (
	number    says = iota // none
	shareOff              // "15%"
	sharePaid             // "8.5折"
)

// below reports whether the number is below another.
func (n *amount) below(other string) bool { return n.value.Compare(mustRate(other)) < 0 }

// words are rates that are written without a number.
var words = map[string]string{
	"对折": "50", "對折": "50", "半折": "50", "半价": "50", "半價": "50", "半额": "50", "half": "50", "half price": "50", "half off": "50", "half-price": "50",
	"free": "100", "免费": "100", "免費": "100", "免单": "100", "免單": "100", "gratis": "100", "for free": "100", "all": "100",
}

// patterns are the forms of numbers with their meanings. The first one that matches decides. They
// are compiled on first use, because few texts need them.
var patterns = sync.OnceValue(func() []pattern {
	const num = `([0-9]*[.,]?[0-9]+|[零〇○一二两兩三四五六七八九十点點]+)`
	return []pattern{
		{regexp.MustCompile(num + `\s*折`), sharePaid},
		{regexp.MustCompile(num + `\s*(?:%|percent|per cent|pct|off)`), shareOff},
		{regexp.MustCompile(`百分之\s*` + num), shareOff},
		{regexp.MustCompile(`^[-+−–]?\s*` + num + `$`), number},
	}
})

type pattern struct {
	text *regexp.Regexp
	says says
}

// longest is the length, in bytes, above which a text is no rate.
const longest = 60

// read finds the number in a text. It reports false for a text without a number, and for a number
// that is no share.
func read(text string) (n amount, ok bool) {
	if len(text) > longest {
		return amount{}, false
	}
	text = strings.TrimSpace(strings.ToLower(norm.NFKC.String(text)))
	if percent := words[text]; percent != "" {
		return newAmount(percent, shareOff)
	}
	for _, p := range patterns() {
		if found := p.text.FindStringSubmatch(text); found != nil {
			return newAmount(decimal(found[1]), p.says)
		}
	}
	return amount{}, false
}

// Says reports whether a text is a share in words and nothing else: 15 %, 85 折, 半价.
func Says(text string) bool {
	n, ok := read(text)
	return ok && n.says != number && nothingElse().MatchString(norm.NFKC.String(text))
}

var nothingElse = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^\s*[-+−–]?\s*打?[0-9.,零〇○一二两兩三四五六七八九十点點对對半百分之]*\s*(折扣?|%|percent|per cent|pct|价|價|half|free|gratis|免[费費单單])?\s*(off|price)?\s*$`)
})

func newAmount(digits string, of says) (n amount, ok bool) {
	r, err := money.ParseRate(digits)
	if err != nil || r.IsZero() || r.Compare(mustRate("100")) > 0 {
		return amount{}, false
	}
	return amount{digits: r.String(), value: r, says: of}, true
}

// decimal converts a number to ASCII digits with a decimal point.
func decimal(text string) string {
	if text[0] < 0x80 {
		text = strings.Replace(text, ",", ".", 1)
		if text[0] == '.' {
			return "0" + text
		}
		return text
	}
	text = numerals.Replace(text)
	if tens, ones, is := strings.Cut(text, "十"); is { // 十五, 二十, 二十五
		if tens == "" {
			tens = "1"
		}
		if ones == "" || ones[0] == '.' {
			ones = "0" + ones
		}
		text = tens + ones
	}
	return text
}

var numerals = strings.NewReplacer("零", "0", "〇", "0", "○", "0", "一", "1", "二", "2", "两", "2", "兩", "2", "三", "3", "四", "4",
	"五", "5", "六", "6", "七", "7", "八", "8", "九", "9", "点", ".", "點", ".")

// shifted moves the point of a decimal to the right by a number of places, or to the left if it is
// negative. It removes zeros that have no meaning.
func shifted(decimal string, places int) string {
	whole, behind, _ := strings.Cut(decimal, ".")
	for ; places > 0; places-- {
		if behind == "" {
			behind = "0"
		}
		whole, behind = whole+behind[:1], behind[1:]
	}
	for ; places < 0; places++ {
		if whole == "" {
			whole = "0"
		}
		last := len(whole) - 1
		whole, behind = whole[:last], whole[last:]+behind
	}
	whole, behind = strings.TrimLeft(whole, "0"), strings.TrimRight(behind, "0")
	if whole == "" {
		whole = "0"
	}
	if behind == "" {
		return whole
	}
	return whole + "." + behind
}
