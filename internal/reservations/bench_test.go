package reservations

import (
	"context"
	"strings"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/strategy"
)

// BenchmarkWithoutLedger is what a strategy with quotas adds to the quote of a cart that asks no ledger:
// one that counts nothing, and one of an article that is sold out.
func BenchmarkWithoutLedger(b *testing.B) {
	const text = "[rule.flash]\nskus = [\"phone\"]\nunit_price = 9.00\nquota = { units = 1, units_per_customer = 1 }\n"
	for name, c := range map[string]*cart.Cart{
		"nothing counted": {Lines: []cart.Line{{SKU: "tea", Quantity: 1, UnitPrice: 1000, Subtotal: 1000}}},
		"sold out":        phones(1, "c2"),
	} {
		b.Run(name, func(b *testing.B) {
			ledger := &counting{Memory: quota.NewMemory(func() time.Time { return noon })}
			d, err := quota.NewDigester([]byte(strings.Repeat("k", quota.LeastKey)))
			if err != nil {
				b.Fatal(err)
			}
			told := NewLedger(quota.Opened{Ledger: ledger, Digester: d, Timeout: time.Minute, Terms: quota.Terms{Hold: time.Minute}}, zap.NewNop)
			b.Cleanup(func() { told.Close(0, 0) })
			r := new(Reserver)
			r.Use(told)
			p := Pricing{Strategy: loaded(b, text), Quote: &strategy.Quote{}, At: noon}
			var w Workspace
			for _, first := range []*cart.Cart{phones(1, "c1"), c, c} { // the last finds what is used up
				p.Cart = first
				orderOnce(b, r, &w, p)
			}
			asked := ledger.reserves.Load()
			b.ReportAllocs()
			for b.Loop() {
				o := Order{Takes: true}
				r.Begin(&o, &w, p)
				if g, err := r.Finish(context.Background(), &o, &w, p); err != nil || g != nil {
					b.Fatal(g, err)
				}
			}
			if ledger.reserves.Load() != asked {
				b.Fatal("the ledger was asked")
			}
		})
	}
}

func orderOnce(b *testing.B, r *Reserver, w *Workspace, p Pricing) {
	b.Helper()
	if _, err := p.Strategy.Prepare(p.Quote, p.Cart, p.At); err != nil {
		b.Fatal(err)
	}
	o := Order{Takes: true, Own: new(quota.ID)}
	r.Begin(&o, w, p)
	if err := p.Strategy.Complete(p.Quote); err != nil {
		b.Fatal(err)
	}
	if _, err := r.Finish(context.Background(), &o, w, p); err != nil {
		b.Fatal(err)
	}
}
