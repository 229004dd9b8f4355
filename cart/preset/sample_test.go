package preset

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/money"
)

// reading is what is read of a body, as the files of testdata have it: amounts are minor
// units, and what is not there is not read.
type reading struct {
	Currency string         `json:"currency,omitempty"`
	Lines    []lineRead     `json:"lines"`
	Customer customerRead   `json:"customer,omitzero"`
	Coupons  []string       `json:"coupons,omitempty"`
	Channel  string         `json:"channel,omitempty"`
	Region   string         `json:"region,omitempty"`
	Shipping []shippingRead `json:"shipping,omitempty"`
}

type lineRead struct {
	ID         string            `json:"id,omitempty"`
	SKU        string            `json:"sku,omitempty"`
	Categories []string          `json:"categories,omitempty"`
	Quantity   int64             `json:"quantity"`
	Weight     string            `json:"weight,omitempty"` // digits and places
	UnitPrice  *int64            `json:"unit_price,omitempty"`
	LineTotal  *int64            `json:"line_total,omitempty"`
	Subtotal   int64             `json:"subtotal"`
	Reduced    bool              `json:"reduced,omitempty"`
	Attributes map[string]string `json:"attributes,omitempty"`
}

type customerRead struct {
	ID       string   `json:"id,omitempty"`
	Tier     string   `json:"tier,omitempty"`
	Segments []string `json:"segments,omitempty"`
}

type shippingRead struct {
	ID     string `json:"id,omitempty"`
	Method string `json:"method,omitempty"`
	Amount int64  `json:"amount"`
}

// errNoCart says that a body is JSON without a cart.
var errNoCart = errors.New("no cart")

// read is what the preset reads of a body; its options may be changed before.
func read(t *testing.T, name, body string, change func(*cart.Options)) (*reading, error) {
	t.Helper()
	p, err := Find(name)
	if err != nil {
		t.Fatal(err)
	}
	options := p.Options
	if change != nil {
		change(&options)
	}
	reader, err := cart.NewReader(options)
	if err != nil {
		t.Fatal(err)
	}
	defaultCurrency, err := money.ParseCurrency("CNY")
	if err != nil {
		t.Fatal(err)
	}
	var c cart.Cart
	switch found, err := reader.ReadJSON([]byte(body), defaultCurrency, &c); {
	case err != nil:
		return nil, err
	case !found:
		return nil, errNoCart
	}
	return readingOf(&c), nil
}

func readingOf(c *cart.Cart) *reading {
	r := &reading{
		Currency: c.Currency, Coupons: c.Coupons, Channel: c.Channel, Region: c.Region,
		Customer: customerRead{ID: c.Customer.ID, Tier: c.Customer.Tier, Segments: c.Customer.Segments},
	}
	for i := range c.Lines {
		r.Lines = append(r.Lines, lineOf(&c.Lines[i]))
	}
	for _, s := range c.Shipping {
		r.Shipping = append(r.Shipping, shippingRead{ID: s.ID, Method: s.Method, Amount: s.Amount})
	}
	return r
}

func lineOf(l *cart.Line) lineRead {
	line := lineRead{ID: l.ID, SKU: l.SKU, Quantity: l.Quantity, Subtotal: l.Subtotal, Reduced: l.Reduced}
	if l.Category != "" {
		line.Categories = append([]string{l.Category}, l.MoreCategories...)
	}
	if !l.Weight.IsZero() {
		line.Weight = fmt.Sprintf("%d and %d", l.Weight.Digits, l.Weight.Places)
	}
	if l.UnitPrice != cart.NoPrice {
		line.UnitPrice = &l.UnitPrice
	}
	if l.HasTotal {
		line.LineTotal = &l.Subtotal
	}
	for _, a := range l.Attributes {
		if line.Attributes == nil {
			line.Attributes = make(map[string]string)
		}
		line.Attributes[a.Name] = a.Text
	}
	return line
}

// text is a reading as JSON, a line of it for each part.
func (r *reading) text(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	if err := encoder.Encode(r); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// sample is the body of a preset's sample.
func sample(t *testing.T, name string) string {
	t.Helper()
	body, err := os.ReadFile(filepath.Join("testdata", name+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// wanted is what is to be read of a preset's sample.
func wanted(t *testing.T, name string) *reading {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name+".want.json"))
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	want := new(reading)
	if err := decoder.Decode(want); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return want
}

// replaced is the body with each text in place of another, which it has to have once.
func replaced(t *testing.T, body string, pairs ...string) string {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if n := strings.Count(body, pairs[i]); n != 1 {
			t.Fatalf("the body has %d of %s", n, pairs[i])
		}
		body = strings.Replace(body, pairs[i], pairs[i+1], 1)
	}
	return body
}

func TestEverySampleIsReadAsItIsMeant(t *testing.T) {
	t.Parallel()
	for _, name := range names() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := read(t, name, sample(t, name), nil)
			if err != nil {
				t.Fatal(err)
			}
			if got, want := got.text(t), wanted(t, name).text(t); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

func TestEverySampleBelongsToAPreset(t *testing.T) {
	t.Parallel()
	bodies, err := filepath.Glob(filepath.Join("testdata", "*.json"))
	if err != nil {
		t.Fatal(err)
	}
	for _, body := range bodies {
		name := strings.TrimSuffix(strings.TrimSuffix(filepath.Base(body), ".json"), ".want")
		if _, err := Find(name); err != nil {
			t.Errorf("%s: %v", body, err)
		}
	}
	if len(bodies) != 2*len(names()) {
		t.Errorf("%d files for %d presets", len(bodies), len(names()))
	}
}
