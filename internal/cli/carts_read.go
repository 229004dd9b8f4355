package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/internal/brief"
	"github.com/promogate/caddy-discount/internal/strategyfile"
	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
)

// cartFor reads the cart of the flag --cart in the shape that the flags choose. strategyPath is
// the argument PATH.
func cartFor(cmd *cobra.Command, s *strategy.Strategy, strategyPath string) (*pricedCart, error) {
	path := flag(cmd, "cart")
	if path == "" {
		return nil, errors.New("the flag --cart is missing: it says which file holds the cart as JSON, or - for the standard input")
	}
	shape, err := shapeFor(cmd, strategyPath)
	if err != nil {
		return nil, err
	}
	name, body, err := readCart(cmd, path)
	if err != nil {
		return nil, fmt.Errorf("reading the cart: %w", err)
	}
	c, err := shape.cartFrom(source{name: name}, body, s.Currency())
	if err == nil && shape.name == "" {
		warnMistyped(cmd.ErrOrStderr(), name, shape.reader.Unread(body))
	}
	return c, err
}

// warnMistyped lists the members of a cart that are not read and have a name close to that of a
// member that is read. The gateway ignores them silently, because an order has many members that
// it does not read.
func warnMistyped(w io.Writer, name string, unread []cart.UnreadMember) {
	said, more := 0, 0
	for _, u := range unread {
		switch close := document.Closest(u.Name, u.Known); {
		case close == "":
		case said == document.MaxListed:
			more++
		default:
			said++
			fmt.Fprintf(w, "%s: %s is not read, did you mean %s?\n", printable(name), printable(brief.Text(u.Pointer, maxPointerBytes)), close)
		}
	}
	if more > 0 {
		fmt.Fprintf(w, "%s: %s\n", printable(name), document.MoreText(more, "such member"))
	}
}

// A source is the origin of a cart.
type source struct {
	name string
	line int // the line of the cart, from 1; 0 if the cart is the whole text
}

func (s source) String() string {
	if s.line == 0 {
		return s.name
	}
	return fmt.Sprintf("%s:%d", s.name, s.line)
}

// at returns the position of an offset in the text of the cart, such as cart.json:3:14.
func (s source) at(body []byte, offset int) string {
	before := body[:min(offset, len(body))]
	line := bytes.Count(before, []byte("\n"))
	column := utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	return fmt.Sprintf("%s:%d:%d", s.name, max(s.line, 1)+line, column+1)
}

// cartFrom reads a cart.
func (s *cartShape) cartFrom(from source, body []byte, currency money.Currency) (*pricedCart, error) {
	c := &cart.Cart{}
	found, err := s.reader.ReadJSON(body, currency, c)
	var invalid *cart.Invalid
	switch {
	case errors.As(err, &invalid):
		return nil, from.invalid(body, invalid)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", from, err)
	case !found:
		return nil, fmt.Errorf("%s: %s", from, s.noCart())
	}
	return &pricedCart{Cart: c, shape: s, from: from, body: body}, nil
}

// noCart returns the reason why a text is no cart.
func (s *cartShape) noCart() string {
	if s.name == "" {
		return `the JSON is no cart, want an object with "items" such as {"items":[{"sku":"latte","quantity":2,"unit_price":1800}]}`
	}
	return fmt.Sprintf("the JSON is no cart: there is nothing at %s, where the items are by %s", s.reader.Items(), s.name)
}

// invalid returns the error for an invalid cart, with line and column as an editor counts them.
func (s source) invalid(body []byte, invalid *cart.Invalid) error {
	place, reason := s.String(), invalid.Reason
	if detail := invalid.Detail; detail.HasOffset {
		place, reason = s.at(body, detail.Offset), detail.Problem
	}
	if s.line > 0 && errors.Is(invalid, io.ErrUnexpectedEOF) {
		reason += ": want one cart on each line"
	}
	return fmt.Errorf("%s: %s: %s", place, pointerText(invalid.Pointer), reason)
}

func pointerText(pointer string) string {
	if pointer == "" {
		return "the whole text"
	}
	return pointer
}

func readCart(cmd *cobra.Command, path string) (name string, body []byte, err error) {
	if path == "-" {
		body, err = io.ReadAll(cmd.InOrStdin())
		return "standard input", body, err
	}
	body, err = os.ReadFile(path)
	if err != nil {
		return path, nil, strategyfile.PathError(path, err)
	}
	return path, body, nil
}
