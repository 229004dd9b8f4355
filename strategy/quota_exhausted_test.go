package strategy_test

import (
	"slices"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/strategy"
)

// Rules that the cart has goods for and of which too little is left are exhausted, and no others.
func TestExhausted(t *testing.T) {
	t.Parallel()
	const text = "[rule.flash]\ncategories = [\"phone\"]\nunit_price = 9\nquota = { units = 5 }\n" +
		"[rule.other]\ncategories = [\"tablet\"]\nunit_price = 9\nquota = { units = 5 }\n" +
		"[rule.named]\ndiscount_amount = 1\nquota = { uses_per_customer = 1 }\n" +
		"[rule.group]\ngroup = \"g\"\ndiscount_amount = 1\nquota = { uses = 3 }\n[rule.second]\ngroup = \"g\"\ndiscount_amount = 2\n"
	for name, c := range map[string]struct {
		left   map[string]int64
		denied []string
		want   []string
	}{
		"all is left":        {},
		"nothing is left":    {left: map[string]int64{"flash units": 0}, want: []string{"flash"}},
		"too little is left": {left: map[string]int64{"flash units": 2}, want: []string{"flash"}},
		"enough is left":     {left: map[string]int64{"flash units": 3}},
		"no such goods":      {left: map[string]int64{"other units": 0}},
		"nobody is named":    {left: map[string]int64{"named uses per customer": 0}},
		"in a group":         {left: map[string]int64{"group uses": 0}, want: []string{"group"}},
		"two":                {left: map[string]int64{"group uses": 0, "flash units": 1}, want: []string{"flash", "group"}},
		"denied":             {denied: []string{"flash"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := loadedText(t, text)
			var r strategy.Restriction
			for i := range s.Quotas() {
				if left, has := c.left[quotaLabel(&s.Quotas()[i])]; has {
					r.SetLeft(i, left)
				}
			}
			for _, id := range c.denied {
				r.Deny(slices.Index(s.Rules(), id))
			}
			lines := []cart.Line{of("phone", 3, 1000)}
			lines[0].Subtotal = 3000
			var q strategy.Quote
			if _, err := s.Prepare(&q, &cart.Cart{Lines: lines}, time.Unix(0, 0)); err != nil {
				t.Fatal(err)
			}
			s.Restrict(&q, &r)
			if err := s.Complete(&q); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, rule := range s.Exhausted(nil, &q) {
				got = append(got, s.Rules()[rule])
			}
			slices.Sort(got)
			if !slices.Equal(got, c.want) {
				t.Errorf("exhausted are %q, want %q", got, c.want)
			}
		})
	}
}
