package proof

import (
	"fmt"
	"math/big"
	"strconv"
	"time"
)

// Rails are bounds on how far a candidate may be from the strategy in service.
// A rail that is not set never refuses; none does with fewer carts than
// MinSample.
type Rails struct {
	// MeanChange is the factor by which the mean discount may grow or shrink,
	// at least 1; zero for no bound. Where there was no discount before there is
	// nothing to multiply, and this rail does not judge.
	MeanChange float64

	// FreeOrders is the share of orders, 0 to 1, of which nothing may be left to
	// pay for the goods. It counts only if Free is set: zero is a bound, too.
	FreeOrders float64
	Free       bool

	// Evaluation is the longest that one quote may take; zero for no bound.
	Evaluation time.Duration

	// MinSample is how many carts make a comparison.
	MinSample int
}

// Set reports whether there is a rail at all.
func (r Rails) Set() bool { return r.MeanChange != 0 || r.Free || r.Evaluation != 0 }

// String is the rails as the Caddyfile has them; empty if there is none.
func (r Rails) String() string {
	if !r.Set() {
		return ""
	}
	text := "min_sample " + strconv.Itoa(r.MinSample)
	if r.MeanChange != 0 {
		text += " max_mean_change " + decimal(r.MeanChange)
	}
	if r.Free {
		text += " max_free_orders " + percent(exact(r.FreeOrders))
	}
	if r.Evaluation != 0 {
		text += " max_evaluation " + r.Evaluation.String()
	}
	return text
}

// A RailError names the rail a candidate ran into, the figure and the bound.
type RailError struct {
	Rail   string // as in the Caddyfile
	Figure string
	Bound  string
}

func (e *RailError) Error() string {
	return fmt.Sprintf("guard rail %s: %s, the bound is %s", e.Rail, e.Figure, e.Bound)
}

// Judge returns the first [RailError], or nil. abstained says why there was
// nothing to judge by, if so.
func (r Rails) Judge(f Figures) (abstained string, err error) {
	if !r.Set() {
		return "", nil
	}
	if f.Carts < r.MinSample {
		return fmt.Sprintf("guard rails did not judge: %s, %d are wanted", counted(f.Carts), r.MinSample), nil
	}
	for _, rail := range []func(Figures) error{r.judgeMean, r.judgeFree, r.judgeEvaluation} {
		if err := rail(f); err != nil {
			return "", err
		}
	}
	return "", nil
}

func (r Rails) judgeMean(f Figures) error {
	if r.MeanChange == 0 || f.DiscountBefore == 0 || f.currencyBefore != f.currencyAfter {
		return nil
	}
	bound := exact(r.MeanChange)
	change := big.NewRat(f.DiscountAfter, f.DiscountBefore)
	if change.Cmp(bound) <= 0 && new(big.Rat).Mul(change, bound).Cmp(big.NewRat(1, 1)) >= 0 {
		return nil
	}
	return &RailError{
		Rail: "max_mean_change",
		Figure: fmt.Sprintf("the mean discount of %s goes from %s to %s, to %s of what it was", counted(f.Carts),
			mean(f.DiscountBefore, f.Carts, f.currencyBefore), mean(f.DiscountAfter, f.Carts, f.currencyAfter), percent(change)),
		Bound: fmt.Sprintf("a factor of %s either way", decimal(r.MeanChange)),
	}
}

func (r Rails) judgeFree(f Figures) error {
	share := big.NewRat(int64(f.FreeAfter), int64(f.Carts))
	if !r.Free || share.Cmp(exact(r.FreeOrders)) <= 0 {
		return nil
	}
	return &RailError{
		Rail:   "max_free_orders",
		Figure: fmt.Sprintf("%d of %s (%s) would have nothing to pay for their goods, %d have now", f.FreeAfter, counted(f.Carts), percent(share), f.FreeBefore),
		Bound:  percent(exact(r.FreeOrders)),
	}
}

func (r Rails) judgeEvaluation(f Figures) error {
	if r.Evaluation == 0 || f.Slowest <= r.Evaluation {
		return nil
	}
	return &RailError{
		Rail:   "max_evaluation",
		Figure: fmt.Sprintf("a quote took %v", f.Slowest),
		Bound:  r.Evaluation.String(),
	}
}

// exact is a configured number as it was written, not as the nearest double.
func exact(v float64) *big.Rat {
	r, ok := new(big.Rat).SetString(decimal(v))
	if !ok {
		return new(big.Rat)
	}
	return r
}

func decimal(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// percent is a ratio with at most one decimal.
func percent(r *big.Rat) string {
	text := new(big.Rat).Mul(r, big.NewRat(100, 1)).FloatString(1)
	if n := len(text); text[n-2:] == ".0" {
		text = text[:n-2]
	}
	return text + "%"
}
