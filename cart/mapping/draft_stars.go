package mapping

import (
	"slices"
	"strings"
)

// inLines are the fields whose paths begin at a line, and inCharges those whose paths
// begin at a shipping charge.
var (
	inLines   = []string{"id", "sku", "category", "subgroup", "quantity", "unit_price", "line_total", "reduced", "attributes"}
	inCharges = []string{"shipping_id", "shipping_method", "shipping_amount"}
)

// doubtStars says where a path has "*" in place of a name with a dot: it reads what is
// beside that name, too.
func (d *draft) doubtStars() {
	for _, e := range mappedFields(d.options.Map) {
		from, prefix := d.finder.orders, len(d.prefix)
		switch {
		case slices.Contains(inCharges, e.Key):
			continue
		case slices.Contains(inLines, e.Key):
			from, prefix = d.lines, 0
		}
		for _, at := range e.Paths {
			p := path(strings.Split(at, "."))
			p = p[min(prefix, len(p)):]
			if name := dotted(from, p); name != "" {
				d.doubt("\"*\" in \"%s %s\" reads all members there, since the name %q cannot be written in a path", e.Key, at, name)
			}
		}
	}
}

// dotted is a name with a dot for which "*" stands in a path; empty if there is none.
func dotted(from []*value, p path) string {
	for i, segment := range p {
		if segment != every {
			continue
		}
		for _, v := range from {
			for _, at := range elements(v.at(p[:i])) {
				for _, name := range at.names {
					if strings.Contains(name, ".") {
						return name
					}
				}
			}
		}
	}
	return ""
}
