package cart

import "strings"

// object reads the members of the current object that the node has edges for.
func (d *document) object(at *node, depth int) *fault {
	if depth > maxDepth {
		return tooDeep()
	}
	if at.each != nil {
		return d.eachMember(at.each, depth)
	}
	first, expected := len(d.names.at), 0
	classes, inOrder := byte(0), true // inOrder: each name is that of a later edge than the one before
	for more := d.enter('}'); more; more = d.more('}') {
		d.step()
		if found := d.ahead(at, expected); found >= 0 {
			e := &at.edges[found]
			if f := d.mapped(e, depth+1); f != nil {
				return f.under(e.name)
			}
			expected = found + 1
			continue
		}
		name, where, class := d.name()
		inOrder = false
		d.names.at = append(d.names.at, where)
		if classes |= class; class&escapes != 0 && strings.IndexByte(name, 0) >= 0 {
			return fatal(hasNUL).under(name)
		}
		found := at.find(name, expected)
		if f := d.member(at, found, name, class, depth+1); f != nil {
			return f.under(name)
		}
		if found >= 0 {
			expected = found + 1
		}
	}
	names := d.names.at[first:]
	d.names.at = d.names.at[:first]
	if inOrder {
		return nil
	}
	if d.otherCases {
		if f := d.inOneCase(at, names); f != nil {
			return f
		}
	}
	return d.distinct(names, classes, at.anything)
}

// skipObject goes past the current object, of which nothing is read, and checks every name.
func (d *document) skipObject(depth int) *fault {
	if depth > maxDepth {
		return tooDeep()
	}
	first, classes := len(d.names.at), byte(0)
	for more := d.enter('}'); more; more = d.more('}') {
		d.step()
		name, where, class := d.name()
		d.names.at = append(d.names.at, where)
		if classes |= class; class&escapes != 0 && strings.IndexByte(name, 0) >= 0 {
			return fatal(hasNUL).under(name)
		}
		if f := d.skip(depth + 1); f != nil {
			return f.under(name)
		}
	}
	names := d.names.at[first:]
	d.names.at = d.names.at[:first]
	return d.distinct(names, classes, false)
}

// inOneCase refuses an object that has the name of a default in two cases. A member with the name
// in another case alone is something else.
func (d *document) inOneCase(at *node, names []span) *fault {
	for i := range at.edges {
		e := &at.edges[i]
		if !e.anyCase {
			continue
		}
		written, other := false, ""
		for _, where := range names {
			switch name := d.nameAt(where); {
			case name == e.name:
				written = true
			case sameFolded(name, e.name):
				other = name
			}
		}
		if written && other != "" {
			return differsInCase(quote(e.name) + ", which is there, too").under(other)
		}
	}
	return nil
}

// distinct checks that no two names of an object are the same.
func (d *document) distinct(names []span, classes byte, butCase bool) *fault {
	by := asWritten
	switch {
	case butCase && classes&folds != 0:
		by = butForCase
	case classes&escapes != 0:
		by = asMeant
	}
	if earlier, later, found := d.duplicates(names, by); found {
		return d.confused(earlier, later)
	}
	return nil
}

// confused is the fault of two members that can be taken for one another.
func (d *document) confused(earlier, later span) *fault {
	name := d.nameAt(later)
	if d.nameAt(earlier) != name {
		return differsInCase("another member of its object").under(name)
	}
	d.twice = true
	return fatal("is in its object twice").atByte(", again at byte", int(later.from)-1).under(name)
}
