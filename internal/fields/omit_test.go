package fields

import "testing"

func TestListsAreLeftOutThatHaveTo(t *testing.T) {
	for _, c := range []struct {
		name                      string
		size, rules, lines, gifts int
		want                      omitted
	}{
		{name: "all fit", size: 100, rules: 50, lines: 40, gifts: 10},
		{name: "without the lines", size: 100, rules: 50, lines: 60, gifts: 10, want: omitted{lines: true}},
		{name: "lines as short as their sign", size: 100, rules: 120, lines: 2, want: omitted{rules: true}},
		{name: "lines shorter than what they save", size: 100, rules: 120, lines: 20, want: omitted{rules: true}},
		{name: "lines that fit beside the sign of the rules", size: 100, rules: 120, lines: 98, want: omitted{rules: true}},
		{name: "lines that do not fit", size: 100, rules: 120, lines: 99, want: omitted{rules: true, lines: true}},
		{name: "gifts alone are too long", size: 100, rules: 20, lines: 30, gifts: 200, want: omitted{gifts: true}},
		{name: "rules stay before lines", size: 100, rules: 60, lines: 50, gifts: 200, want: omitted{gifts: true, lines: true}},
		{name: "nothing fits", size: 5, rules: 60, lines: 50, gifts: 200, want: omitted{rules: true, lines: true, gifts: true}},
		{name: "no lists", size: 5},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := omit(c.size, c.rules, c.lines, c.gifts); got != c.want {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
}
