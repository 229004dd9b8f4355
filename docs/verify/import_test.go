package verify_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// services are order services that use the examples as a library; prepare returns what
// each is run with.
var services = []struct {
	name    string
	needs   []string
	prepare func(*testing.T) []string
}{
	{name: "go", needs: []string{"go"}, prepare: buildGoService},
	{name: "node", needs: []string{"node"}, prepare: func(*testing.T) []string { return []string{"node", "testdata/import/orders.mjs"} }},
	{name: "python", needs: []string{"python3"}, prepare: func(*testing.T) []string { return []string{"python3", "testdata/import/orders.py"} }},
	{name: "java", needs: []string{"javac", "java"}, prepare: buildJavaService},
	{name: "php", needs: []string{"php"}, prepare: func(*testing.T) []string { return []string{"php", "testdata/import/orders.php"} }},
}

func buildGoService(t *testing.T) []string {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "orders.exe")
	build(t, "go", "build", "-o", binary, "./testdata/import/go")
	return []string{binary}
}

// buildJavaService puts the verifier into a package, since nothing outside the unnamed
// one can use what is in it.
func buildJavaService(t *testing.T) []string {
	t.Helper()
	source, err := os.ReadFile("java/Verify.java")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	packaged := filepath.Join(dir, "Verify.java")
	if err := os.WriteFile(packaged, append([]byte("package shop.discount;\n\n"), source...), 0o600); err != nil {
		t.Fatal(err)
	}
	build(t, "javac", "-Xlint:all", "-Werror", "-d", dir, packaged, "testdata/import/Orders.java")
	return []string{"java", "-XX:TieredStopAtLevel=1", "-cp", dir, "shop.Orders"}
}

// An example that is imported does nothing until it is called: the arguments are those of
// the service, and so is what it prints.
func TestExamplesCanBeImported(t *testing.T) {
	t.Parallel()
	for _, s := range services {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			need(t, s.needs...)
			service := s.prepare(t)
			v := byHS256(t)
			v.noHeaders = true
			stdout, stderr, ok := v.run(t, service)
			if !ok || stdout != "810\n" {
				t.Errorf("it prints %q, want the amount alone: %s", stdout, stderr)
			}
		})
	}
}

// Node.js runs an example that is found by a link, and imports it where there is no
// program at all.
func TestNodeExampleByALinkAndWithoutAProgram(t *testing.T) {
	t.Parallel()
	need(t, "node")
	target, err := filepath.Abs("node/verify.mjs")
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "verify.mjs")
	if err := os.Symlink(target, link); err != nil {
		t.Skipf("no links here: %v", err)
	}
	if stdout, stderr, ok := byHS256(t).run(t, []string{"node", link}); !ok || !strings.Contains(stdout, `"amount":810`) {
		t.Errorf("by a link: %q %s", stdout, stderr)
	}
	out, err := exec.Command("node", "--input-type=module", "--eval", "import { verify } from "+quoteJS(target)+"; console.log(typeof verify)").CombinedOutput()
	if err != nil || string(out) != "function\n" {
		t.Errorf("without a program: %v\n%s", err, out)
	}
}

// quoteJS is the URL of a file as a text in JavaScript.
func quoteJS(path string) string { return "'file://" + filepath.ToSlash(path) + "'" }
