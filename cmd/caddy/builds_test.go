package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// withoutDatabases leaves out the databases that nothing but Caddy's own certificate
// authority could use, which has another one by default.
const withoutDatabases = "nobadger,nomysql,nopgx"

// Every build that is shown leaves them out. That is xcaddy's default, which its variable
// for flags replaces.
func TestBuildsThatAreShownLeaveDatabasesOut(t *testing.T) {
	t.Parallel()
	builds := regexp.MustCompile(`(?m)^.*(\bgo (build|run) .*\./cmd/caddy|XCADDY_GO_BUILD_FLAGS=).*$`)
	for name, shown := range map[string]int{"README.md": 1, "docs/tutorial.md": 1, "docs/drinks-shop.md": 1, "xcaddy.md": 2, "Makefile": 1, ".github/actions/check/action.yml": 1} {
		page, err := os.ReadFile(filepath.Join("..", "..", name))
		if err != nil {
			t.Fatal(err)
		}
		found := builds.FindAllString(string(page), -1)
		if len(found) != shown {
			t.Errorf("%s shows %d builds, want %d: %q", name, len(found), shown, found)
		}
		for _, build := range found {
			if !strings.Contains(build, "-tags "+withoutDatabases) && !strings.Contains(build, "-tags="+withoutDatabases) {
				t.Errorf("%s: without -tags %s: %s", name, withoutDatabases, build)
			}
		}
	}
}

func TestTagsLeaveDatabasesOut(t *testing.T) {
	t.Parallel()
	databases := regexp.MustCompile(`(?m)^(github\.com/dgraph-io/badger|github\.com/go-sql-driver/mysql|github\.com/jackc/pgx)`)
	for tags, want := range map[string]bool{"": true, withoutDatabases: false} {
		out, err := exec.Command("go", "list", "-deps", "-tags", tags, ".").Output()
		if err != nil {
			t.Fatal(err)
		}
		if got := databases.Match(out); got != want {
			t.Errorf("with -tags %q a database is among what is built: %v, want %v", tags, got, want)
		}
	}
}
