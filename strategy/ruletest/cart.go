package ruletest

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy/document"
)

// plain reports what JSON, and so a cart, cannot hold.
func (r *reader) plain(n *document.Node, path string) {
	switch n.Kind {
	case document.Table:
		for i := range n.Fields {
			r.plain(n.Fields[i].Value, join(path, n.Fields[i].Key))
		}
	case document.Array:
		for i, item := range n.Items {
			r.plain(item, path+"["+strconv.Itoa(i)+"]")
		}
	case document.DateTime, document.LocalDateTime, document.LocalDate, document.LocalTime:
		r.wrong(n.Pos, path, fmt.Sprintf("this is %s, which a cart cannot have", n.Kind), "write it as a string")
	case document.Float:
		if strings.ContainsAny(n.Text, "in") {
			r.wrong(n.Pos, path, n.Text+" is no number that a cart can have", "")
		}
	}
}

// readCart reads a cart as the gateway reads one with `prices major`.
func readCart(n *document.Node, currency money.Currency) (*cart.Cart, error) {
	reader, err := cart.NewReader(cart.Options{Prices: cart.Major, MaxLines: maxLines})
	if err != nil {
		return nil, err
	}
	c := &cart.Cart{}
	c.Reset()
	found, err := reader.ReadJSON(appendJSON(nil, n), currency, c)
	if err == nil && !found {
		err = &cart.Invalid{Reason: "it has no items"}
	}
	return c, err
}

// maxLines is more than any test needs.
const maxLines = 10_000

// appendJSON writes a value as JSON, numbers as they were written.
func appendJSON(to []byte, n *document.Node) []byte {
	switch n.Kind {
	case document.Table:
		to = append(to, '{')
		for i := range n.Fields {
			if i > 0 {
				to = append(to, ',')
			}
			to = append(appendText(to, n.Fields[i].Key), ':')
			to = appendJSON(to, n.Fields[i].Value)
		}
		return append(to, '}')
	case document.Array:
		to = append(to, '[')
		for i, item := range n.Items {
			if i > 0 {
				to = append(to, ',')
			}
			to = appendJSON(to, item)
		}
		return append(to, ']')
	case document.Integer:
		v, _ := document.ParseInteger(n.Text) // checked when the document was read
		return strconv.AppendInt(to, v, 10)
	case document.Float:
		return append(to, strings.TrimPrefix(n.Text, "+")...)
	case document.Bool:
		return append(to, n.Text...)
	default:
		return appendText(to, n.Text)
	}
}

func appendText(to []byte, text string) []byte {
	// The only error is invalid UTF-8, which a document cannot hold.
	to, _ = jsontext.AppendQuote(to, text)
	return to
}

// place is where in the cart of a test an error is, and what it says.
func place(n *document.Node, err error) (at document.Pos, key, reason string) {
	var bad *cart.Invalid
	if !errors.As(err, &bad) {
		return n.Pos, "cart", err.Error()
	}
	at, key = n.Pos, "cart"
	for token := range strings.SplitSeq(strings.TrimPrefix(bad.Pointer, "/"), "/") {
		token = strings.NewReplacer("~1", "/", "~0", "~").Replace(token)
		next := child(n, token)
		if next == nil {
			break
		}
		n = next
		if _, err := strconv.Atoi(token); err == nil {
			key += "[" + token + "]"
		} else {
			key += "." + token
		}
		at = n.Pos
	}
	return at, key, bad.Reason
}

func child(n *document.Node, token string) *document.Node {
	switch n.Kind {
	case document.Table:
		return n.Get(token)
	case document.Array:
		if i, err := strconv.Atoi(token); err == nil && i >= 0 && i < len(n.Items) {
			return n.Items[i]
		}
	}
	return nil
}
