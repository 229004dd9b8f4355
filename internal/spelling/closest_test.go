package spelling

import "testing"

func TestClosest(t *testing.T) {
	for _, c := range []struct {
		typed, want string
		known       []string
	}{
		{typed: "teir", want: "tier", known: []string{"id", "tier", "segments"}},
		{typed: "versoin", want: "version", known: []string{"version"}},
		{typed: "Tier", want: "tier", known: []string{"tier"}},
		{typed: "tire", want: "tier", known: []string{"tier"}},
		{typed: "reit", want: "", known: []string{"tier"}},
		{typed: "ab", want: "ba", known: []string{"ba"}},
		{typed: "", want: "", known: []string{"id"}},
		{typed: "customr_id", want: "customer_id", known: []string{"customer", "customer_id"}},
		{typed: "茶咖", want: "咖茶", known: []string{"咖茶"}},
		{typed: "折扣", want: "", known: []string{"单价"}},
		{typed: "单件", want: "单价", known: []string{"分类", "单价"}},
	} {
		if got := Closest(c.typed, c.known); got != c.want {
			t.Errorf("%q: got %q, want %q", c.typed, got, c.want)
		}
	}
}
