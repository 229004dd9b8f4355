package mapping

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/cart/preset"
	"github.com/promogate/caddy-discount/money"
)

// Search is what a map is looked for with.
type Search struct {
	// Currency is that of the orders that state none; it says how many decimals an
	// amount has.
	Currency money.Currency
	// Prices is the unit of the amounts, where it is known; nil to find it out.
	Prices *cart.Prices
	// Presets are the systems that may have sent the orders.
	Presets []*preset.Preset
}

// Proposal is how some orders are read.
type Proposal struct {
	// Preset is the name of the system whose orders these seem to be; empty for a map
	// of its own.
	Preset string
	// Map is the map, in place of the preset's fields or of the defaults; it is empty
	// where these are right.
	Map cart.Mapping
	// Options are what a reader of such orders is made with: the preset's with the map
	// laid over.
	Options cart.Options
	// Reasons are why each part is read from there.
	Reasons []Reason
	// Doubts are what a person should look at.
	Doubts []string

	evident bool // the sum of the goods is stated in the samples, and is what is read
}

// Reason is why a part of the cart is read from some paths.
type Reason struct {
	Field string // the key of the mapping, or of an option
	Paths cart.Paths
	Why   string
}

// errNothing says that no map was found.
var errNothing = errors.New("no map was found")

// maxSamples bounds how many orders are looked at; further ones say little more.
const maxSamples = 200

// Find proposes a map for orders: the preset that reads most parts of the cart, or paths that are
// found by names, by shapes and by what adds up. It looks at the first 200 samples, and every
// proposal has read all of these. The error says what is missing in them.
func (s Search) Find(samples [][]byte) (*Proposal, error) {
	f := &finder{Search: s, samples: samples[:min(len(samples), maxSamples)]}
	if err := f.parse(); err != nil {
		return nil, err
	}
	found, err := f.find()
	if known := f.bestPreset(found); known != nil {
		return known, nil
	}
	return found, err
}

// finder looks for a map.
type finder struct {
	Search
	samples [][]byte
	prefix  path     // of all orders: "0" where each is in a list of its own
	orders  []*value // what is behind the prefix
	root    *shape
	long    bool // there are integers that JavaScript rounds
}

func (f *finder) parse() error {
	if len(f.samples) == 0 {
		return errors.New("there is no order")
	}
	lists := 0
	for i, sample := range f.samples {
		v, err := parse(sample)
		if err != nil {
			return fmt.Errorf("order %d: %w", i+1, err)
		}
		if v.kind == '[' {
			lists++
			if len(v.kids) != 1 {
				return fmt.Errorf("order %d: the body is a list of %d, and only a list of one order is read", i+1, len(v.kids))
			}
			v = v.kids[0]
		}
		if v.kind != '{' {
			return fmt.Errorf("order %d is none, want an object", i+1)
		}
		f.orders = append(f.orders, v)
	}
	switch lists {
	case 0:
	case len(f.samples):
		f.prefix = path{"0"}
	default:
		return errors.New("some of the orders are in a list, and others are not")
	}
	f.root = shapeOf(nil, f.orders)
	f.root.each(func(s *shape) { f.long = f.long || long(s.scalars) != nil })
	return nil
}

// find is a map of paths that are found by names and shapes.
func (f *finder) find() (*Proposal, error) {
	places := findGoods(f.root, f.orders)
	if len(places) == 0 {
		if at, quantity := f.negative(); at != nil {
			return nil, fmt.Errorf("%w: %s is %s, and a quantity is never negative", errNothing, f.full(at), quantity)
		}
		return nil, fmt.Errorf("%w: no list of objects has a quantity and a price, a total or a SKU", errNothing)
	}
	var ways []*priced
	for _, g := range places {
		ways = append(ways, g.ways(f.root, f.orders)...)
	}
	slices.SortStableFunc(ways, func(a, b *priced) int { return b.score - a.score })
	why := errors.New("no line has both a quantity and what it costs")
	tried := false
	for _, way := range ways[:min(len(ways), 12)] {
		d := f.draft(way)
		err := d.base()
		if err == nil {
			d.further()
			return d.proposal(), nil
		}
		if !tried {
			why, tried = err, true
		}
	}
	return nil, fmt.Errorf("%w: goods are at %s, but %w", errNothing, f.full(places[0].paths[0]), why)
}

// negative is where a quantity of a line is less than 0, and what it is; nil if nowhere.
func (f *finder) negative() (at path, quantity string) {
	const sure = 65
	f.root.each(func(s *shape) {
		if at != nil || !s.through || s.objects > 0 || quantityRole.fit(s.names(nil)) < sure {
			return
		}
		for _, v := range s.scalars {
			unsigned, less := strings.CutPrefix(v.text, "-")
			if _, ok := (&value{kind: '0', text: unsigned}).number(); less && ok {
				at, quantity = s.path, v.text
				return
			}
		}
	})
	return at, quantity
}

// full is a path of the body, with the prefix of all orders.
func (f *finder) full(p path) string { return append(slices.Clone(f.prefix), p...).String() }

// reading is the result of reading the samples.
type reading struct {
	carts []*cart.Cart
	reads [][]cart.Read
	err   error // the first
	order int   // the order it is of, from 1
}

// read reads all samples.
func (f *finder) read(o cart.Options) *reading {
	r := &reading{}
	reader, err := cart.NewReader(o)
	if err != nil {
		r.err = err
		return r
	}
	for i, sample := range f.samples {
		c := new(cart.Cart)
		reads, found, err := reader.Trace(sample, f.Currency, c)
		if err == nil && !found {
			err = fmt.Errorf("there is nothing at %s", reader.Items())
		}
		if err != nil {
			r.err, r.order = err, i+1
			return r
		}
		r.carts, r.reads = append(r.carts, c), append(r.reads, reads)
	}
	return r
}

// fields are the parts of the cart that were read anywhere.
func (r *reading) fields() map[string]bool {
	fields := make(map[string]bool)
	for _, reads := range r.reads {
		for _, read := range reads {
			fields[read.Field] = true
		}
	}
	return fields
}

// priced reports whether every line has a price or a total.
func (r *reading) priced() bool {
	for _, c := range r.carts {
		for i := range c.Lines {
			if l := &c.Lines[i]; l.UnitPrice == cart.NoPrice && !l.HasTotal && l.Quantity > 0 {
				return false
			}
		}
	}
	return true
}

// lines is how many lines were read.
func (r *reading) lines() int {
	n := 0
	for _, c := range r.carts {
		n += len(c.Lines)
	}
	return n
}

// mappedField is one field of a mapping with its paths.
type mappedField struct {
	Key   string
	Paths cart.Paths
}

// mappedFields are the fields of a mapping that have paths, in the order in which a
// configuration has them.
func mappedFields(m cart.Mapping) []mappedField {
	text, err := json.Marshal(m)
	if err != nil {
		return nil // texts and lists of them can always be written
	}
	v, err := parse(text)
	if err != nil {
		return nil
	}
	var entries []mappedField
	for i, name := range v.names {
		e := mappedField{Key: name}
		for _, p := range elements([]*value{v.kids[i]}) {
			e.Paths = append(e.Paths, p.text)
		}
		entries = append(entries, e)
	}
	return entries
}

// Caddyfile is the proposal as the options of a discount handler.
func (p *Proposal) Caddyfile() string {
	var b strings.Builder
	if p.Preset == "" && p.Options.Prices == cart.Major {
		b.WriteString("prices major\n")
	}
	for _, o := range []struct {
		on   bool
		text string
	}{
		{p.Options.Fractional, "fractional line"}, {p.Options.ExactIDs, "exact_ids on"}, {p.Options.TextFlags, "text_flags on"},
	} {
		if o.on && !p.preset(o.text) {
			b.WriteString(o.text + "\n")
		}
	}
	b.WriteString(mapBlock(p.Preset, p.Map))
	return b.String()
}

// preset reports whether an option is the preset's own.
func (p *Proposal) preset(option string) bool {
	own, err := preset.Find(p.Preset)
	if p.Preset == "" || err != nil {
		return false
	}
	switch option {
	case "fractional line":
		return own.Options.Fractional
	case "exact_ids on":
		return own.Options.ExactIDs
	}
	return own.Options.TextFlags
}

// mapBlock is a map as a Caddyfile has it; empty for the default shape.
func mapBlock(name string, m cart.Mapping) string {
	head := "map"
	if name != "" {
		head += " " + name
	}
	entries := mappedFields(m)
	if len(entries) == 0 {
		if name == "" {
			return ""
		}
		return head + "\n"
	}
	wide := 0
	for _, e := range entries {
		wide = max(wide, len(e.Key))
	}
	var b strings.Builder
	b.WriteString(head + " {\n")
	for _, e := range entries {
		b.WriteString("\t" + e.Key + strings.Repeat(" ", wide-len(e.Key)))
		for _, p := range e.Paths {
			b.WriteString(" " + token(p))
		}
		b.WriteString("\n")
	}
	b.WriteString("}\n")
	return b.String()
}

// token is a path as an argument in a Caddyfile, in quotes where it has to be. In
// backticks nothing is escaped, and in quotes nothing but quotes is.
func token(text string) string {
	switch {
	case text != "" && !strings.ContainsAny(text, " \t\r\n\"`{}#\\<"):
		return text
	case !strings.Contains(text, "`"):
		return "`" + text + "`"
	}
	return `"` + strings.ReplaceAll(text, `"`, `\"`) + `"`
}
