package guardrail

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
	// MeanChange is the factor by which the discount may grow or shrink as a share of
	// what carts cost, in the mean and in the median; at least 1, zero for no bound.
	// Where there was no discount before there is nothing to multiply, and this rail
	// does not judge.
	MeanChange float64

	// FreeOrders is the share of orders, 0 to 1, by which those may grow of which
	// nothing is left to pay for the goods. It counts only if Free is set: zero is a
	// bound, too.
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

// A Judgement is what there is to say of an edit that no rail refused.
type Judgement struct {
	Abstained []string // the rails that did not judge, and why
	Partly    []string // likewise, of those that judged by a part of what they are for
}

// Judge returns the first [RailError], or nil.
func (r Rails) Judge(f Figures) (Judgement, error) {
	var j Judgement
	if !r.Set() {
		return j, nil
	}
	if f.Carts < r.MinSample {
		return Judgement{Abstained: []string{"guard rails did not judge: " + r.tooFew(f)}}, nil
	}
	for _, rail := range []func(Figures, *Judgement) error{r.judgeChange, r.judgeFree, r.judgeEvaluation} {
		if err := rail(f, &j); err != nil {
			return Judgement{}, err
		}
	}
	return j, nil
}

// tooFew says what there is too little of to judge by.
func (r Rails) tooFew(f Figures) string {
	text := counted(f.Carts, "cart")
	if f.Clients > 0 {
		text += " of " + counted(f.Clients, "client")
	}
	text += fmt.Sprintf(", min_sample is %d", r.MinSample)
	if f.Clients > 0 && f.Clients*mostOfClient < r.MinSample {
		text += fmt.Sprintf("; a client counts for at most %d, and behind a proxy all are one unless trusted_proxies names it", mostOfClient)
	}
	return text
}

// judgeChange judges the mean and the median: a few carts move the one, and half of all
// are needed to move the other.
func (r Rails) judgeChange(f Figures, j *Judgement) error {
	const rail = "max_mean_change"
	before := f.before.mean()
	switch {
	case r.MeanChange == 0:
		return nil
	case f.currencyBefore != f.currencyAfter:
		j.Abstained = append(j.Abstained, f.otherCurrency(rail))
		return nil
	case before.Sign() == 0:
		j.Abstained = append(j.Abstained, "guard rail "+rail+" did not judge: no cart has a discount now")
		return nil
	}
	if err := r.within(rail, "mean", f.Carts, before, f.after.mean()); err != nil {
		return err
	}
	if before = f.before.median(); before.Sign() == 0 {
		j.Partly = append(j.Partly, "guard rail "+rail+" did not judge the median: at least half of the carts have no discount now")
		return nil
	}
	return r.within(rail, "median", f.Carts, before, f.after.median())
}

// within refuses a change by more than the factor.
func (r Rails) within(rail, of string, carts int, before, after *big.Rat) error {
	bound := exact(r.MeanChange)
	change := new(big.Rat).Quo(after, before)
	if change.Cmp(bound) <= 0 && new(big.Rat).Mul(change, bound).Cmp(big.NewRat(1, 1)) >= 0 {
		return nil
	}
	return &RailError{
		Rail: rail,
		Figure: fmt.Sprintf("the %s discount of %s goes from %s to %s of what they cost, to %s of what it was",
			of, counted(carts, "cart"), percent(before), percent(after), percent(change)),
		Bound: fmt.Sprintf("a factor of %s either way", decimal(r.MeanChange)),
	}
}

// otherCurrency says why a rail does not judge where the currency changes: all carts are
// in that of before.
func (f Figures) otherCurrency(rail string) string {
	return fmt.Sprintf("guard rail %s did not judge: the currency changes from %s to %s", rail, f.currencyBefore, f.currencyAfter)
}

// judgeFree judges by the increase: orders that are free already are no reason to refuse
// an edit.
func (r Rails) judgeFree(f Figures, j *Judgement) error {
	const rail = "max_free_orders"
	switch {
	case !r.Free:
		return nil
	case f.currencyBefore != f.currencyAfter:
		j.Abstained = append(j.Abstained, f.otherCurrency(rail))
		return nil
	}
	more := big.NewRat(int64(f.FreeAfter-f.FreeBefore), int64(max(f.Carts, 1)))
	if more.Cmp(exact(r.FreeOrders)) <= 0 {
		return nil
	}
	return &RailError{
		Rail: rail,
		Figure: fmt.Sprintf("%d of %s would have nothing to pay for their goods, %d have now, which is %s of all orders more",
			f.FreeAfter, counted(f.Carts, "cart"), f.FreeBefore, percent(more)),
		Bound: percent(exact(r.FreeOrders)),
	}
}

func (r Rails) judgeEvaluation(f Figures, _ *Judgement) error {
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
