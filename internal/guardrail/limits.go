package guardrail

import (
	"fmt"
	"math/big"
	"strconv"
	"time"
)

// Limits are bounds on how far a candidate may differ from the strategy in service. A limit
// that is not set never refuses. No limit refuses with fewer carts than MinSample.
type Limits struct {
	// MeanChange is the factor by which the discount may grow or shrink as a share of what
	// carts cost, in the mean and in the median. It is at least 1; zero is for no bound. The
	// limit is not checked if there was no discount before, since no factor applies then.
	MeanChange float64

	// FreeOrders is by how much the share of free orders may grow, from 0 to 1. An order is
	// free if nothing is left to pay for the goods. The limit is checked only if Free is
	// set, since zero is a bound, too.
	FreeOrders float64
	Free       bool

	// Evaluation is the longest that one quote may take; zero for no bound.
	Evaluation time.Duration

	// MinSample is the least number of carts for a comparison.
	MinSample int
}

// isSet reports whether any limit is set.
func (l Limits) isSet() bool { return l.MeanChange != 0 || l.Free || l.Evaluation != 0 }

// String returns the limits in the form of the Caddyfile; "" if none is set.
func (l Limits) String() string {
	if !l.isSet() {
		return ""
	}
	text := "min_sample " + strconv.Itoa(l.MinSample)
	if l.MeanChange != 0 {
		text += " max_mean_change " + decimal(l.MeanChange)
	}
	if l.Free {
		text += " max_free_orders " + percent(exact(l.FreeOrders))
	}
	if l.Evaluation != 0 {
		text += " max_evaluation " + l.Evaluation.String()
	}
	return text
}

// limitError names the limit that a candidate exceeds, its figure and the bound.
type limitError struct {
	Limit  string // as in the Caddyfile
	Figure string
	Bound  string
}

func (e *limitError) Error() string {
	return fmt.Sprintf("guardrail %s: %s, the bound is %s", e.Limit, e.Figure, e.Bound)
}

// A Report says which limits were not checked for an edit that no limit refused.
type Report struct {
	Abstained []string // the limits that were not checked, and why
	Partly    []string // the limits that were checked in part, and why
}

// Check returns the first limit that is exceeded as an error, or nil.
func (l Limits) Check(f Figures) (Report, error) {
	var j Report
	if !l.isSet() {
		return j, nil
	}
	if f.Carts < l.MinSample {
		return Report{Abstained: []string{"guardrails not checked: " + l.tooFew(f)}}, nil
	}
	for _, check := range []func(Figures, *Report) error{l.checkChange, l.checkFree, l.checkEvaluation} {
		if err := check(f, &j); err != nil {
			return Report{}, err
		}
	}
	return j, nil
}

// tooFew says which number is too small for a comparison.
func (l Limits) tooFew(f Figures) string {
	text := counted(f.Carts, "cart")
	if f.Clients > 0 {
		text += " of " + counted(f.Clients, "client")
	}
	text += fmt.Sprintf(", min_sample is %d", l.MinSample)
	if f.Clients > 0 && f.Clients*mostOfClient < l.MinSample {
		text += fmt.Sprintf("; a client counts for at most %d, and behind a proxy all are one unless trusted_proxies names it", mostOfClient)
	}
	return text
}

// checkChange checks the mean and the median. A few carts can move the mean; only half of all
// carts can move the median.
func (l Limits) checkChange(f Figures, j *Report) error {
	const limit = "max_mean_change"
	before := f.before.mean()
	switch {
	case l.MeanChange == 0:
		return nil
	case f.currencyBefore != f.currencyAfter:
		j.Abstained = append(j.Abstained, f.otherCurrency(limit))
		return nil
	case before.Sign() == 0:
		j.Abstained = append(j.Abstained, "guardrail "+limit+" not checked: no cart has a discount now")
		return nil
	}
	if err := l.within(limit, "mean", f.Carts, before, f.after.mean()); err != nil {
		return err
	}
	if before = f.before.median(); before.Sign() == 0 {
		j.Partly = append(j.Partly, "guardrail "+limit+" not checked by the median: at least half of the carts have no discount now")
		return nil
	}
	return l.within(limit, "median", f.Carts, before, f.after.median())
}

// within refuses a change by more than the factor.
func (l Limits) within(limit, of string, carts int, before, after *big.Rat) error {
	bound := exact(l.MeanChange)
	change := new(big.Rat).Quo(after, before)
	if change.Cmp(bound) <= 0 && new(big.Rat).Mul(change, bound).Cmp(big.NewRat(1, 1)) >= 0 {
		return nil
	}
	return &limitError{
		Limit: limit,
		Figure: fmt.Sprintf("the %s discount of %s goes from %s to %s of what they cost, to %s of what it was",
			of, counted(carts, "cart"), percent(before), percent(after), percent(change)),
		Bound: fmt.Sprintf("a factor of %s either way", decimal(l.MeanChange)),
	}
}

// otherCurrency says why a limit is not checked if the currency changes: the carts are in the
// currency of the strategy in service.
func (f Figures) otherCurrency(limit string) string {
	return fmt.Sprintf("guardrail %s not checked: the currency changes from %s to %s", limit, f.currencyBefore, f.currencyAfter)
}

// checkFree checks only the increase: orders that are free already are no reason to refuse an
// edit.
func (l Limits) checkFree(f Figures, j *Report) error {
	const limit = "max_free_orders"
	switch {
	case !l.Free:
		return nil
	case f.currencyBefore != f.currencyAfter:
		j.Abstained = append(j.Abstained, f.otherCurrency(limit))
		return nil
	}
	more := big.NewRat(int64(f.FreeAfter-f.FreeBefore), int64(max(f.Carts, 1)))
	if more.Cmp(exact(l.FreeOrders)) <= 0 {
		return nil
	}
	return &limitError{
		Limit: limit,
		Figure: fmt.Sprintf("%d of %s would have nothing to pay for their goods, %d have now, which is %s of all orders more",
			f.FreeAfter, counted(f.Carts, "cart"), f.FreeBefore, percent(more)),
		Bound: percent(exact(l.FreeOrders)),
	}
}

func (l Limits) checkEvaluation(f Figures, _ *Report) error {
	if l.Evaluation == 0 || f.Slowest <= l.Evaluation {
		return nil
	}
	return &limitError{
		Limit:  "max_evaluation",
		Figure: fmt.Sprintf("a quote took %v", f.Slowest),
		Bound:  l.Evaluation.String(),
	}
}

// exact is a configured number with the decimal digits that were written, not the nearest
// float64.
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
