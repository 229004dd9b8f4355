package spelling

import "testing"

func TestClosest(t *testing.T) {
	for _, c := range []struct {
		typed, want string
		known       []string
	}{
		{"teir", "tier", []string{"id", "tier", "segments"}},
		{"versoin", "version", []string{"version"}},
		{"Tier", "tier", []string{"tier"}},
		{"tire", "tier", []string{"tier"}},
		{"reit", "", []string{"tier"}},
		{"ab", "ba", []string{"ba"}},
		{"", "", []string{"id"}},
		{"customr_id", "customer_id", []string{"customer", "customer_id"}},
		{"茶咖", "咖茶", []string{"咖茶"}},
	} {
		if got := Closest(c.typed, c.known); got != c.want {
			t.Errorf("%q: got %q, want %q", c.typed, got, c.want)
		}
	}
}
