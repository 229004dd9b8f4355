package mapping

import (
	"errors"
	"strings"

	"github.com/promogate/caddy-discount/cart"
)

// articleKeys are the default names of the fields of ofArticle.
var articleKeys = []string{"sku", "category", "subgroup", "reduced", "attributes"}

// ofArticle is the paths of a field by which rules select goods. An order in which its default name
// is written in another case is not read: the name has to be mapped, or left out.
func ofArticle(m *cart.Mapping, key string) *cart.Paths {
	switch key {
	case "sku":
		return &m.SKU
	case "category":
		return &m.Category
	case "subgroup":
		return &m.Subgroup
	case "reduced":
		return &m.Reduced
	case "attributes":
		return &m.Attributes
	}
	return nil
}

// leftOut is a field that is left out, with its name in the order.
type leftOut struct{ key, name string }

// leaveOutOtherCase leaves out a field whose default name is there in another case, until a path of
// its own is found. It reports whether it did so.
func (d *draft) leaveOutOtherCase() bool {
	var invalid *cart.Invalid
	if !errors.As(d.current.err, &invalid) || !invalid.Detail.CaseOnly {
		return false
	}
	name := invalid.Pointer[strings.LastIndexByte(invalid.Pointer, '/')+1:]
	for _, key := range articleKeys {
		if paths := ofArticle(&d.options.Map, key); cart.SameName(name, key) && *paths == nil {
			*paths = cart.Paths{cart.Unread}
			d.leftOut = append(d.leftOut, leftOut{key, name})
			return true
		}
	}
	return false
}

// release frees the paths of a field that is left out.
func (d *draft) release(m *cart.Mapping, key string) {
	for _, h := range d.leftOut {
		if paths := ofArticle(m, key); h.key == key && paths.String() == cart.Unread {
			*paths = nil
		}
	}
}

// explainLeftOut says why fields are left out that no path was found for.
func (d *draft) explainLeftOut() {
	for _, h := range d.leftOut {
		if paths := *ofArticle(&d.options.Map, h.key); paths.String() == cart.Unread {
			d.because(h.key, paths, "%s differs from it in case alone, and is not read as it", h.name)
		}
	}
}
