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
// are, by their pointers: for a person who writes a cart by hand and mistypes a name. It
// is nil for a body that is no JSON. A member in the JSON of a text has the pointer of the
// text, a "!" and the pointer in its JSON.
func (r *Reader) Unread(body []byte) []UnreadMember {
	var value any
	if json.Unmarshal(body[markLength(body):], &value) != nil {
		return nil
	}
	if _, isList := value.([]any); isList && len(r.body.positions) == 0 {
		return nil
	}
	u := unread{reader: r}
	u.value(value, r.body, "")
	return u.list
}

// unread is the search for members that are not read.
type unread struct {
	reader *Reader
	list   []UnreadMember
}

// value goes into a value at a node; nil for none.
func (u *unread) value(value any, at *node, pointer string) {
	if at == nil || at.anything {
		return
	}
	switch value := value.(type) {
	case []any:
		for i, element := range value {
			below := pointer + "/" + strconv.Itoa(i)
			switch {
			case len(at.positions) > 0:
				u.along(at.at(i), element, below)
			case at.each != nil:
				u.along(at.each, element, below)
			default:
				u.value(element, at, below)
			}
		}
	case map[string]any:
		if len(at.positions) == 0 {
			u.members(value, at, pointer)
		}
	}
}

func (u *unread) members(object map[string]any, at *node, pointer string) {
	known := make([]string, len(at.edges))
	for i := range at.edges {
		known[i] = at.edges[i].name
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		below := pointer + "/" + pointerEscapes.Replace(name)
		i := at.find(name, 0)
		switch {
		case at.each != nil:
			u.along(at.each, object[name], below)
		case i >= 0:
			u.along(&at.edges[i], object[name], below)
		default:
			u.list = append(u.list, UnreadMember{Pointer: below, Name: name, Known: known})
		}
	}
}

// along goes into a value that an edge leads to; nil for none.
func (u *unread) along(e *edge, value any, pointer string) {
	if e == nil {
		return
	}
	if e.embedded {
		text, _ := value.(string)
		if value = nil; json.Unmarshal([]byte(text), &value) != nil {
			return
		}
		pointer += "!"
	}
	list, isList := value.([]any)
	at := e.into
	switch {
	case e.field == fieldItems:
		at = u.reader.line
	case e.field == fieldShipping:
		at = u.reader.charge
	case e.field == fieldAttributes && isList:
		at = u.reader.pair
	}
	if !isList || at == e.into {
		u.value(value, at, pointer)
		return
	}
	for i, element := range list {
		u.value(element, at, pointer+"/"+strconv.Itoa(i))
	}
}
