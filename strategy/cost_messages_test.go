package strategy

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/internal/cputime"
	"github.com/promogate/caddy-discount/strategy/document"
)

// manyTimes writes n of a part, in which %[1]d is the number of it.
func manyTimes(n int, format string) string {
	var b strings.Builder
	for i := range n {
		if !strings.Contains(format, "%") {
			b.WriteString(format)
			continue
		}
		fmt.Fprintf(&b, format, i)
	}
	return b.String()
}

// wordy are files of about so many bytes of which much may be said: many mistakes in one
// line, or mistakes that each have the same long name or value in them.
var wordy = map[string]func(size int) string{
	"unknown keys in one line": func(n int) string { return "rule.a = { " + manyTimes(n/8, "k%[1]d = 1, ") + "discount_rate = 0.1 }" },
	"rules without a reward":   func(n int) string { return "rule = { " + manyTimes(n/12, "r%[1]d = {}, ") + "a = {} }" },
	"values of another type":   func(n int) string { return "rule.a = { discount_rate = 0.1, skus = [" + manyTimes(n/2, "1,") + "] }" },
	"warnings in one line": func(n int) string {
		return "rule = { " + manyTimes(n/30, "r%[1]d = { discount_rate = 0.9 }, ") + "a = { discount_rate = 0.9 } }"
	},
	"NULs":                    func(n int) string { return strings.Repeat("\x00", n) },
	"bytes that are no UTF-8": func(n int) string { return strings.Repeat("\xff", n) },
	"a long id, unknown keys": func(n int) string {
		return "[rule.'" + strings.Repeat("a", n/2) + "']\n" + manyTimes(n/16, "k%[1]d = 1\n")
	},
	"an id of escapes": func(n int) string {
		return "[rule.\"" + strings.Repeat(`\u0001`, n/12) + "\"]\n" + manyTimes(n/16, "k%[1]d = 1\n")
	},
	"a long key, in inline tables": func(n int) string {
		return "rule = { '" + strings.Repeat("a", n/2) + "' = { " + manyTimes(n/16, "k%[1]d = 1, ") + "} }"
	},
	"a long id, long lists": func(n int) string {
		return "[rule.'" + strings.Repeat("a", n/2) + "']\nskus = [" + manyTimes(n/4, "1,") + "]\n"
	},
	"signs of another keyboard": func(n int) string { return manyTimes(n/20, "a%[1]d ＝ 1\n") },
	"such signs in one line":    func(n int) string { return manyTimes(n/10, "a%[1]d ＝ 1 ") },
	"meta that JSON has not": func(n int) string {
		return "rule.a = { discount_rate = 0.1, meta = { '" + strings.Repeat("a", n/2) + "' = [" + manyTimes(n/8, "nan,") + "] } }"
	},
	"long values of one key": func(n int) string {
		return manyTimes(1+n/100_000, "[rule.r%[1]d]\ndiscount_rate = '"+strings.Repeat("x", min(n, 100_000))+"'\n")
	},
	"environments alike":          func(n int) string { return manyTimes(n/20, "[[env]]\nname = 'a'\n") },
	"a long name of environments": func(n int) string { return manyTimes(2, "[[env]]\nname = '"+strings.Repeat("a", n/2)+"'\n") },
	"products alike":              func(n int) string { return manyTimes(n/24, "[[products]]\nsku = 'a'\n") },
	"merge conflicts":             func(n int) string { return manyTimes(n/32, "<<<<<<< a\n=======\n>>>>>>> b\n") + "a = ?" },
}

// saidOf is what check and the admin API say of a file, in bytes, and what finding it costs.
func saidOf(t *testing.T, text string) (size int, took time.Duration) {
	t.Helper()
	took = cputime.Of(func() {
		m, err := Parser{Lint: true}.Parse(Source{Name: "t.toml", Data: []byte("version = \"v\"\n" + text)})
		said := new(document.Diagnostics)
		if !errors.As(err, &said) {
			said.Warnings, said.MoreWarnings = document.Listed(m.Lint(Compile(m), begin))
		}
		if len(said.List)+len(said.Warnings) == 0 {
			t.Fatal("nothing is said")
		}
		answer, err := json.Marshal(said)
		if err != nil {
			t.Fatal(err)
		}
		size = len(answer) + len(said.Error())
	})
	return size, took
}

// What is said of a file is bounded: two hundred problems of a few hundred bytes each.
func TestWhatIsSaidOfAFileIsBounded(t *testing.T) {
	t.Parallel()
	const most = 200 * 6_000
	for name, text := range wordy {
		t.Run(name, func(t *testing.T) {
			if size, _ := saidOf(t, text(100_000)); size > most {
				t.Errorf("%d bytes are said of 100,000, %d are enough", size, most)
			}
		})
	}
}

// Eight times as long a file takes about eight times as long, whatever is said of it.
func TestSayingWhatIsWrongIsLinear(t *testing.T) {
	const size = 20_000
	for name, text := range wordy {
		short, long := text(size), text(asMany*size)
		inProportion(t, name, func() (base, took time.Duration) {
			_, base = saidOf(t, short)
			_, took = saidOf(t, long)
			return base, took
		})
	}
}
