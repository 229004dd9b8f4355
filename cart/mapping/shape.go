package mapping

import (
	"strconv"
	"strings"
)

// shape is what values at one path look like, in all samples together. What is in the
// elements of a list is at the path of the list itself, as a path of a mapping has it.
type shape struct {
	path    path
	through bool // a list or "*" is on the way, or here
	listed  bool // there is a list here
	objects int
	scalars []*value
	kids    []*shape // in the order in which they were first seen
	byName  map[string]*shape
	depth   int
	budget  *int // shapes that may still be made
}

// The bounds of what is looked at for a proposal.
const (
	maxShapes  = 20_000
	maxKids    = 400   // members of one object that are distinguished
	maxDepth   = 12    // segments of a path
	maxScalars = 4_000 // values at one path
)

// shapeOf is the shape of the values at a path, such as of the orders themselves.
func shapeOf(at path, values []*value) *shape {
	budget := maxShapes
	s := &shape{path: at, budget: &budget}
	for _, v := range values {
		s.add(v)
	}
	return s
}

func (s *shape) add(v *value) {
	switch {
	case v.isPair():
		for i, kid := range v.kids {
			if at := s.kid(strconv.Itoa(i)); at != nil {
				at.add(kid)
			}
		}
	case v.kind == '[':
		s.listed, s.through = true, true
		for _, kid := range v.kids {
			s.element(kid)
		}
	case v.kind == '{':
		s.objects++
		s.members(v)
	case v.scalar() && len(s.scalars) < maxScalars:
		s.scalars = append(s.scalars, v)
	}
}

// element adds an element of a list. What is in lists in a list is at "*" of it.
func (s *shape) element(v *value) {
	at := s
	if v.kind == '[' && !v.isPair() {
		if at = s.kid(every); at == nil {
			return
		}
		at.through = true
	}
	at.add(v)
}

// isPair reports whether a list is a number and a text, as some systems write the id and
// the name of a thing.
func (v *value) isPair() bool {
	return v.kind == '[' && len(v.kids) == 2 && v.kids[0].kind == '0' && v.kids[1].kind == '"'
}

// members adds what is in an object: by its names, and if these look like keys of
// things that are alike, by "*".
func (s *shape) members(v *value) {
	named, alike := keys(v)
	if alike {
		for _, kid := range v.kids {
			if star := s.kid(every); star != nil {
				star.through = true
				star.add(kid)
			}
		}
	}
	if !named {
		return
	}
	for i, name := range v.names {
		if !nameable(name) {
			continue
		}
		if kid := s.kid(name); kid != nil {
			kid.add(v.kids[i])
		}
		if inner := v.kids[i].inner; inner != nil {
			if kid := s.kid(name + jsonMark); kid != nil {
				kid.add(inner)
			}
		}
	}
}

// keys says whether the names of an object are names of its parts, and whether they are keys of
// objects that are alike. Objects are alike if the first one has two thirds of the members of each.
func keys(v *value) (named, alike bool) {
	if len(v.kids) == 0 {
		return true, false
	}
	first := v.kids[0]
	numbers := true
	for i, kid := range v.kids {
		if kid.kind != '{' {
			return true, false
		}
		numbers = numbers && !nameable(v.names[i])
	}
	if numbers {
		return false, true
	}
	for _, kid := range v.kids[1:] {
		shared := 0
		for _, name := range kid.names {
			if first.member(name) != nil {
				shared++
			}
		}
		if shared*3 < len(kid.names)*2 || shared == 0 {
			return true, false
		}
	}
	return len(v.kids) <= maxKids, len(v.kids) > 1 || looksLikeKey(v.names[0])
}

// looksLikeKey reports whether a name is rather made by a machine than given.
func looksLikeKey(name string) bool {
	digits := 0
	for _, c := range name {
		if c >= '0' && c <= '9' {
			digits++
		}
	}
	return digits*3 >= len(name)
}

// kid is the shape at a member; nil if the limit is reached.
func (s *shape) kid(segment string) *shape {
	if kid := s.byName[segment]; kid != nil {
		return kid
	}
	if len(s.kids) >= maxKids || s.depth >= maxDepth || *s.budget == 0 {
		return nil
	}
	*s.budget--
	kid := &shape{path: s.path.then(segment), through: s.through, depth: s.depth + 1, budget: s.budget}
	if s.byName == nil {
		s.byName = make(map[string]*shape)
	}
	s.byName[segment] = kid
	s.kids = append(s.kids, kid)
	return kid
}

// each calls do with the shape and all below it, in the order of the document.
func (s *shape) each(do func(*shape)) {
	do(s)
	for _, kid := range s.kids {
		kid.each(do)
	}
}

// leaf reports whether there are scalars here and nothing else.
func (s *shape) leaf() bool { return len(s.scalars) > 0 && s.objects == 0 }

// names are the segments of the path below another that name something.
func (s *shape) names(below path) []string {
	var names []string
	for _, segment := range s.path[len(below):] {
		if segment != every && !position(segment) {
			names = append(names, words(strings.TrimSuffix(segment, jsonMark)))
		}
	}
	return names
}
