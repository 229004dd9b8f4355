package adminapi

import (
	"os"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

func TestAdminPageShowsEveryCall(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../../docs/admin-api.md")
	if err != nil {
		t.Fatal(err)
	}
	for path, call := range calls {
		heading := "## `" + call.method + " /discount/strategies"
		if path != "" {
			heading += "/" + strings.ReplaceAll(path, "*", "{id}")
		}
		if !strings.Contains(string(page), heading+"`\n") {
			t.Errorf("no %q", heading)
		}
	}
}

// What each path answers is held against the description by the tests of the module.
func TestDescriptionHasEveryCall(t *testing.T) {
	t.Parallel()
	doc, err := openapi3.NewLoader().LoadFromFile("../../docs/admin-api.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if n := len(doc.Paths.Map()); n != len(calls) {
		t.Errorf("%d paths are described of %d", n, len(calls))
	}
}
