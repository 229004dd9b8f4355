package quota_test

import (
	"context"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/quota"
)

// Whatever happens to orders: the counts are the sums of what the orders have, and a count goes
// beyond its limit by no more than what was shown as over.
func TestCountsAreWhatOrdersHave(t *testing.T) {
	t.Parallel()
	const limit = 7
	rapid.Check(t, func(t *rapid.T) {
		now, ctx := start, context.Background()
		l := quota.NewMemory(func() time.Time { return now })
		names := []string{"a", "b"}
		over := make(map[quota.Key]int64)
		show := func(all []quota.Over) {
			for _, o := range all {
				if o.By <= 0 {
					t.Fatalf("over by %d", o.By)
				}
				over[o.Key] += o.By
			}
		}
		some := func(t *rapid.T, label string) quota.ID { return id(rapid.ByteRange(1, 5).Draw(t, label)) }
		t.Repeat(map[string]func(*rapid.T){
			"reserve": func(t *rapid.T) {
				q := quota.Request{Order: some(t, "order"), Attempt: some(t, "attempt"), Terms: terms}
				q.Terms.Keep, q.Terms.Remember = rapid.Bool().Draw(t, "keep"), 9999*time.Hour
				for _, name := range rapid.SliceOfNDistinct(rapid.SampledFrom(names), 1, 2, rapid.ID[string]).Draw(t, "names") {
					q.Takes = append(q.Takes, take(name, rapid.Int64Range(1, 4).Draw(t, "amount"), limit))
				}
				if _, _, err := l.Reserve(ctx, q); err != nil {
					t.Fatal(err)
				}
			},
			"settle": func(t *rapid.T) {
				s := quota.Settlement{Order: some(t, "order"), Attempt: some(t, "attempt"), Outcome: quota.Outcome(rapid.ByteRange(0, 4).Draw(t, "outcome")), For: time.Hour}
				if rapid.Bool().Draw(t, "the order service") {
					s.Attempt = quota.ID{}
				}
				settled, err := l.Settle(ctx, []quota.Settlement{s})
				if err != nil {
					t.Fatal(err)
				}
				show(settled[0].Over)
			},
			"wait": func(t *rapid.T) {
				now = now.Add(rapid.SampledFrom([]time.Duration{1, 5, 20}).Draw(t, "minutes") * time.Minute)
			},
			"": func(t *rapid.T) {
				if err := l.Sweep(ctx); err != nil {
					t.Fatal(err)
				}
				for _, name := range names {
					counts, err := l.Read(ctx, []quota.Key{key(name)})
					if err != nil {
						t.Fatal(err)
					}
					held, committed := had(t, l, name)
					if c := counts[0]; c.Held != held || c.Committed != committed {
						t.Fatalf("%s: count %+v, but the orders have %d and %d", name, c, held, committed)
					}
					if used := held + committed; used > limit+over[key(name)] {
						t.Fatalf("%s: %d used of %d, and %d shown as over", name, used, limit, over[key(name)])
					}
				}
			},
		})
	})
}

// had sums what all orders hold and have committed. They are remembered for longer than the test lasts.
func had(t *rapid.T, l quota.Ledger, name string) (held, committed int64) {
	for n := byte(1); n <= 5; n++ {
		r, _ := l.Find(context.Background(), id(n)) // none has nothing
		for _, taken := range r.Takes {
			if taken.Key != key(name) {
				continue
			}
			switch r.State {
			case quota.Held:
				held += taken.Amount
			case quota.Committed:
				committed += taken.Amount
			}
		}
	}
	return held, committed
}
