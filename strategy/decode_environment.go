package strategy

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/promogate/caddy-discount/strategy/document"
)

// chooseEnv overlays the document with the [[env]] table of the given name. It also renames
// beverages, the other name of the catalogue, so that an overlay may use either name. The
// names are those of all environments.
func (r *reader) chooseEnv(root *document.Node, env string) (chosen *document.Node, names []string) {
	overlays := r.overlays(root)
	base := r.catalogueByOneName(root.Without("env"), "")
	if env == "" {
		chosen = base
	}
	for i, overlay := range overlays {
		name := overlay.Get("name").Text
		names = append(names, name)
		if name == env {
			path := fmt.Sprintf("env[%d]", i)
			chosen = overlaid(base, r.catalogueByOneName(overlay.Without("name"), path))
		}
	}
	if chosen == nil {
		r.report.Add(root.Pos, "env", NoEnvironment(env, names), document.DidYouMean(env, names))
	}
	return chosen, names
}

// overlaid overlays the document with an environment. A catalogue in a file is replaced as
// a whole, and replaces a catalogue as a whole: it is a table, but its parts have no
// meaning alone.
func overlaid(base, overlay *document.Node) *document.Node {
	if over := overlay.Get("products"); over != nil && (isSpreadsheet(over) || isSpreadsheet(base.Get("products"))) {
		base = base.Without("products")
	}
	return document.Overlay(base, overlay)
}

// NoEnvironment is the message that a strategy does not have the environment that was asked
// for. It lists the names of the environments that the strategy has.
func NoEnvironment(env string, names []string) string {
	has := "the strategy has none"
	if len(names) > 0 {
		quoted := make([]string, len(names))
		for i, name := range names {
			quoted[i] = strconv.Quote(name)
		}
		has = "there are " + strings.Join(quoted, ", ")
	}
	return fmt.Sprintf("there is no environment %q: %s", env, has)
}

// overlays are the [[env]] tables that have a valid, unique name.
func (r *reader) overlays(root *document.Node) []*document.Node {
	if root.Field("env") == nil {
		return nil
	}
	top := r.section(root)
	var named []*document.Node
	seen := map[string]bool{}
	for i, node := range top.Tables("env", `{ name = "prod" }`) {
		s := top.element(node, "env", i)
		name := s.text("name")
		switch {
		case !s.Has("name"):
			r.report.Add(node.Pos, s.Path(), "the environment has no name", "add name = \"…\"")
		case name == "":
		case strings.IndexByte(name, 0) >= 0:
			s.Wrong(node.Get("name"), "name", fmt.Sprintf("%q has the character U+0000 in it, which no name may have", name), "")
		case seen[name]:
			s.Wrong(node.Get("name"), "name", fmt.Sprintf("a second environment is called %q", name), "")
		case s.Has("env"):
			s.Add(node.Field("env").Pos, s.Key("env"), "an environment cannot hold environments", "")
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
		r.report.Add(alias.Pos, document.KeyIn(path, "beverages"), "beverages is another name of products, and both are here", "write all as [[products]]")
		return table.Without("beverages")
	}
	return table.Rename("beverages", "products")
}
