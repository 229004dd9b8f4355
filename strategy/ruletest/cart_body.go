package ruletest

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
)

// bodySuffix is the suffix of the names of bodies.
const bodySuffix = ".json"

// bodyFile is an order as a shop sends it, in a file beside the test.
//
//	body = "order.json"
type bodyFile struct {
	member
	name string
}

// decodeBody reads the name of a body. It returns nil if there is none.
func decodeBody(s *document.Section) *bodyFile {
	n := s.Get("body")
	if n == nil {
		return nil
	}
	name := s.Text("body")
	if name != "" && !isBodyName(name) {
		s.Wrong(n, "body", fmt.Sprintf("%q is not the name of a file beside the test that ends in %s", name, bodySuffix), `such as "order.json"`)
	}
	return &bodyFile{member: member{key: "body", at: n.Pos}, name: name}
}

// isBodyName reports whether a name may be that of a body: a file in the same directory that ends
// in bodySuffix and is not hidden.
func isBodyName(name string) bool {
	return strings.HasSuffix(name, bodySuffix) && !strings.HasPrefix(name, ".") && !strings.ContainsAny(name, "/\\\x00")
}

// Bodies returns the names of the files that tests name as bodies, each once. It returns nil if
// the tests have problems, because such tests are refused with any bodies.
func Bodies(sources ...strategy.Source) []string {
	s, err := Parse(sources...)
	if err != nil {
		return nil
	}
	var names []string
	for i := range s.tests {
		if b := s.tests[i].body; b != nil && !slices.Contains(names, b.name) {
			names = append(names, b.name)
		}
	}
	return names
}

// Reading is one way to read bodies, such as the mapping of a handler.
type Reading struct {
	Name   string // for messages; may be empty where there is one reading
	Reader *cart.Reader
}

// Orders are the bodies for the tests that name one, and the ways to read them.
type Orders struct {
	// Files are the bodies. Tests name them by the last element of their paths.
	Files []strategy.Source
	// Readings are the ways to read bodies. At least one must be able to read a body. The
	// expectations of the test must be met by each reading that can. Without readings, a body is
	// read in the default shape, in minor units.
	Readings []Reading
	// Lenient skips a test if no reading can read its body, because further readings may not be
	// known yet.
	Lenient bool
}

// With returns the suite with the bodies for its tests. The error is a *[document.Diagnostics] that
// lists the bodies that do not exist or are not JSON.
func (s *Suite) With(o Orders) (*Suite, error) {
	with := &Suite{doc: s.doc, tests: s.tests, orders: o}
	r := document.NewReader(s.doc)
	for i := range s.tests {
		b := s.tests[i].body
		if b == nil {
			continue
		}
		key := fmt.Sprintf("test[%d].body", i)
		data, there := o.file(b.name)
		switch {
		case !there:
			r.Add(b.at, key, fmt.Sprintf("there is no file %s beside the test", b.name), "a link that leads elsewhere is not followed")
		case !jsontext.Value(bytes.TrimPrefix(data, []byte("\ufeff"))).IsValid(jsontext.AllowDuplicateNames(true)):
			r.Add(b.at, key, b.name+" is no JSON", "")
		}
	}
	if err := r.Err(); err != nil {
		return nil, err
	}
	return with, nil
}

// file returns the body with a name.
func (o *Orders) file(name string) ([]byte, bool) {
	for _, f := range o.Files {
		if filepath.Base(f.Name) == name {
			return f.Data, true
		}
	}
	return nil, false
}

// defaultReader reads the shape that the gateway reads by default.
var defaultReader = func() *cart.Reader {
	r, err := cart.NewReader(cart.Options{})
	if err != nil {
		panic(err) // the default shape is well-formed
	}
	return r
}()

// order is the cart of a test, which is written in the test or read from a body.
type order interface {
	// read reads the cart. The default currency is for a cart that states none.
	read(defaultCurrency money.Currency) (*cart.Cart, error)
	// fault returns the position, the key and the reason of an error of read; no reason for a
	// nil error.
	fault(err error) (at document.Pos, key, reason string)
	// refused is fault for a cart that the strategy cannot price.
	refused(err error) (at document.Pos, key, reason string)
	// line returns the position and the key of a field of a line. where names the line in
	// messages if the position does not show it; "" otherwise.
	line(line int, field string) (at document.Pos, key, where string)
}

// bodyOrder is a body, read in one way.
type bodyOrder struct {
	*bodyFile
	Reading
	data  []byte
	among int // the number of ways
}

func (b *bodyOrder) read(defaultCurrency money.Currency) (*cart.Cart, error) {
	c := &cart.Cart{}
	found, err := b.Reader.ReadJSON(b.data, defaultCurrency, c)
	if err == nil && !found {
		err = fmt.Errorf("there are no goods at %s", b.Reader.Items())
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

func (b *bodyOrder) fault(err error) (at document.Pos, key, reason string) {
	if err == nil {
		return document.Pos{}, "", ""
	}
	text := err.Error()
	var invalid *cart.Invalid
	if errors.As(err, &invalid) {
		text = strings.TrimPrefix(invalid.Pointer+": "+invalid.Reason, ": ")
	}
	return b.at, b.key, b.name + b.by() + ": " + text
}

func (b *bodyOrder) refused(err error) (at document.Pos, key, reason string) {
	var bad *strategy.LineError
	if !errors.As(err, &bad) {
		return b.at, b.key, b.name + b.by() + ": " + err.Error()
	}
	return b.at, b.key, fmt.Sprintf("%s%s: %s: %s", b.name, b.by(), b.Reader.Pointer(b.data, bad.Line, bad.Field), bad.Reason)
}

// note adds to the hint of a failure in which way the body was read, if there are several ways.
func (b *bodyOrder) note(f *Failure) {
	if b.by() != "" {
		f.Hint = strings.TrimPrefix(f.Hint+"; "+b.name+b.by(), "; ")
	}
}

// by names the way in which the body was read, if there are several ways; "" otherwise.
func (b *bodyOrder) by() string {
	if b.among < 2 || b.Name == "" {
		return ""
	}
	return " by " + b.Name
}

// ordersOf returns the carts of a test: the one that is written in it, or one for each reading of
// its body. It leaves out readings that fail if another one succeeds. If all fail, it returns all
// of them, for their reasons, and none is true.
func (s *Suite) ordersOf(t *test, defaultCurrency money.Currency) (all []order, none bool) {
	if t.body == nil {
		return []order{&t.cart}, false
	}
	data, _ := s.orders.file(t.body.name) // empty without With; every reading then fails
	readings := s.orders.Readings
	if len(readings) == 0 {
		readings = []Reading{{Reader: defaultReader}}
	}
	var readable []order
	for _, reading := range readings {
		o := &bodyOrder{bodyFile: t.body, Reading: reading, data: data, among: len(readings)}
		all = append(all, o)
		if _, err := o.read(defaultCurrency); err == nil {
			readable = append(readable, o)
		}
	}
	if len(readable) == 0 {
		return all, true
	}
	return readable, false
}
