package mapping

import (
	"strings"
)

// path is a path of a mapping taken apart: names, positions, "*" and names with
// "!json" at their end.
type path []string

const (
	every    = "*"
	jsonMark = "!json"
)

func (p path) String() string { return strings.Join(p, ".") }

// then is the path one segment further, in memory of its own.
func (p path) then(segment string) path {
	return append(p[:len(p):len(p)], segment)
}

// position reports whether a segment is a number.
func position(segment string) bool {
	return segment != "" && strings.Trim(segment, "0123456789") == ""
}

// nameable reports whether a path can have a name as a segment.
func nameable(name string) bool {
	return name != "" && name != every && name != "-" && name != "," && !position(name) &&
		!strings.Contains(name, ".") && !strings.HasSuffix(name, jsonMark)
}

// at are the values a path leads to, in the order of the document; through lists it
// leads to all their elements.
func (v *value) at(p path) []*value { return v.collect(p, nil) }

func (v *value) collect(p path, into []*value) []*value {
	if len(p) == 0 {
		return append(into, v)
	}
	segment, rest := p[0], p[1:]
	switch {
	case v.kind == '[' && position(segment):
		if i := index(segment); i < len(v.kids) {
			return v.kids[i].collect(rest, into)
		}
	case v.kind == '[' && segment == every:
		for _, kid := range v.kids {
			into = kid.collect(rest, into)
		}
	case v.kind == '[':
		for _, kid := range v.kids {
			into = kid.collect(p, into)
		}
	case v.kind == '{' && segment == every:
		for _, kid := range v.kids {
			into = kid.collect(rest, into)
		}
	case v.kind == '{':
		name, inner := strings.CutSuffix(segment, jsonMark)
		kid := v.member(name)
		if kid != nil && inner {
			kid = kid.inner
		}
		if kid != nil {
			return kid.collect(rest, into)
		}
	}
	return into
}

// index is the number of a position. A number of many digits becomes one that is too large for any
// list.
func index(digits string) int {
	n := 0
	for i := 0; i < len(digits) && n < 1<<30; i++ {
		n = n*10 + int(digits[i]-'0')
	}
	return n
}

// elements are the values of lists, lists in lists taken apart, and of anything else
// the value itself.
func elements(values []*value) []*value {
	var all []*value
	for _, v := range values {
		if v.kind == '[' {
			all = append(all, elements(v.kids)...)
		} else {
			all = append(all, v)
		}
	}
	return all
}
