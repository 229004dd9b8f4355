package cart

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
)

// UnreadMember is a member of a body that is not read, in an object of which
// others are.
type UnreadMember struct {
	Pointer string   // RFC 6901
	Name    string   // its own
	Known   []string // the names that are read there
}

// Unread lists the members of a body that are not read, in objects of which others
// are, by their pointers: for whoever writes a cart by hand and mistypes a name. It
// is nil for a body that is no JSON.
func (r *Reader) Unread(body []byte) []UnreadMember {
	var value any
	if json.Unmarshal(body, &value) != nil {
		return nil
	}
	var list []UnreadMember
	r.unread(value, r.body, "", &list)
	return list
}

func (r *Reader) unread(value any, at *node, pointer string, list *[]UnreadMember) {
	if at == nil || at.anything {
		return
	}
	switch value := value.(type) {
	case []any:
		for i, element := range value {
			r.unread(element, at, pointer+"/"+strconv.Itoa(i), list)
		}
	case map[string]any:
		known := make([]string, len(at.edges))
		for i := range at.edges {
			known[i] = at.edges[i].name
		}
		for _, name := range slices.Sorted(maps.Keys(value)) {
			below := pointer + "/" + pointerEscapes.Replace(name)
			if i := at.find(name, 0); i >= 0 {
				r.unread(value[name], r.below(&at.edges[i]), below, list)
			} else {
				*list = append(*list, UnreadMember{Pointer: below, Name: name, Known: known})
			}
		}
	}
}

// below is the node of what an edge leads to, be it an object or a list of them.
func (r *Reader) below(e *edge) *node {
	switch e.field {
	case fieldItems:
		return r.line
	case fieldShipping:
		return r.charge
	}
	return e.into
}
