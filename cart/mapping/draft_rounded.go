package mapping

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/promogate/caddy-discount/cart"
)

// rounded is a name that is not read, since it is an integer that JavaScript rounds.
type rounded struct{ key, doubt string }

// round keeps the doubt about such a name: the first one of each field.
func (d *draft) round(name rounded) {
	if !slices.ContainsFunc(d.rounded, func(r rounded) bool { return r.key == name.key }) {
		d.rounded = append(d.rounded, name)
	}
}

// roundedAt is a name at a path, with text as an example of its values.
func roundedAt(key, at, text string) rounded {
	return rounded{key, fmt.Sprintf("%s is not read: it has integers of 2^53 and more, such as %s, which JavaScript rounds; %s reads their digits",
		at, text, exactWith(key, at))}
}

// long is the first of some values that is an integer JavaScript rounds; nil if there is
// none.
func long(values []*value) *value {
	limit := new(big.Rat).SetInt64(1 << 53)
	for _, v := range values {
		if n, ok := v.number(); ok && v.kind == '0' && whole(n) && n.Cmp(limit) >= 0 {
			return v
		}
	}
	return nil
}

// tryExact says that a field could be read with exact_ids on. The option is never
// proposed: only the owner of the order service knows whether it keeps integers whole.
func (d *draft) tryExact(o cart.Options, key string, paths []string) {
	if !d.long || len(paths) == 0 {
		return
	}
	o.ExactIDs = true
	r := d.read(o)
	if r.err != nil || r.lines() != d.current.lines() {
		return
	}
	if text := r.longest(key); text != "" {
		d.round(roundedAt(key, paths[0], text))
	}
}

// exactWith are the options that read long integers at a path.
func exactWith(key, at string) string {
	if usual[key] == at {
		return `"exact_ids on"`
	}
	return fmt.Sprintf(`"exact_ids on" with "%s %s"`, key, token(at))
}

// longest is the first long integer that was read for a field; empty if there is none.
func (r *reading) longest(key string) string {
	for _, reads := range r.reads {
		for _, read := range reads {
			if read.Field == key && long([]*value{{kind: '0', text: read.Text}}) != nil {
				return read.Text
			}
		}
	}
	return ""
}

// doubtRounded says which names are not read.
func (d *draft) doubtRounded() {
	for _, r := range d.absent(d.options, d.current) {
		d.round(r)
	}
	for _, r := range d.rounded {
		d.doubt("%s", r.doubt)
	}
}

// absent are the names at default paths that a reading leaves out since they are long integers:
// those that are read only with exact_ids on.
func (f *finder) absent(o cart.Options, plain *reading) []rounded {
	if !f.long || o.ExactIDs {
		return nil
	}
	o.ExactIDs = true
	exact := f.read(o)
	if exact.err != nil {
		return nil
	}
	var all []rounded
	for i := range exact.reads {
		read := make(map[string]bool)
		for _, r := range plain.reads[i] {
			read[r.Field+" "+r.Pointer] = true
		}
		for _, r := range exact.reads[i] {
			at := usual[r.Field]
			known := slices.ContainsFunc(all, func(other rounded) bool { return other.key == r.Field })
			if at != "" && !known && !read[r.Field+" "+r.Pointer] {
				all = append(all, roundedAt(r.Field, at, r.Text))
			}
		}
	}
	return all
}
