package counts_test

import (
	"slices"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/internal/counts"
	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/strategy"
)

// loaded is a strategy with the quotas daily.budget, flash.units and flash.units_per_customer.
func loaded(t *testing.T) *strategy.Strategy {
	t.Helper()
	s, err := strategy.Load("", strategy.Source{Name: "t.toml", Data: []byte(`
version = "v"
timezone = "Asia/Shanghai"
[rule.flash]
unit_price = 9
quota = { units = 500, units_per_customer = 2, round = "r2" }
[rule.daily]
discount_amount = 1
quota = { budget = 10, per = "day" }
`)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// midnight is the start of a day in Shanghai.
var midnight = time.Date(2026, 11, 29, 16, 0, 0, 0, time.UTC)

func TestQuotasHaveTheirCounts(t *testing.T) {
	t.Parallel()
	s, ledger := loaded(t), quota.NewMemory(func() time.Time { return midnight })
	customer := quota.Digest{7}
	for key, committed := range map[quota.Key]int64{
		quota.Counter{Kind: quota.Units, Name: "flash", Round: "r2"}.Key():                     3,
		quota.Counter{Kind: quota.Units, Name: "flash", Round: "r2", Customer: customer}.Key(): 2,
		quota.Counter{Kind: quota.Units, Name: "flash", Round: "r1"}.Key():                     70,
		quota.Counter{Kind: quota.Budget, Name: "daily", Window: "day 2026-11-30"}.Key():       400,
		quota.Counter{Kind: quota.Budget, Name: "daily", Window: "day 2026-11-29"}.Key():       900,
	} {
		if _, err := ledger.Adjust(t.Context(), quota.Adjustment{Key: key, Delta: committed, Reason: "test"}); err != nil {
			t.Fatal(err)
		}
	}
	for name, c := range map[string]struct {
		at       time.Time
		customer quota.Digest
		left     []int64 // of daily, flash and flash per customer; -1 for no count
	}{
		"of all":                {at: midnight, left: []int64{600, 497, -1}},
		"the day before":        {at: midnight.Add(-time.Second), left: []int64{100, 497, -1}},
		"of a customer":         {at: midnight, customer: customer, left: []int64{600, 497, 0}},
		"of another customer":   {at: midnight, customer: quota.Digest{8}, left: []int64{600, 497, 2}},
		"on a day of the month": {at: midnight.AddDate(0, 0, 9), left: []int64{1000, 497, -1}},
	} {
		states, err := counts.Read(t.Context(), ledger, s, c.at, c.customer)
		if err != nil {
			t.Fatal(err)
		}
		var left []int64
		for i := range states {
			if left = append(left, -1); states[i].Counted() {
				left[i] = states[i].Left()
			}
		}
		if !slices.Equal(left, c.left) {
			t.Errorf("%s: left %v, want %v", name, left, c.left)
		}
	}
}

func TestReservationsAreTalliedByQuota(t *testing.T) {
	t.Parallel()
	take := func(c quota.Counter) quota.Take { return quota.Take{Key: c.Key(), Amount: 5} }
	flash := take(quota.Counter{Kind: quota.Units, Name: "flash", Round: "r2"})
	own := take(quota.Counter{Kind: quota.Units, Name: "flash", Round: "r2", Customer: quota.Digest{1}})
	daily := take(quota.Counter{Kind: quota.Budget, Name: "daily", Window: "day 2026-11-29"})
	other := take(quota.Counter{Kind: quota.Uses, Name: "flash", Round: "r2"})
	got := counts.Tally(loaded(t), []quota.Reservation{{Takes: []quota.Take{flash, own}}, {Takes: []quota.Take{flash, daily, other, {Key: "no key"}}}})
	if want := []int64{1, 2, 1}; !slices.Equal(got, want) {
		t.Errorf("tally %v, want %v", got, want)
	}
}
