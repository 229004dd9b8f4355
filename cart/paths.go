package cart

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// node is a place in a document from which mapped fields can be reached: the
// paths of a mapping folded into a tree. It does not change once compiled.
type node struct {
	edges []edge
	// cased is set if a name in lower case could differ from one of the edges
	// only in case.
	cased bool
	// anything marks the object of attributes, whose members all count.
	anything bool
}

// edge is one member to look for: either a field or a further node.
type edge struct {
	name  string
	plain bool // it is written in one way only, and differs from no other plain name in case
	field field
	into  *node
}

// find is the edge called name, or -1. Senders write the members of one object
// like those of the last, so the search starts where the caller expects it.
func (n *node) find(name string, expected int) int {
	for i := expected; i < len(n.edges); i++ {
		if n.edges[i].name == name {
			return i
		}
	}
	for i := range min(expected, len(n.edges)) {
		if n.edges[i].name == name {
			return i
		}
	}
	return -1
}

// variant is the edge whose name differs from name only in case, or nil.
func (n *node) variant(name string) *edge {
	for i := range n.edges {
		if strings.EqualFold(n.edges[i].name, name) {
			return &n.edges[i]
		}
	}
	return nil
}

// maxSegments leaves room for the lines and their fields in a document of
// [maxDepth].
const maxSegments = 16

// split takes a path apart into member names.
func split(path string) ([]string, error) {
	switch {
	case path == "":
		return nil, errors.New("the path is empty")
	case !utf8.ValidString(path):
		return nil, fmt.Errorf("path %s is not valid UTF-8", quote(path))
	}
	names := strings.Split(path, ".")
	if slices.Contains(names, "") {
		return nil, fmt.Errorf("path %s has an empty segment", quote(path))
	}
	if len(names) > maxSegments {
		return nil, fmt.Errorf("path %s has %d segments, at most %d can be followed",
			quote(path), len(names), maxSegments)
	}
	return names, nil
}

// route is a field with its path taken apart.
type route struct {
	entry
	names    []string
	explicit bool
}

// routes are the paths of a mapping that are read, explicit ones first; it
// fails if two of them are in each other's way.
func (m *Mapping) routes() ([]route, error) {
	var given, usual []route
	for _, e := range m.entries() {
		r := route{entry: e, explicit: *e.paths != nil}
		path := e.usual
		if r.explicit {
			path = (*e.paths)[0]
		}
		if path == "" && !r.explicit {
			continue
		}
		if path == Unread {
			if e.field == fieldItems || e.field == fieldQuantity {
				return nil, fmt.Errorf("map: %s cannot be left unread: a cart needs it", e.key)
			}
			continue
		}
		names, err := split(path)
		if err != nil {
			return nil, fmt.Errorf("map: %s: %w", e.key, err)
		}
		r.names = names
		if r.explicit {
			given = append(given, r)
		} else {
			usual = append(usual, r)
		}
	}
	return settleRoutes(given, usual)
}

// settleRoutes checks every route against those before it: an explicit one in
// the way is an error, a default gives way.
func settleRoutes(given, usual []route) ([]route, error) {
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
		case r.explicit, r.field == fieldItems, r.field == fieldQuantity:
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
	for shared < min(len(r.names), len(other.names)) && r.names[shared] == other.names[shared] {
		shared++
	}
	mine, theirs := strings.Join(r.names, "."), strings.Join(other.names, ".")
	switch {
	case shared == len(r.names) && shared == len(other.names):
		return fmt.Sprintf("%s and %s are both at %s", other.key, r.key, quote(mine))
	case shared == len(r.names):
		return fmt.Sprintf("%s at %s is inside %s at %s", other.key, quote(theirs), r.key, quote(mine))
	case shared == len(other.names):
		return fmt.Sprintf("%s at %s is inside %s at %s", r.key, quote(mine), other.key, quote(theirs))
	case strings.EqualFold(r.names[shared], other.names[shared]):
		return fmt.Sprintf("%s at %s and %s at %s differ only in case",
			other.key, quote(theirs), r.key, quote(mine))
	}
	return ""
}

// add grows the tree by a path.
func (n *node) add(names []string, to field) {
	name := names[0]
	n.cased = n.cased || !plainName(name)
	i := slices.IndexFunc(n.edges, func(e edge) bool { return e.name == name })
	if i < 0 {
		i = len(n.edges)
		n.edges = append(n.edges, edge{name: name, plain: plainName(name) && !strings.Contains(name, `"`)})
	}
	if len(names) == 1 {
		n.edges[i].field = to
		return
	}
	if n.edges[i].into == nil {
		n.edges[i].into = &node{}
	}
	n.edges[i].into.add(names[1:], to)
}
