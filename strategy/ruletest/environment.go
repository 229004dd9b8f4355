package ruletest

import (
	"fmt"
	"slices"

	"github.com/promogate/caddy-discount/strategy/document"
)

// envs are the environments that a test is for. A test without any is for all environments. The
// empty name is the strategy without an environment.
//
//	env = "prod"
//	env = ["", "staging"]
type envs []env

type env struct {
	member
	name string
}

func decodeEnvs(s *document.Section) envs {
	n := s.Get("env")
	if n == nil {
		return nil
	}
	var list envs
	items := s.Strings(n, "env", "the name of an environment, or a list of names",
		"the list is empty, so the test would never run", "leave the key out to run it in every environment")
	for _, item := range items {
		switch {
		case item.Kind != document.String:
			s.Want(item, "env", "the name of an environment")
		case len(list) > 0 && list.include(item.Text):
			s.Wrong(item, "env", fmt.Sprintf("%q is listed twice", item.Text), "")
		default:
			list = append(list, env{member{key: "env", at: item.Pos}, item.Text})
		}
	}
	return list
}

func (e envs) include(name string) bool {
	return len(e) == 0 || slices.ContainsFunc(e, func(one env) bool { return one.name == name })
}

// within reports whether a strategy with these names of environments has all of e.
func (e envs) within(names []string) bool {
	return !slices.ContainsFunc(e, func(one env) bool { return !one.within(names) })
}

func (e env) within(names []string) bool { return e.name == "" || slices.Contains(names, e.name) }
