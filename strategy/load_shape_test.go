package strategy

import (
	"bytes"
	"testing"
)

func TestTheBenchmarkedStrategyHasItsLines(t *testing.T) {
	for _, lines := range []int{10, 100, 1_000, 10_000, 100_000} {
		if got := bytes.Count(strategyOfLines(lines), []byte("\n")); got != lines {
			t.Errorf("%d lines, %d wanted", got, lines)
		}
	}
	if n := len(mustParse(t, strategyOfLines(100_000)).Cautions()); n > 0 {
		t.Errorf("%d cautions", n)
	}
}
