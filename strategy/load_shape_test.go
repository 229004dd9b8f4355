package strategy

import (
	"bytes"
	"slices"
	"testing"
	"unicode/utf16"
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

// The reference encodes both names; one of them, or neither, has what lies
// beyond the basic plane.
func TestNamesAreOrderedByUTF16(t *testing.T) {
	names := []string{"", "a", "ab", "b", "é", "咖", "咖啡", "\uD7FF", "\uE000", "\uFFFD", "\U00010000", "\U0001F600", "a\uE000", "a\U00010000", "a咖"}
	for _, a := range names {
		for _, b := range names {
			want := slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
			if got := compareUTF16(a, b); got != want {
				t.Errorf("%q and %q compare as %d, %d wanted", a, b, got, want)
			}
		}
	}
}
