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

// bodySuffix ends the names of bodies.
const bodySuffix = ".json"

// bodyFile is an order as a shop sends it, in a file beside the test.
//
//	body = "order.json"
type bodyFile struct {
	member
	name string
}

// decodeBody reads the name of a body; nil where there is none.
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

// isBodyName reports whether a name is that of a file in the same directory, and cannot
// be one of anything but a body.
func isBodyName(name string) bool {
	return strings.HasSuffix(name, bodySuffix) && !strings.HasPrefix(name, ".") && !strings.ContainsAny(name, "/\\\x00")
}

// Bodies are the names of the files that tests name as bodies, each once. A file of
// tests that is not well written names none: it is refused whatever is beside it.
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

// Orders are what the tests that name a body are run with.
type Orders struct {
	// Files are the bodies. The last part of their names is what tests call them.
	Files []strategy.Source
	// Readings are the ways to read them: a body has to be read in one way at least, and
	// every way that reads it has to give what the test expects. Without any, it is read
	// in the default shape, in minor units.
	Readings []Reading
	// Lenient has a test skipped whose body is read in no way: there may be others that
	// are not known yet.
	Lenient bool
}

// With is the suite for tests with bodies. The error is a *[document.Diagnostics] that lists
// the bodies that are not there, or are no JSON.
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

// file is the body of a name.
func (o *Orders) file(name string) ([]byte, bool) {
	for _, f := range o.Files {
		if filepath.Base(f.Name) == name {
			return f.Data, true
		}
	}
	return nil, false
}

// plain reads the shape that the gateway reads by default.
var plain = func() *cart.Reader {
	r, err := cart.NewReader(cart.Options{})
	if err != nil {
		panic(err) // the default shape is well-formed
	}
	return r
}()

// order is the cart of a test: written in it, or read from a body.
type order interface {
	// read makes the cart; home is the currency where it states none.
	read(home money.Currency) (*cart.Cart, error)
	// fault says where in the text and why a cart was not read; no reason when it was.
	fault(err error) (at document.Pos, key, reason string)
	// refused is fault for a cart that the strategy cannot price.
	refused(err error) (at document.Pos, key, reason string)
	// line is where a field of a line stands, and what says so in a message where the place
	// does not.
	line(line int, field string) (at document.Pos, key, where string)
}

// bodyOrder is a body, read in one way.
type bodyOrder struct {
	*bodyFile
	Reading
	data  []byte
	among int // the ways there are
}

func (b *bodyOrder) read(home money.Currency) (*cart.Cart, error) {
	c := &cart.Cart{}
	found, err := b.Reader.ReadJSON(b.data, home, c)
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

// note says in the hint of a failure which way a body was read in, if there are several.
func (b *bodyOrder) note(f *Failure) {
	if b.by() != "" {
		f.Hint = strings.TrimPrefix(f.Hint+"; "+b.name+b.by(), "; ")
	}
}

// by says which way a body was read in, if there are several.
func (b *bodyOrder) by() string {
	if b.among < 2 || b.Name == "" {
		return ""
	}
	return " by " + b.Name
}

// ordersOf are the carts of a test: the one that is written in it, or what each way of
// reading makes of its body. Ways that do not read it are left out, if one does. none
// says that no way does: then they are all there, for their reasons.
func (s *Suite) ordersOf(t *test, home money.Currency) (all []order, none bool) {
	if t.body == nil {
		return []order{&t.cart}, false
	}
	data, _ := s.orders.file(t.body.name) // without With there is none, which is no JSON
	readings := s.orders.Readings
	if len(readings) == 0 {
		readings = []Reading{{Reader: plain}}
	}
	var readable []order
	for _, reading := range readings {
		o := &bodyOrder{bodyFile: t.body, Reading: reading, data: data, among: len(readings)}
		all = append(all, o)
		if _, err := o.read(home); err == nil {
			readable = append(readable, o)
		}
	}
	if len(readable) == 0 {
		return all, true
	}
	return readable, false
}
