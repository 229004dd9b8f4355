package discount

import (
	"fmt"

	"github.com/dunglas/httpsfv"

	"github.com/promogate/caddy-discount/strategy/document"
)

// fieldItems writes ids as headers show them. All share one string: there may be
// many thousands, and the collector would look at each.
func fieldItems(ids []string, pause document.Pause) ([]string, error) {
	var all []byte
	ends := make([]int, len(ids))
	for i, id := range ids {
		pause.After(i)
		var err error
		if all, err = appendFieldItem(all, id); err != nil {
			return nil, fmt.Errorf("writing the rule id %q as a header: %w", id, err)
		}
		ends[i] = len(all)
	}
	items, text, from := make([]string, len(ids)), string(all), 0
	for i, end := range ends {
		items[i], from = text[from:end], end
	}
	return items, nil
}

// appendFieldItem appends text as an item of RFC 9651. Hardly any rule has a name
// that needs more than quotes.
func appendFieldItem(b []byte, text string) ([]byte, error) {
	for _, c := range []byte(text) {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			item, err := httpsfv.Marshal(httpsfv.NewItem(fieldText(text)))
			return append(b, item...), err
		}
	}
	b = append(b, '"')
	b = append(b, text...)
	return append(b, '"'), nil
}

// fieldText is text as RFC 9651 has it: a String where it is ASCII, a Display
// String where it is not.
func fieldText(text string) any {
	for _, c := range []byte(text) {
		if c < ' ' || c > '~' {
			return httpsfv.DisplayString(text)
		}
	}
	return text
}
