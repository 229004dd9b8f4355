package strategy

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
)

// What go-toml refuses as an unknown field of a rule is refused here too: each
// key of the benchmarked strategy in turn gets a letter too many.
func TestUnknownKeysAreRefusedWhereGoTOMLRefusesThem(t *testing.T) {
	lines := strings.SplitAfter(string(strategyOfLines(100)), "\n")
	key := regexp.MustCompile(`^(\s*)([a-z_]+)(\s*=)`)
	inRule, tried := false, 0
	for i, line := range lines {
		inRule = inRule || strings.HasPrefix(line, "[rule.")
		if !inRule || !key.MatchString(line) {
			continue
		}
		lines[i] = key.ReplaceAllString(line, "${1}${2}x${3}")
		text := []byte(strings.Join(lines, ""))
		lines[i] = line
		var into tomlStrategy
		theirs := toml.NewDecoder(bytes.NewReader(text)).DisallowUnknownFields().Decode(&into)
		_, ours := Parse("", Source{Name: "t.toml", Data: text})
		if theirs == nil || ours == nil || !strings.Contains(ours.Error(), "unknown key") {
			t.Errorf("%s is misspelt: ours %v, go-toml %v", strings.TrimSpace(line), ours, theirs)
		}
		tried++
	}
	if tried < 30 {
		t.Errorf("only %d keys were tried", tried)
	}
}
