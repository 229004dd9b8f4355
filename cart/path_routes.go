package cart

import (
	"errors"
	"fmt"
)

// route is a path of a mapping, taken apart.
type route struct {
	field  field
	key    string // the field's name in a configuration
	from   scope
	steps  []step
	given  bool  // in the mapping; a default otherwise
	order  uint8 // which of the several paths of its field it is
	commas bool  // texts there are cut at commas
	strict bool  // a value there that cannot be read makes the cart invalid
}

// parsed are the paths of one entry of a mapping.
type parsed struct {
	paths  [][]step // none if the field is not read
	commas bool
	pair   [][]step // of attributes: the name and the value in a pair; nil for none
}

// parse splits the paths of an entry, and checks that its field takes so many.
func (e *entry) parse(paths []string) (parsed, error) {
	var p parsed
	switch {
	case len(paths) == 0:
		return p, errors.New("there is no path")
	case len(paths) == 1 && paths[0] == Unread:
		if e.field == fieldItems || e.field == fieldQuantity {
			return p, errors.New("cannot be left unread: a cart needs it")
		}
		return p, nil
	}
	if e.field.cutsCommas() && len(paths) > 1 && paths[len(paths)-1] == commaMark {
		p.commas, paths = true, paths[:len(paths)-1]
	}
	err := e.field.misplaced(paths)
	switch {
	case err != nil:
	case e.field == fieldAttributes && len(paths) == 3:
		err = p.addPairs(paths)
	case e.field == fieldAttributes && len(paths) > 1:
		err = fmt.Errorf("takes one path, or a path and those of name and value in a pair, not %d", len(paths))
	case len(paths) > 1 && !e.field.isList():
		err = fmt.Errorf("takes one path, not %d", len(paths))
	case len(paths) > maxPaths:
		err = fmt.Errorf("has %d paths, want at most %d", len(paths), maxPaths)
	default:
		err = p.add(e.field, paths)
	}
	return p, err
}

// misplaced is the error about a mark among the paths where it cannot be.
func (f field) misplaced(paths []string) error {
	for _, path := range paths {
		switch {
		case path == Unread:
			return fmt.Errorf("has %s, which leaves a part unread, beside other paths", quote(Unread))
		case path != commaMark:
		case !f.cutsCommas():
			return fmt.Errorf("has %s, which cuts the texts of coupons, customer_segments and category alone", quote(commaMark))
		case len(paths) == 1:
			return fmt.Errorf("has %s without a path before it", quote(commaMark))
		default:
			return fmt.Errorf("has %s before a path, want it last", quote(commaMark))
		}
	}
	return nil
}

// maxPaths bounds the paths of one field.
const maxPaths = 16

func (p *parsed) add(of field, paths []string) error {
	for _, path := range paths {
		steps, err := split(path)
		if err != nil {
			return err
		}
		if of == fieldItems {
			for _, s := range steps {
				if s.kind == stepPosition && s.position > 0 {
					return fmt.Errorf("path %s has the position %d, want 0: the list may hold nothing else, so that no order is half priced",
						quote(path), s.position)
				}
			}
		}
		p.paths = append(p.paths, steps)
	}
	return nil
}

func (p *parsed) addPairs(paths []string) error {
	if err := p.add(fieldAttributes, paths[:1]); err != nil {
		return err
	}
	for _, path := range paths[1:] {
		steps, err := split(path)
		if err != nil {
			return err
		}
		p.pair = append(p.pair, steps)
	}
	return nil
}

// routes returns the paths of a mapping that are read, those given first. It fails if two of them
// conflict.
func (m *Mapping) routes() ([]route, error) {
	var given, usual []route
	for _, e := range m.entries() {
		paths, isGiven := []string(*e.paths), *e.paths != nil
		if !isGiven {
			if e.usual == "" {
				continue
			}
			paths = []string{e.usual}
		}
		p, err := e.parse(paths)
		if err != nil {
			return nil, fmt.Errorf("map: %s: %w", e.key, err)
		}
		of := route{field: e.field, key: e.key, from: e.from, given: isGiven, commas: p.commas,
			strict: isGiven || !m.lenient(e.field)}
		list := &usual
		if isGiven {
			list = &given
		}
		*list = append(*list, of.over(p)...)
	}
	return resolveRoutes(given, usual)
}

// lenient reports whether a field at its default counts as absent if it cannot be read. It does if
// any field is mapped, unless it is essential, or it is the shipping and a field of a charge is
// mapped.
func (m *Mapping) lenient(of field) bool {
	mapped := false
	for _, e := range m.entries() {
		switch {
		case *e.paths == nil:
		case of == fieldShipping && e.from == inCharge:
			return false
		default:
			mapped = true
		}
	}
	return mapped && !of.isEssential()
}

// over are the routes of a field along its paths.
func (r route) over(p parsed) []route {
	var all []route
	for i, steps := range p.paths {
		r.steps, r.order = steps, uint8(i)
		all = append(all, r)
	}
	for i, steps := range p.pair {
		key := []string{"attributes NAME", "attributes VALUE"}[i]
		all = append(all, route{field: fieldPairName + field(i), key: key, from: inPair, steps: steps, given: r.given, strict: true})
	}
	return all
}

// resolveRoutes checks every route against those before it. A given route that conflicts is an
// error, as is a default of the items or the quantity. Any other default that conflicts is left
// out.
func resolveRoutes(given, usual []route) ([]route, error) {
	var kept []route
	for _, r := range append(given, usual...) {
		reason := ""
		for _, other := range kept {
			if reason = r.conflict(other); reason != "" {
				break
			}
		}
		switch {
		case reason == "":
			kept = append(kept, r)
		case r.given, r.field == fieldItems, r.field == fieldQuantity:
			return nil, errors.New("map: " + reason)
		}
	}
	return kept, nil
}

// conflict says why r and other cannot both be read, or nothing.
func (r *route) conflict(other route) string {
	if r.from != other.from {
		return ""
	}
	shared := 0
	for shared < min(len(r.steps), len(other.steps)) && r.steps[shared] == other.steps[shared] {
		shared++
	}
	mine, theirs := quote(written(r.steps)), quote(written(other.steps))
	switch {
	case shared == len(r.steps) && shared == len(other.steps):
		return fmt.Sprintf("%s and %s are both at %s", other.key, r.key, mine)
	case shared == len(r.steps):
		return fmt.Sprintf("%s at %s is inside %s at %s", other.key, theirs, r.key, mine)
	case shared == len(other.steps):
		return fmt.Sprintf("%s at %s is inside %s at %s", r.key, mine, other.key, theirs)
	}
	a, b := r.steps[shared], other.steps[shared]
	both := fmt.Sprintf("%s at %s and %s at %s", other.key, theirs, r.key, mine)
	switch {
	case a.kind != b.kind:
		return both + " want different things of one value: a member by its name, a position in a list, or *"
	case a.name == b.name:
		return both + " read one value as it is and as a text with JSON in it"
	case a.kind == stepMember && sameFolded(a.name, b.name):
		return both + " differ only in case"
	}
	return ""
}
