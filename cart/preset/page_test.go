package preset

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/money"
)

// row is one line of a table in the documentation: a field and where it is.
type row struct {
	field, path string
	usual       bool // the path is the default
}

// section is what the documentation says of a preset.
type section struct {
	text string
	rows []row
}

var (
	headings  = regexp.MustCompile("(?m)^### `([a-z-]+)`$")
	tableRows = regexp.MustCompile("(?m)^\\| `([a-z_]+)` \\| `([^`]+)`( \\(default\\))? \\|.*\\|$")
	nextPart  = regexp.MustCompile(`(?m)^#{1,2} `)
)

// page is the documentation of carts.
func page(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "carts.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// sections are those of the documentation's presets, by their names.
func sections(t *testing.T) map[string]section {
	t.Helper()
	_, text, ok := strings.Cut(page(t), "\n## Presets\n")
	if !ok {
		t.Fatal("the page has no presets")
	}
	if end := nextPart.FindStringIndex(text); end != nil {
		text = text[:end[0]]
	}
	all := make(map[string]section)
	starts := headings.FindAllStringSubmatchIndex(text, -1)
	for i, start := range starts {
		end := len(text)
		if i+1 < len(starts) {
			end = starts[i+1][0]
		}
		name, of := text[start[2]:start[3]], section{text: text[start[1]:end]}
		for _, found := range tableRows.FindAllStringSubmatch(of.text, -1) {
			of.rows = append(of.rows, row{field: found[1], path: found[2], usual: found[3] != ""})
		}
		if lines := strings.Count(of.text, "\n| `"); lines != len(of.rows) {
			t.Errorf("%s: %d of %d rows have a field and a path", name, len(of.rows), lines)
		}
		if _, twice := all[name]; twice {
			t.Errorf("%s has two sections", name)
		}
		all[name] = of
	}
	return all
}

// fieldsOf are the paths of a mapping by the keys of a configuration.
func fieldsOf(t *testing.T, m cart.Mapping) map[string]string {
	t.Helper()
	text, err := json.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	var paths map[string]cart.Paths
	if err := json.Unmarshal(text, &paths); err != nil {
		t.Fatal(err)
	}
	fields := make(map[string]string, len(paths))
	for key, p := range paths {
		fields[key] = p.String()
	}
	return fields
}

func TestThePageHasASectionForEachPreset(t *testing.T) {
	t.Parallel()
	all := sections(t)
	for _, p := range All() {
		of, ok := all[p.Name]
		if !ok {
			t.Errorf("%s has no section", p.Name)
			continue
		}
		if text := strings.Join(strings.Fields(of.text), " "); !strings.HasPrefix(text, p.Title+": ") {
			t.Errorf("%s begins with %.80q, want the title %q", p.Name, text, p.Title)
		}
		if !strings.Contains(page(t), fmt.Sprintf("| [`%s`](#%s) |", p.Name, p.Name)) {
			t.Errorf("%s is not in the list of presets", p.Name)
		}
		delete(all, p.Name)
	}
	for name := range all {
		t.Errorf("%s has a section and is no preset", name)
	}
}

// A row of the map has the path of the preset; prices and the like have its options.
func TestTheTablesOfThePageAreTheMaps(t *testing.T) {
	t.Parallel()
	for name, of := range sections(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p, err := Find(name)
			if err != nil {
				t.Fatal(err)
			}
			want := fieldsOf(t, p.Options.Map)
			want["prices"] = p.Options.Prices.String()
			for option, on := range map[string]bool{"exact_ids": p.Options.ExactIDs, "text_flags": p.Options.TextFlags} {
				if on {
					want[option] = "on"
				}
			}
			if p.Options.Fractional {
				want["fractional"] = "line"
			}
			for _, r := range of.rows {
				path, mapped := want[r.field]
				switch {
				case r.usual && mapped:
					t.Errorf("%s is at %q by default in the page, and mapped to %q", r.field, r.path, path)
				case !r.usual && path != r.path:
					t.Errorf("%s is %q in the page, and mapped to %q", r.field, r.path, path)
				}
				delete(want, r.field)
			}
			for field, path := range want {
				t.Errorf("%s, mapped to %q, is not in the page", field, path)
			}
		})
	}
}

// What is read of a sample is in its table, and what is in the table is read of the
// sample, where the table says.
func TestTheTablesOfThePageAreWhatIsReadOfTheSamples(t *testing.T) {
	t.Parallel()
	for name, of := range sections(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			reads := traced(t, name)
			for _, r := range of.rows {
				if slices.Contains([]string{"prices", "exact_ids", "text_flags", "fractional"}, r.field) || r.path == cart.Unread {
					continue
				}
				found, ok := reads[r.field]
				if !ok {
					t.Errorf("nothing is read of the sample as %s", r.field)
				}
				for _, pointer := range found {
					if !anyLeads(r, pointer) {
						t.Errorf("%s is read at %s, the page has %q", r.field, pointer, r.path)
					}
				}
				delete(reads, r.field)
			}
			for field, pointers := range reads {
				t.Errorf("%s is read at %v, and not in the page", field, pointers)
			}
		})
	}
}

// traced are the places in a preset's sample at which a field is read.
func traced(t *testing.T, name string) map[string][]string {
	t.Helper()
	p, err := Find(name)
	if err != nil {
		t.Fatal(err)
	}
	reader, err := cart.NewReader(p.Options)
	if err != nil {
		t.Fatal(err)
	}
	defaultCurrency, err := money.ParseCurrency("CNY")
	if err != nil {
		t.Fatal(err)
	}
	var c cart.Cart
	reads, found, err := reader.Trace([]byte(sample(t, name)), defaultCurrency, &c)
	if err != nil || !found {
		t.Fatal(found, err)
	}
	places := make(map[string][]string)
	for _, r := range reads {
		if r.Field == "shipping_amount" && slices.Contains(places["shipping"], r.Pointer) {
			continue // an amount alone is the charge
		}
		places[r.Field] = append(places[r.Field], r.Pointer)
	}
	return places
}

var positions = regexp.MustCompile(`^[0-9]+$`)

// anyLeads reports whether one of the row's paths leads to the place.
func anyLeads(r row, pointer string) bool {
	paths := strings.Fields(r.path)
	if r.field == "attributes" {
		return leads(paths[0], pointer, true)
	}
	return slices.ContainsFunc(paths, func(path string) bool { return path != "," && leads(path, pointer, false) })
}

// leads reports whether a path, from the body or from a line, leads to the place: its
// names are the last of the pointer's, positions aside; further ones may follow.
func leads(path, pointer string, further bool) bool {
	names := func(parts []string) []string {
		return slices.DeleteFunc(parts, func(part string) bool { return part == "" || positions.MatchString(part) })
	}
	want := names(strings.Split(strings.ReplaceAll(path, "!json", ""), "."))
	got := names(strings.Split(strings.ReplaceAll(pointer, "!", "/"), "/"))
	for from := range got {
		tail := got[from:]
		if len(tail) < len(want) || !slices.Equal(tail[:len(want)], want) {
			continue
		}
		if further || len(tail) == len(want) {
			return true
		}
	}
	return false
}

func TestNoLineOfThePageIsTooLong(t *testing.T) {
	t.Parallel()
	const most = 160
	for i, line := range strings.Split(page(t), "\n") {
		if n := len([]rune(line)); n > most {
			t.Errorf("line %d has %d characters", i+1, n)
		}
	}
}
