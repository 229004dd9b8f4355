// Package docs_test tests the pages themselves. What they show is tested beside the code
// that it is about.
package docs_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/mattn/go-runewidth"
)

// page is a Markdown file of the repository.
type page struct {
	path  string // from the root, with slashes
	lines []string
}

// pages are all Markdown files of the repository.
func pages(t *testing.T) map[string]page {
	t.Helper()
	all := make(map[string]page)
	root := os.DirFS("..")
	err := fs.WalkDir(root, ".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && d.Name() == ".git":
			return fs.SkipDir
		case filepath.Ext(path) != ".md":
			return nil
		}
		text, err := fs.ReadFile(root, path)
		all[path] = page{path: path, lines: strings.Split(string(text), "\n")}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 15 {
		t.Fatalf("only %d pages", len(all))
	}
	return all
}

// prose are the lines of a page by their number, from 1, without those of code blocks.
func (p page) prose() map[int]string {
	lines, code := make(map[int]string), false
	for i, line := range p.lines {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			code = !code
		} else if !code {
			lines[i+1] = line
		}
	}
	return lines
}

func TestLinesAreAtMost160ColumnsWide(t *testing.T) {
	t.Parallel()
	terminal := runewidth.Condition{} // whatever the locale
	for _, p := range pages(t) {
		for i, line := range p.lines {
			if n := terminal.StringWidth(line); n > 160 {
				t.Errorf("%s:%d: %d columns", p.path, i+1, n)
			}
		}
	}
}

// avoided are words that have a plainer one: say who does it, or use the passive voice.
var avoided = regexp.MustCompile(`(?i)\b(whoever|nobody|somebody|at hand|slip of the pen|guard rails?|be it)\b`)

func TestProseIsPlain(t *testing.T) {
	t.Parallel()
	for _, p := range pages(t) {
		for n, line := range p.prose() {
			if word := avoided.FindString(line); word != "" {
				t.Errorf("%s:%d: %q", p.path, n, word)
			}
		}
	}
}

func TestTheREADMEIsShort(t *testing.T) {
	t.Parallel()
	if n := len(pages(t)["README.md"].lines) - 1; n > 250 {
		t.Errorf("%d lines, want at most 250", n)
	}
}

// The layout in CONTRIBUTING.md names every package below the root, and no other.
func TestTheLayoutNamesEveryPackage(t *testing.T) {
	t.Parallel()
	text := strings.Join(pages(t)["CONTRIBUTING.md"].lines, "\n")
	layout, _, _ := strings.Cut(text, "### Who may import whom")
	named := make(map[string]bool)
	for _, m := range regexp.MustCompile("`((?:internal|strategy|reload|cart|money|quota)(?:/[a-z]+)*)/?`").FindAllStringSubmatch(layout, -1) {
		named[m[1]] = true
	}
	for _, top := range []string{"cart", "internal", "money", "quota", "reload", "strategy"} {
		err := fs.WalkDir(os.DirFS(".."), top, func(path string, d fs.DirEntry, err error) error {
			if err != nil || !d.IsDir() {
				return err
			}
			if d.Name() == "testdata" {
				return fs.SkipDir
			}
			sources, err := filepath.Glob(filepath.Join("..", path, "*.go"))
			if len(sources) > 0 && !named[path] {
				t.Errorf("%s is not in the layout", path)
			}
			delete(named, path)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for path := range named {
		t.Errorf("there is no %s", path)
	}
}

var (
	code     = regexp.MustCompile("`[^`]*`")
	linkTo   = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading  = regexp.MustCompile(`^#{1,6} (.*)$`)
	linkText = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
)

func TestLinksLeadSomewhere(t *testing.T) {
	t.Parallel()
	all := pages(t)
	links := 0
	for _, p := range all {
		for n, line := range p.prose() {
			for _, m := range linkTo.FindAllStringSubmatch(code.ReplaceAllString(line, ""), -1) {
				if strings.Contains(m[1], "://") || strings.HasPrefix(m[1], "mailto:") {
					continue
				}
				links++
				if why := leadsNowhere(all, p, m[1]); why != "" {
					t.Errorf("%s:%d: %s: %s", p.path, n, m[1], why)
				}
			}
		}
	}
	if links < 300 {
		t.Errorf("only %d links were followed", links)
	}
}

// leadsNowhere says why a link of a page has no target; "" if it has one.
func leadsNowhere(all map[string]page, from page, link string) string {
	path, anchor, _ := strings.Cut(link, "#")
	target := from.path
	if path != "" {
		target = filepath.ToSlash(filepath.Join(filepath.Dir(from.path), path))
		if _, err := os.Stat(filepath.Join("..", target)); err != nil {
			return "there is no such file"
		}
	}
	if anchor != "" && !all[target].anchors()[anchor] {
		return "there is no such heading"
	}
	return ""
}

// anchors are the names that GitHub gives the headings of a page.
func (p page) anchors() map[string]bool {
	names := make(map[string]bool)
	for _, line := range p.prose() {
		if m := heading.FindStringSubmatch(line); m != nil {
			text := strings.ToLower(linkText.ReplaceAllString(m[1], "$1"))
			names[strings.Map(func(r rune) rune {
				switch {
				case r == ' ':
					return '-'
				case r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r):
					return r
				default:
					return -1
				}
			}, text)] = true
		}
	}
	return names
}
