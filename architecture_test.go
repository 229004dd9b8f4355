package discount_test

import (
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/promogate/caddy-discount"

// goPackage is what `go list` tells of a package.
type goPackage struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	Imports    []string // of GoFiles
	Deps       []string // Imports and theirs
}

// packages are those of the module by their name in it; the root's is "".
func packages(t *testing.T) map[string]goPackage {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,GoFiles,Imports,Deps", "./...")
	out, err := cmd.Output()
	if err != nil {
		var exit *exec.ExitError
		if errors.As(err, &exit) {
			t.Fatalf("go list: %v\n%s", err, exit.Stderr)
		}
		t.Fatalf("go list: %v", err)
	}
	all := make(map[string]goPackage)
	for dec := json.NewDecoder(strings.NewReader(string(out))); ; {
		var p goPackage
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		all[strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")] = p
	}
	for _, name := range []string{"", "cart", "strategy", "internal/httpbody", "internal/httpheader", "money", "internal/guardrail", "internal/assertion", "internal/keyring", "internal/sfv", "reload", "reload/history", "reload/internal/fswatch", "reload/internal/stableread", "internal/flock", "internal/engine", "internal/telemetry", "internal/pace", "internal/adminapi", "quota", "cmd/caddy", "e2e"} {
		if _, ok := all[name]; !ok {
			t.Fatalf("there is no package %q in the module: %v", name, all)
		}
	}
	return all
}

// within reports whether a path is one of roots or below it.
func within(path string, roots ...string) bool {
	return slices.ContainsFunc(roots, func(root string) bool {
		return path == root || strings.HasPrefix(path, root+"/")
	})
}

const (
	caddy = "github.com/caddyserver"
	zap   = "go.uber.org/zap"
)

// pure are the packages that compute: the same result for the same input, anywhere.
var pure = []string{"strategy", "cart", "money", "internal/rates", "internal/spelling"}

// boundaries are what packages and those below them may not import, themselves or through others.
var boundaries = []struct {
	why      string
	packages []string
	never    []string
	direct   bool // only the package's own imports count
}{
	{why: "prices and carts know nothing of the server", packages: pure, never: []string{caddy, zap, "github.com/prometheus", "github.com/fsnotify"}, direct: false},
	{why: "prices and carts touch no file and no process", packages: pure, never: []string{"os", "os/exec", "syscall", "golang.org/x/sys"}, direct: true},
	{why: "prices and carts know nothing of HTTP", packages: pure, never: []string{"net/http", "net/textproto"}, direct: false},
	{why: "a cart does not know the strategy", packages: []string{"cart"}, never: []string{module + "/strategy"}, direct: false},
	{why: "money knows neither carts nor strategies", packages: []string{"money"}, never: []string{module + "/cart", module + "/strategy"}, direct: false},
	{why: "nothing that computes knows of reloading", packages: pure, never: []string{module + "/reload"}, direct: false},
	{why: "nothing that computes knows the guardrails", packages: pure, never: []string{module + "/internal/guardrail"}, direct: false},
	{why: "a guardrail knows no server, no file and no reloading", packages: []string{"internal/guardrail"}, never: []string{
		module + "/reload", caddy, zap, "github.com/prometheus", "github.com/fsnotify", "net/http"}, direct: false},
	{why: "a guardrail touches no file and no process", packages: []string{"internal/guardrail"}, never: []string{"os", "os/exec", "syscall", "golang.org/x/sys"}, direct: true},
	{why: "an assertion knows no server, no price and no reloading", packages: []string{"internal/assertion"}, never: []string{
		module + "/cart", module + "/strategy", module + "/money", module + "/internal/guardrail", module + "/reload",
		caddy, zap, "github.com/prometheus", "github.com/fsnotify", "net/http"}, direct: false},
	{why: "an assertion touches no file and no process", packages: []string{"internal/assertion"}, never: []string{"os", "os/exec", "syscall", "golang.org/x/sys"}, direct: true},
	{why: "a keyring knows no server and no price", packages: []string{"internal/keyring"}, never: []string{
		module + "/cart", module + "/strategy", module + "/money", caddy, "github.com/prometheus"}, direct: false},
	{why: "readers of bodies and headers know neither what is in them nor the server", packages: []string{"internal/httpbody", "internal/httpheader"}, never: []string{
		module + "/cart", module + "/strategy", module + "/money", module + "/internal/guardrail", module + "/reload", module + "/internal/assertion",
		caddy, zap, "github.com/prometheus", "github.com/fsnotify"}, direct: false},
	{why: "readers of bodies and headers touch no file and no process", packages: []string{"internal/httpbody", "internal/httpheader"}, never: []string{"os", "os/exec", "syscall", "golang.org/x/sys"}, direct: true},
	{why: "what pages of other origins may ask knows neither carts nor the server", packages: []string{"internal/cors"}, never: []string{
		module + "/cart", module + "/strategy", module + "/money", module + "/reload", caddy, zap, "github.com/prometheus"}, direct: false},
	{why: "reloading does not know what it reloads", packages: []string{"reload"}, never: []string{
		module + "/strategy", module + "/cart", module + "/money", caddy, zap, "github.com/pelletier"}, direct: false},
	{why: "what watches files knows neither how they are read nor their history", packages: []string{"reload/internal/fswatch"}, never: []string{
		module + "/reload/history", module + "/reload/internal/stableread", module + "/internal"}, direct: false},
	{why: "what reads files does not know what is done with them", packages: []string{"reload/internal/stableread"}, never: []string{"github.com/fsnotify"}, direct: true},
	{why: "reloading watches files through fswatch alone", packages: []string{"reload/history"}, never: []string{"github.com/fsnotify", module + "/reload/internal"}, direct: false},
	{why: "what replaces files knows no command line", packages: []string{"internal/publish", "internal/atomicfile"}, never: []string{caddy, zap, "github.com/spf13", "net/http"}, direct: false},
	{why: "a lock, a link and a write know nothing but files", packages: []string{"internal/flock", "internal/atomicfile", "internal/symlink"}, never: []string{module + "/reload", module + "/strategy", caddy, zap, "net/http"}, direct: false},
	{why: "what the commands do does not know how orders are priced", packages: []string{"internal/cli"}, never: []string{module + "/internal/httpbody", module + "/internal/httpheader", module + "/internal/guardrail"}, direct: true},
	{why: "which files are a strategy knows no server", packages: []string{"internal/strategyfile"}, never: []string{caddy, zap, "net/http"}, direct: false},
	{why: "an engine knows neither the server nor HTTP", packages: []string{"internal/engine", "internal/telemetry", "internal/pace"}, never: []string{
		caddy, "net/http", module + "/internal/adminapi", module + "/internal/cli"}, direct: true},
	{why: "an engine is found by the admin API, and not the other way round", packages: []string{"internal/engine"}, never: []string{module + "/internal/adminapi", module + "/internal/cli"}, direct: false},
	{why: "what a strategy shows knows only what it shows", packages: []string{"internal/telemetry"}, never: []string{
		module + "/internal/engine", module + "/internal/guardrail", module + "/internal/pace", module + "/internal/strategyfile", module + "/cart/preset"}, direct: true},
	{why: "pacing knows only carts", packages: []string{"internal/pace"}, never: []string{module + "/reload", module + "/strategy", module + "/internal"}, direct: true},
	{why: "the admin API reaches a strategy through its engine alone", packages: []string{"internal/adminapi"}, never: []string{
		module + "/internal/guardrail", module + "/internal/telemetry", module + "/internal/strategyfile", module + "/strategy/ruletest"}, direct: true},
	{why: "what is counted knows neither what counts it nor what a discount is", packages: []string{"quota"}, never: []string{
		module + "/cart", module + "/strategy", module + "/money", module + "/reload", module + "/internal/engine", module + "/internal/adminapi", module + "/internal/cli"}, direct: false},
	{why: "the loop of an order knows neither the server nor HTTP", packages: []string{"internal/reservations"}, never: []string{caddy, "net/http", "github.com/prometheus", module + "/reload", module + "/internal/engine"}, direct: true},
	{why: "answers about reservations know neither the server nor a discount", packages: []string{"internal/reply", "internal/reservationapi"}, never: []string{
		caddy, "github.com/prometheus", module + "/reload", module + "/strategy", module + "/internal/engine"}, direct: true},
	{why: "no package below knows the module", packages: append([]string{"reload"}, pure...), never: []string{module + "/cmd"}, direct: false},
}

func TestBoundaries(t *testing.T) {
	t.Parallel()
	all := packages(t)
	for _, b := range boundaries {
		t.Run(b.why, func(t *testing.T) {
			for name, p := range all {
				if !within(name, b.packages...) {
					continue
				}
				imports := p.Deps
				if b.direct {
					imports = p.Imports
				}
				for _, path := range imports {
					if within(path, b.never...) {
						t.Errorf("%s imports %s", name, path)
					}
				}
			}
		})
	}
}

// allowedImports are the packages of the module that a package imports itself, and no
// others. A package that is not here has boundaries alone.
var allowedImports = map[string][]string{
	"": {
		"cart", "money", "strategy", "strategy/document",
		"internal/adminapi", "internal/assertion", "internal/cartoptions", "internal/cli", "internal/cors", "internal/directive", "internal/engine",
		"internal/fields", "internal/guardrail", "internal/handlers", "internal/httpbody", "internal/httpheader", "internal/keyring", "internal/languages", "internal/lazylog", "internal/ledgers", "internal/outcome",
		"internal/onewrite", "internal/pace", "internal/recognition", "internal/reply", "internal/reservationapi", "internal/reservations", "internal/strategyfile", "internal/telemetry", "quota", "quota/embedded", "quota/redis",
	},
	"internal/fields":         {"strategy", "strategy/document", "internal/assertion", "internal/brief", "internal/engine", "internal/httpheader", "internal/reservations", "internal/sfv"},
	"internal/outcome":        {"quota"},
	"internal/ledgers":        {"internal/reservations", "quota"},
	"internal/reservations":   {"cart", "internal/counts", "internal/telemetry", "quota", "strategy"},
	"internal/recognition":    {},
	"internal/reply":          {},
	"internal/reservationapi": {"internal/reply", "internal/reservations", "quota"},
	"internal/assertion":      {},
	"internal/keyring":        {"internal/assertion", "reload"},
	"internal/cors":           {},
	"internal/httpbody":       {},
	"internal/httpheader":     {},
	"internal/sfv":            {},
	"internal/lazylog":        {},
	"internal/onewrite":       {},
	"internal/pace":           {"cart"},
	"internal/guardrail":      {"cart", "strategy"},
	"internal/counts":         {"quota", "strategy"},
	"internal/telemetry":      {"internal/counts", "quota", "reload", "reload/history", "strategy"},
	"internal/publish":        {"internal/atomicfile", "internal/flock", "internal/strategyfile", "internal/symlink", "strategy", "strategy/document", "strategy/ruletest"},
	"internal/engine": {
		"cart", "cart/preset", "quota", "reload", "reload/history", "strategy", "strategy/document", "strategy/ruletest",
		"internal/counts", "internal/guardrail", "internal/pace", "internal/strategyfile", "internal/telemetry",
	},
	"internal/adminapi": {
		"cart", "cart/preset", "reload", "reload/history", "strategy", "strategy/document",
		"internal/brief", "internal/cartoptions", "internal/counts", "internal/engine", "internal/languages", "internal/pace", "quota",
	},
	"internal/cli": {
		"cart", "cart/mapping", "cart/preset", "money", "reload", "reload/history",
		"strategy", "strategy/compare", "strategy/document", "strategy/format", "strategy/ruletest", "strategy/schema", "strategy/sheet",
		"internal/adminapi", "internal/assertion", "internal/atomicfile", "internal/brief", "internal/cartoptions", "internal/handlers",
		"internal/publish", "internal/strategyfile",
	},
	"money":                      {},
	"cart":                       {"money"},
	"strategy":                   {"cart", "money", "strategy/document", "strategy/internal/arena", "strategy/sheet", "internal/brief", "internal/rates"},
	"strategy/document":          {"strategy/internal/arena", "internal/brief", "internal/rates", "internal/spelling"},
	"strategy/internal/arena":    {},
	"strategy/ruletest":          {"cart", "money", "strategy", "strategy/document", "internal/brief"},
	"reload":                     {"reload/history", "reload/internal/fswatch", "reload/internal/stableread", "internal/brief", "internal/symlink"},
	"reload/history":             {"internal/atomicfile", "internal/flock"},
	"reload/internal/fswatch":    {},
	"reload/internal/stableread": {"reload/history", "reload/internal/fswatch", "internal/flock", "internal/symlink"},
	"quota":                      {},
	"quota/embedded":             {"internal/assertion", "internal/atomicfile", "quota", "quota/ledgeroptions"},
	"quota/ledgertest":           {"quota"},
	"quota/ledgeroptions":        {"internal/assertion", "internal/directive", "quota"},
	"quota/redis":                {"internal/directive", "quota", "quota/ledgeroptions"},
	"quota/redis/redistest":      {"internal/freeport"},
	"internal/freeport":          {},
	"cmd/caddy":                  {""},
}

func TestAllowedImports(t *testing.T) {
	t.Parallel()
	all := packages(t)
	for name, allowed := range allowedImports {
		for _, path := range all[name].Imports {
			if !within(path, module) {
				continue
			}
			to := strings.TrimPrefix(strings.TrimPrefix(path, module), "/")
			if !slices.Contains(allowed, to) {
				t.Errorf("%q imports %s, which is none of %v", name, to, allowed)
			}
		}
	}
}

// mostRootFiles keeps the root what Caddy sees: what it is made of are packages.
const mostRootFiles = 18

func TestRootIsSmall(t *testing.T) {
	t.Parallel()
	if files := packages(t)[""].GoFiles; len(files) > mostRootFiles {
		t.Errorf("the root has %d files, want at most %d: %v", len(files), mostRootFiles, files)
	}
}

// caddyImporters are the packages that know Caddy. Those under internal are shared by the
// gateway and the commands: the options of carts and the arguments of directives are read
// from a Caddyfile by both.
var caddyImporters = []string{
	"",
	"cmd/caddy",
	"internal/adminapi",
	"internal/cartoptions",
	"internal/cli",
	"internal/directive",
	"internal/handlers",
	"internal/lazylog",
	"internal/ledgers",
	"internal/onewrite",
	"internal/outcome",
	"quota/embedded",
	"quota/ledgeroptions",
	"quota/redis",
}

func TestOnlyAFewPackagesKnowCaddy(t *testing.T) {
	t.Parallel()
	for name, p := range packages(t) {
		if slices.Contains(caddyImporters, name) {
			continue
		}
		for _, path := range p.Deps {
			if within(path, caddy) || path == module {
				t.Errorf("%s imports %s", name, path)
			}
		}
	}
}

// Nothing below the root knows it: what both need is a package of its own. (e2e is tests
// alone, which run the program.)
func TestOnlyTheProgramKnowsTheRoot(t *testing.T) {
	t.Parallel()
	for name, p := range packages(t) {
		if name != "" && name != "cmd/caddy" && slices.Contains(p.Deps, module) {
			t.Errorf("%s imports %s", name, module)
		}
	}
}

// clocks are the functions through which the time of day, chance or the
// surroundings could come into a price.
var clocks = map[string][]string{
	"time": {"Now", "Since", "Until", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker", "Sleep", "Local"},
}

// A price depends on strategy, cart and the instant it is asked for, and on
// nothing else.
func TestPricesReadNoClock(t *testing.T) {
	t.Parallel()
	for name, p := range packages(t) {
		if !within(name, pure...) {
			continue
		}
		for _, path := range p.Imports {
			if within(path, "math/rand", "crypto/rand") {
				t.Errorf("%s imports %s", name, path)
			}
		}
		for _, file := range p.GoFiles {
			noClock(t, filepath.Join(p.Dir, file))
		}
	}
}

// The engines of ledgers below it know files, servers and Caddy. The state machine does not, and the
// time is an argument of it.
func TestTheStateMachineOfALedgerIsPure(t *testing.T) {
	t.Parallel()
	p := packages(t)["quota"]
	for _, path := range p.Imports {
		if within(path, caddy, zap, "github.com/prometheus", "net/http", "os", "os/exec", "syscall", "golang.org/x/sys", "go.etcd.io", "github.com/redis") {
			t.Errorf("%s imports %s", p.ImportPath, path)
		}
	}
	for _, file := range p.GoFiles {
		noClock(t, filepath.Join(p.Dir, file))
	}
}

func noClock(t *testing.T, file string) {
	t.Helper()
	fset := token.NewFileSet()
	tree, err := parser.ParseFile(fset, file, nil, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	names := importNames(t, tree)
	ast.Inspect(tree, func(n ast.Node) bool {
		if sel, ok := n.(*ast.SelectorExpr); ok {
			if x, ok := sel.X.(*ast.Ident); ok && slices.Contains(clocks[names[x.Name]], sel.Sel.Name) {
				t.Errorf("%s: %s.%s", fset.Position(n.Pos()), x.Name, sel.Sel.Name)
			}
		}
		return true
	})
}

// importNames are the paths a file imports, by the names it uses for them.
func importNames(t *testing.T, tree *ast.File) map[string]string {
	t.Helper()
	names := make(map[string]string)
	for _, spec := range tree.Imports {
		path, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			t.Fatal(err)
		}
		name := path[strings.LastIndex(path, "/")+1:]
		if spec.Name != nil {
			name = spec.Name.Name
		}
		names[name] = path
	}
	return names
}
