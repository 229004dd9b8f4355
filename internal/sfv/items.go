// Package sfv writes texts as items of structured fields (RFC 9651).
package sfv

import (
	"fmt"
	"strings"

	"github.com/dunglas/httpsfv"
)

// Items writes texts as items without parameters. All items share one string: there may be many
// thousands, and the garbage collector would visit each. each is called before every text, with its
// index. The error names the text that cannot be an item.
func Items(texts []string, each func(i int)) ([]string, error) {
	var all []byte
	ends := make([]int, len(texts))
	for i, text := range texts {
		each(i)
		var err error
		if all, err = appendItem(all, text); err != nil {
			return nil, fmt.Errorf("%q: %w", text, err)
		}
		ends[i] = len(all)
	}
	items, shared, from := make([]string, len(texts)), string(all), 0
	for i, end := range ends {
		items[i], from = shared[from:end], end
	}
	return items, nil
}

// appendItem appends a text as an item without parameters. Most texts need only quotes and skip the
// library.
func appendItem(b []byte, text string) ([]byte, error) {
	for _, c := range []byte(text) {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			item, err := httpsfv.Marshal(httpsfv.NewItem(Bare(text)))
			return append(b, item...), err
		}
	}
	b = append(b, '"')
	b = append(b, text...)
	return append(b, '"'), nil
}

// Bare is a text as the bare item of httpsfv: a String if it is printable ASCII, a
// Display String otherwise. Bytes that are not UTF-8, which a Display String cannot have, become U+FFFD.
func Bare(text string) any {
	for _, c := range []byte(text) {
		if c < ' ' || c > '~' {
			return httpsfv.DisplayString(strings.ToValidUTF8(text, "\uFFFD"))
		}
	}
	return text
}
