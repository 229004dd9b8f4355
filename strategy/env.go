package strategy

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/promogate/caddy-discount/strategy/document"
)

// chooseEnv lays the [[env]] table of the given name over the rest of the
// document. The catalogue's other name, beverages, is put right on the way, so
// that an overlay may use either.
func (r *reader) chooseEnv(root *document.Node, env string) *document.Node {
	overlays := r.overlays(root)
	base := r.catalogueByOneName(root.Without("env"), "")
	if env == "" {
		return base
	}
	names := make([]string, 0, len(overlays))
	for i, overlay := range overlays {
		if name := overlay.Get("name"); name.Text == env {
			path := fmt.Sprintf("env[%d]", i)
			return document.Overlay(base, r.catalogueByOneName(overlay.Without("name"), path))
		} else {
			names = append(names, strconv.Quote(name.Text))
		}
	}
	has := "the strategy has none"
	if len(names) > 0 {
		has = "there are " + strings.Join(names, ", ")
	}
	hint := document.Closest(env, plain(overlays))
	if hint != "" {
		hint = fmt.Sprintf("did you mean %q?", hint)
	}
	r.add(root.Pos, "env", fmt.Sprintf("there is no environment %q: %s", env, has), hint)
	return nil
}

func plain(overlays []*document.Node) []string {
	names := make([]string, len(overlays))
	for i, overlay := range overlays {
		names[i] = overlay.Get("name").Text
	}
	return names
}

// overlays are the [[env]] tables, each with a name of its own.
func (r *reader) overlays(root *document.Node) []*document.Node {
	if root.Field("env") == nil {
		return nil
	}
	top := r.section(root)
	var named []*document.Node
	seen := map[string]bool{}
	for i, node := range top.tables("env", `{ name = "prod" }`) {
		s := top.element(node, "env", i)
		name := s.text("name")
		switch {
		case !s.has("name"):
			r.add(node.Pos, s.path(), "the environment has no name", "add name = \"…\"")
		case name == "":
		case seen[name]:
			s.wrong(node.Get("name"), "name", fmt.Sprintf("a second environment is called %q", name), "")
		case s.has("env"):
			s.add(node.Field("env").Pos, s.key("env"), "an environment cannot hold environments", "")
		default:
			seen[name] = true
			named = append(named, node)
		}
	}
	return named
}

// catalogueByOneName turns [[beverages]] into [[products]].
func (r *reader) catalogueByOneName(table *document.Node, path string) *document.Node {
	alias := table.Field("beverages")
	if alias != nil && table.Field("products") != nil {
		r.add(alias.Pos, document.KeyIn(path, "beverages"), "beverages is another name of products, and both are here", "write all as [[products]]")
		return table.Without("beverages")
	}
	return table.Rename("beverages", "products")
}
