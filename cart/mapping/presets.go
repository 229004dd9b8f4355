package mapping

import (
	"fmt"
	"math/big"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/cart/preset"
)

// rated is a preset with how well it reads the samples.
type rated struct {
	*preset.Preset
	reading *reading
	score   int
	typical bool // most of its own paths lead to something
}

// bestPreset proposes the preset with the best score; nil if there is none, or if the map that was
// found is better. found may be nil.
func (f *finder) bestPreset(found *Proposal) *Proposal {
	var best *rated
	for _, p := range f.Presets {
		if r := f.rate(p); r != nil && (best == nil || r.score > best.score) {
			best = r
		}
	}
	plain := f.plain(found)
	if best == nil || plain != nil && plain.score >= best.score || found != nil && !f.beats(best, found) {
		return nil
	}
	p := &Proposal{Preset: best.Name, Options: best.Options}
	fields := best.reading.fields()
	p.Reasons = append(p.Reasons, Reason{Field: "preset", Why: fmt.Sprintf("%s: reads every line of every sample, and %d parts of the cart", best.Title, len(fields))})
	for _, r := range f.absent(best.Options, best.reading) {
		p.Doubts = append(p.Doubts, r.doubt)
	}
	return p
}

// The weights of what a preset reads.
const (
	perField = 10 // a part of the cart that is read
	perMiss  = 6  // a path of its own at which nothing is
)

// rate reads the samples with a preset; nil if it does not read all of them, with a
// price in every line.
func (f *finder) rate(p *preset.Preset) *rated {
	if f.Prices != nil && *f.Prices != p.Options.Prices {
		return nil
	}
	r := f.read(p.Options)
	if r.err != nil || r.lines() == 0 || !r.priced() {
		return nil
	}
	fields := r.fields()
	one := &rated{Preset: p, reading: r}
	own, missed := 0, 0
	for _, e := range mappedFields(p.Options.Map) {
		if e.Paths[0] == cart.Unread {
			continue
		}
		own++
		if !fields[e.Key] {
			missed++
		}
	}
	if missed*2 > own {
		return nil // another system has a few of the same names
	}
	one.score = perField*len(fields) - perMiss*missed
	one.typical = own > 3 && missed*10 <= own*3
	return one
}

// plain rates the map that was found if it has at most two paths, and so is nearly the default
// shape; nil otherwise.
func (f *finder) plain(found *Proposal) *rated {
	const few = 2
	if found == nil || len(mappedFields(found.Options.Map)) > few {
		return nil
	}
	r := f.read(found.Options)
	return &rated{reading: r, score: perField * len(r.fields())}
}

// beats reports whether a preset is proposed rather than the map that was found. It has to read as
// many lines. Then a typical preset is proposed. Another one that prices the lines otherwise is
// proposed if no sum in the samples confirms the map. Any other one is proposed if it reads nearly
// as many fields.
func (f *finder) beats(p *rated, found *Proposal) bool {
	other := f.read(found.Options)
	switch {
	case other.err != nil:
		return true
	case p.reading.lines() < other.lines():
		return false
	case p.typical:
		return true
	case !sameWorth(p.reading, other):
		return !found.evident
	}
	const less = 4 // fields
	return len(p.reading.fields())+less >= len(other.fields())
}

// sameWorth reports whether the samples come to the same in both readings.
func sameWorth(a, b *reading) bool {
	for i := range a.carts {
		if worthOf(a.carts[i]).Cmp(worthOf(b.carts[i])) != 0 {
			return false
		}
	}
	return true
}

func worthOf(c *cart.Cart) *big.Int {
	sum := new(big.Int)
	for i := range c.Lines {
		sum.Add(sum, big.NewInt(c.Lines[i].Subtotal))
	}
	return sum
}
