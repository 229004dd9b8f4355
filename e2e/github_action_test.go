//go:build unix

package e2e

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"
)

// action is a composite action of GitHub, as far as ours goes.
type action struct {
	Name, Description, Author string

	Inputs map[string]struct {
		Description string
		Required    bool
		Default     string
	}
	Outputs map[string]struct{ Description, Value string }
	Runs    struct {
		Using string
		Steps []actionStep
	}
}

type actionStep struct {
	ID, Name, If, Uses, Shell, Run string
	With, Env                      map[string]string
}

var actionFile = filepath.Join(root, ".github", "actions", "check", "action.yml")

func theAction(t testing.TB) action {
	t.Helper()
	decoder := yaml.NewDecoder(strings.NewReader(read(t, actionFile)))
	var a action
	decoder.KnownFields(true)
	if err := decoder.Decode(&a); err != nil {
		t.Fatal(err)
	}
	return a
}

// job is a run of the action without GitHub.
type job struct {
	t      testing.TB
	dir    string // where the checkout would be
	temp   string
	inputs map[string]string
	failed map[string]bool // steps by id
	out    strings.Builder
}

// ran is what came of a run.
type ran struct {
	log    string
	temp   string          // what it left behind
	failed map[string]bool // steps by id
	junit  string          // the report; "" if there is none
}

// runAction does what GitHub does with the steps of the action.
func runAction(t testing.TB, dir string, inputs map[string]string) ran {
	t.Helper()
	a := theAction(t)
	j := &job{t: t, dir: dir, temp: t.TempDir(), inputs: map[string]string{}, failed: map[string]bool{}}
	for name, input := range a.Inputs {
		j.inputs[name] = input.Default
	}
	for name, value := range inputs {
		if _, ok := a.Inputs[name]; !ok {
			t.Fatalf("the action has no input %q", name)
		}
		j.inputs[name] = value
	}
	for _, step := range a.Runs.Steps {
		if step.Run == "" || !j.goesOn(step.If) {
			continue
		}
		if err := j.run(step); err != nil {
			j.failed[step.ID] = true
		}
	}
	result := ran{log: j.out.String(), temp: j.temp, failed: j.failed}
	if found, _ := filepath.Glob(filepath.Join(j.temp, "discount-*", "junit.xml")); len(found) == 1 {
		result.junit = read(t, found[0])
		if output := read(t, filepath.Join(j.temp, "output")); output != "junit="+found[0]+"\n" {
			t.Errorf("the outputs are %q, and the report is %s", output, found[0])
		}
	}
	return result
}

// goesOn reports whether a step with this condition is run.
func (j *job) goesOn(condition string) bool {
	j.t.Helper()
	switch condition {
	case "":
		return len(j.failed) == 0
	case "inputs.gateway == ''":
		return len(j.failed) == 0 && j.inputs["gateway"] == ""
	case "success() || steps.check.outcome == 'failure'":
		return len(j.failed) == 0 || j.failed["check"]
	}
	j.t.Fatalf("this test does not know the condition %q", condition)
	return false
}

var inputExpression = regexp.MustCompile(`^\$\{\{ inputs\.(\w+) \}\}$`)

// run runs the script of a step with bash as GitHub does.
func (j *job) run(step actionStep) error {
	j.t.Helper()
	script := filepath.Join(j.temp, "script.sh")
	write(j.t, script, step.Run)
	at, err := filepath.Abs(filepath.Dir(actionFile))
	if err != nil {
		j.t.Fatal(err)
	}
	const buildPatience = 5 * time.Minute // all of Caddy may have to be compiled
	ctx, cancel := context.WithTimeout(context.Background(), buildPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "bash", "--noprofile", "--norc", "-eo", "pipefail", script)
	cmd.Dir, cmd.Stdout, cmd.Stderr = j.dir, &j.out, &j.out
	cmd.Env = append(os.Environ(), "GITHUB_ACTION_PATH="+at, "RUNNER_TEMP="+j.temp, "GITHUB_OUTPUT="+filepath.Join(j.temp, "output"))
	for name, value := range step.Env {
		input := inputExpression.FindStringSubmatch(value)
		if input == nil {
			j.t.Fatalf("%s: %s is %q, want an input", step.Name, name, value)
		}
		cmd.Env = append(cmd.Env, name+"="+j.inputs[input[1]])
	}
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		j.t.Fatal(err)
	}
	return err
}

func TestActionIsWellFormed(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	a := theAction(t)
	if a.Name != "check discount strategies" || a.Runs.Using != "composite" || !a.Inputs["path"].Required || a.Inputs["strict"].Default != "false" {
		t.Errorf("the action is %+v", a)
	}
	for name, input := range a.Inputs {
		if input.Description == "" {
			t.Errorf("the input %s is not described", name)
		}
	}
	for _, step := range a.Runs.Steps {
		switch {
		case step.Run == "" && step.Uses == "":
			t.Errorf("%s does nothing", step.Name)
		case step.Run != "" && step.Shell != "bash":
			t.Errorf("%s runs in %q", step.Name, step.Shell)
		case strings.Contains(step.Run, "${{"):
			t.Errorf("%s: what is given from outside is a part of the script", step.Name)
		}
	}
	allPinned(t, read(t, actionFile), 1)
}

// allPinned fails unless every action in a text is named by a commit, with the
// version that it is beside it.
func allPinned(t testing.TB, text string, atLeast int) {
	t.Helper()
	uses := regexp.MustCompile(`(?m)^\s*(?:- )?uses: (.*)$`).FindAllStringSubmatch(text, -1)
	pinned := regexp.MustCompile(`^[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$|^promogate/caddy-discount/[\w./-]+@v\d+\.\d+\.\d+$`)
	for _, use := range uses {
		if !pinned.MatchString(use[1]) {
			t.Errorf("not pinned: %s", use[1])
		}
	}
	if len(uses) < atLeast {
		t.Errorf("%d actions are used, at least %d were thought to be", len(uses), atLeast)
	}
}

// The Go that builds the gateway is the one of the module.
func TestActionBuildsWithTheGoOfTheModule(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	module := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, filepath.Join(root, "go.mod")))
	if got := theAction(t).Runs.Steps[0].With["go-version"]; module == nil || got != module[1] {
		t.Errorf("the action takes Go %s, the module %v", got, module)
	}
}

// Without a gateway the action builds one, of the version that it is itself. The
// others take that.
func TestAction(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	if testing.Short() {
		t.Skip("builds the gateway")
	}
	r := runAction(t, filepath.Join(root, "internal", "cli", "starter"), map[string]string{"path": "discount.toml"})
	if len(r.failed) > 0 || !strings.Contains(r.log, "3 tests, 0 failed") {
		t.Fatalf("failed: %v\n%s", r.failed, r.log)
	}
	gateway := filepath.Join(r.temp, "a caddy with spaces")
	if err := os.Rename(filepath.Join(r.temp, "caddy-discount"), gateway); err != nil {
		t.Fatal(err)
	}
	t.Run("what it finds", func(t *testing.T) { actionFinds(t, gateway) })
	t.Run("the cookbook", func(t *testing.T) { actionTakesTheCookbook(t, gateway) })
}

func actionFinds(t *testing.T, gateway string) {
	t.Parallel()
	dir := actionCheckout(t)
	for _, c := range []struct {
		name   string
		inputs map[string]string
		failed []string // steps
		says   string
	}{
		{name: "a strategy with its tests", inputs: map[string]string{"path": "shop/discount.toml"}, failed: nil, says: "3 tests, 0 failed"},
		{name: "a directory", inputs: map[string]string{"path": "shop"}, failed: nil, says: "3 tests, 0 failed"},
		{name: "a broken strategy", inputs: map[string]string{"path": "broken.toml"}, failed: []string{"check", "test"}, says: "80 折 is 0.2"},
		{name: "a failing test", inputs: map[string]string{"path": "failing.toml"}, failed: []string{"test"}, says: "got 3.01 CNY, want 3.00 CNY"},
		{name: "a warning", inputs: map[string]string{"path": "warned.toml"}, failed: nil, says: "1 warning in warned.toml"},
		{name: "a warning, strictly", inputs: map[string]string{"path": "warned.toml", "strict": "true"}, failed: []string{"check"}, says: "1 warning in warned.toml"},
		{name: "neither strict nor not", inputs: map[string]string{"path": "shop", "strict": "yes; true"}, failed: []string{"check"}, says: "::error::strict is neither true nor false"},
		{name: "another environment", inputs: map[string]string{"path": "shop", "env": "prod"}, failed: []string{"check", "test"}, says: "prod"},
		{name: "no tests", inputs: map[string]string{"path": "untested.toml"}, failed: []string{"test"}, says: "there is no *.test.toml beside untested.toml"},
		{name: "a name with a space", inputs: map[string]string{"path": "my shop.toml"}, failed: nil, says: "1 test, 0 failed"},
		{name: "a path that is a program", inputs: map[string]string{"path": `"; touch pwned; $(touch pwned) ` + "`touch pwned`"}, failed: []string{"check", "test"}, says: "no such file"},
		{name: "a path that is a flag", inputs: map[string]string{"path": "--help"}, failed: []string{"check", "test"}, says: "--help: no such file"},
		{name: "an environment that is a program", inputs: map[string]string{"path": "shop", "env": `$(touch pwned)" --help`}, failed: []string{"check", "test"}, says: "touch pwned"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			c.inputs["gateway"] = gateway
			r := runAction(t, dir, c.inputs)
			wanted := map[string]bool{}
			for _, step := range c.failed {
				wanted[step] = true
			}
			if len(r.failed) != len(wanted) || r.failed["check"] != wanted["check"] || r.failed["test"] != wanted["test"] {
				t.Errorf("failed: %v, want %v\n%s", r.failed, c.failed, r.log)
			}
			if !strings.Contains(r.log, c.says) {
				t.Errorf("no %q in\n%s", c.says, r.log)
			}
			if c.name == "a failing test" && !strings.Contains(r.junit, `failures="1"`) {
				t.Errorf("the report is %q", r.junit)
			}
			if _, err := os.Stat(filepath.Join(dir, "pwned")); err == nil {
				t.Error("an input was run as a program")
			}
		})
	}
}

// actionCheckout is what a repository of strategies may have.
func actionCheckout(t testing.TB) string {
	t.Helper()
	dir := t.TempDir()
	caddy(t, dir, "discount", "init", "shop").good(t)
	write(t, filepath.Join(dir, "broken.toml"), "version = \"v\"\n[rule.\"a\"]\ndiscount_rate = 80\n")
	write(t, filepath.Join(dir, "warned.toml"), "version = \"v\"\n[rule.\"a\"]\ndiscount_rate = 0.8\n")
	write(t, filepath.Join(dir, "warned.test.toml"), testsOf(80000))
	write(t, filepath.Join(dir, "failing.toml"), strategyOf(301))
	write(t, filepath.Join(dir, "failing.test.toml"), testsOf(300))
	write(t, filepath.Join(dir, "untested.toml"), strategyOf(300))
	writePair(t, filepath.Join(dir, "my shop.toml"), 300)
	return dir
}

// Every campaign of the cookbook passes.
func actionTakesTheCookbook(t *testing.T, gateway string) {
	t.Parallel()
	strategies, err := filepath.Glob(filepath.Join(root, "cookbook", "*.toml"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range strategies {
		if strings.HasSuffix(path, ".test.toml") {
			continue
		}
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			r := runAction(t, filepath.Dir(path), map[string]string{"path": filepath.Base(path), "gateway": gateway})
			if len(r.failed) > 0 || !strings.Contains(r.junit, `failures="0"`) {
				t.Errorf("failed: %v\n%s\n%s", r.failed, r.log, r.junit)
			}
		})
	}
}

// The workflow that the page on tests shows is one, and gives the action what it
// takes.
func TestActionIsDescribed(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	_, rest, _ := strings.Cut(read(t, filepath.Join(root, "docs", "testing-rules.md")), "```yaml\n")
	text, _, found := strings.Cut(rest, "```")
	var workflow struct {
		Jobs map[string]struct{ Steps []actionStep }
	}
	if err := yaml.Unmarshal([]byte(text), &workflow); err != nil || !found {
		t.Fatalf("no workflow: %v", err)
	}
	a, seen := theAction(t), false
	for _, j := range workflow.Jobs {
		for _, step := range j.Steps {
			if !strings.HasPrefix(step.Uses, "promogate/") {
				continue
			}
			seen = true
			for name := range step.With {
				if _, ok := a.Inputs[name]; !ok {
					t.Errorf("the action has no input %q", name)
				}
			}
		}
	}
	if !seen {
		t.Errorf("the action is not used in\n%s", text)
	}
	allPinned(t, text, 3)
}
