package schema

import (
	"slices"
	"strings"
)

// Keys returns the keys of the table at a path of keys, such as rule, spring, bundle. It returns
// nil if the language has no table there, and no keys for a table that may have any.
func Keys(path ...string) []string {
	name, ok := "strategy", true
	for len(path) > 0 {
		if name, path, ok = step(language[name], path); !ok {
			return nil
		}
	}
	return names(language[name].keys)
}

// step returns the name of the table at the first key of a path in t, and the rest of the path.
func step(t table, path []string) (name string, rest []string, ok bool) {
	at := slices.IndexFunc(t.keys, func(k key) bool { return k.name == path[0] })
	switch {
	case at < 0:
		return t.further, path[1:], language[t.further].keys != nil
	case t.keys[at].kind[0] == '{':
		path = path[min(1, len(path)-1):] // skips the name, such as the id of a rule
	case !strings.ContainsRune("=*+", rune(t.keys[at].kind[0])):
		return "", nil, false
	}
	return t.keys[at].kind[1:], path[1:], true
}
