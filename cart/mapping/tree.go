package mapping

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// value is a JSON value, with the members of objects in the order written.
type value struct {
	kind  jsontext.Kind // as its first byte is: { [ " 0 t f n
	text  string        // of a text what it means, of a number as it is written
	names []string      // of the members of an object
	kids  []*value      // members or elements
	inner *value        // the JSON in a text; nil if there is none
}

// maxValues bounds the values of one sample: a person looks for a map with a few
// orders.
const maxValues = 1 << 20

// parse reads a JSON text.
func parse(text []byte) (*value, error) {
	p := &parser{Decoder: jsontext.NewDecoder(bytes.NewReader(bytes.TrimPrefix(text, []byte("\ufeff"))))}
	v, err := p.value(true)
	if err != nil {
		return nil, err
	}
	if _, err := p.ReadToken(); !errors.Is(err, io.EOF) {
		return nil, errors.New("there is more after the JSON value")
	}
	return v, nil
}

type parser struct {
	*jsontext.Decoder
	values int
}

// value reads the next value. JSON inside a text is read where outer is set: a path
// can go into one text, not into a text in a text.
func (p *parser) value(outer bool) (*value, error) {
	if p.values++; p.values > maxValues {
		return nil, fmt.Errorf("there are more than %d values", maxValues)
	}
	token, err := p.ReadToken()
	if err != nil {
		return nil, fmt.Errorf("it is no JSON: %w", err)
	}
	v := &value{kind: token.Kind()}
	switch v.kind {
	case '"':
		v.text = token.String()
		if outer {
			v.inner = p.within(v.text)
		}
	case '0':
		v.text = token.String()
	case '{', '[':
		return v, p.fill(v, outer)
	}
	return v, nil
}

// fill reads what is in an object or a list, and its end.
func (p *parser) fill(v *value, outer bool) error {
	for p.PeekKind() != v.kind+2 { // } and ] are two after { and [
		if v.kind == '{' {
			name, err := p.ReadToken()
			if err != nil {
				return fmt.Errorf("it is no JSON: %w", err)
			}
			v.names = append(v.names, name.String())
		}
		kid, err := p.value(outer)
		if err != nil {
			return err
		}
		v.kids = append(v.kids, kid)
	}
	_, err := p.ReadToken()
	return err
}

// within is the object or list that a text has as JSON, or nil.
func (p *parser) within(text string) *value {
	trimmed := strings.TrimLeft(text, " \t\r\n")
	if trimmed == "" || trimmed[0] != '{' && trimmed[0] != '[' {
		return nil
	}
	in := &parser{Decoder: jsontext.NewDecoder(strings.NewReader(text)), values: p.values}
	v, err := in.value(false)
	if err != nil {
		return nil
	}
	if _, err := in.ReadToken(); !errors.Is(err, io.EOF) {
		return nil
	}
	p.values = in.values
	return v
}

// member is the member of a name, or nil.
func (v *value) member(name string) *value {
	for i, n := range v.names {
		if n == name {
			return v.kids[i]
		}
	}
	return nil
}

// scalar reports whether the value is a text, a number, true or false.
func (v *value) scalar() bool {
	switch v.kind {
	case '"', '0', 't', 'f':
		return true
	}
	return false
}

// blank reports whether the value says nothing: null, or a text without characters.
func (v *value) blank() bool { return v.kind == 'n' || v.kind == '"' && v.text == "" }

// word is the value as a text: of true and false their names.
func (v *value) word() string {
	switch v.kind {
	case 't':
		return "true"
	case 'f':
		return "false"
	}
	return v.text
}
