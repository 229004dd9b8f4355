package strategy

import (
	"time"

	"github.com/promogate/caddy-discount/strategy/document"
)

// Demand is what an order counts of a quota.
type Demand struct {
	// Quota is an index into [Strategy.Quotas]. It is [CodeDemand] if the order uses up a code.
	Quota int
	// Amount is above 0, in what the quota counts: orders, units, or minor units. It is 1 for a
	// code.
	Amount int64
	Window Window
	Code   Code // the zero Code unless Quota is [CodeDemand]
}

// CodeDemand is the Quota of a [Demand] of a code. The limit of its count is the Uses of the code,
// and the count never starts again.
const CodeDemand = -1

// Window is the period that an instant is in: from Start to before End, in the time zone of the
// strategy. Both are zero where a count never starts again. Start and the Per of the quota
// identify a window.
type Window struct{ Start, End time.Time }

// Demands appends what the applied rules of a completed quote count: one element for each quota
// that they touch, in the order of [Strategy.Quotas] within each rule. No amount is above the
// limit, or above what [Restriction.SetLeft] said is left. The codes that the order uses up are
// last, each once. It appends nothing for most quotes.
func (s *Strategy) Demands(dst []Demand, q *Quote) []Demand {
	if s.quotas != nil {
		dst = s.quotaDemands(dst, q)
	}
	if q.work.codes.n > 0 {
		dst = s.codeDemands(dst, q)
	}
	return dst
}

// quotaDemands appends what the applied rules count of quotas.
func (s *Strategy) quotaDemands(dst []Demand, q *Quote) []Demand {
	first := len(dst)
	for i := range q.Applied {
		dst = append(dst[:first], s.addDemands(dst[first:], &q.Applied[i])...)
	}
	for i := first; i < len(dst); i++ {
		dst[i].Window = s.WindowOf(dst[i].Quota, q.work.now)
	}
	return dst
}

// addDemands adds what a rule counts to a list with an element for each quota.
func (s *Strategy) addDemands(list []Demand, a *Applied) []Demand {
next:
	for _, quota := range s.QuotasOf(a.Rule) {
		amount := s.quotas.list[quota].counts(a)
		if amount == 0 {
			continue
		}
		for i := range list {
			if list[i].Quota != int(quota) {
				continue
			}
			if s.quotas.list[quota].Kind != QuotaUses {
				list[i].Amount += amount
			}
			continue next
		}
		list = append(list, Demand{Quota: int(quota), Amount: amount})
	}
	return list
}

// counts is what a rule counts alone.
func (of *Quota) counts(a *Applied) int64 {
	switch of.Kind {
	case QuotaUnits:
		return a.Units
	case QuotaBudget:
		return a.Amount
	}
	return 1
}

// countOf is the amount of a quota in a list.
func countOf(list []Demand, quota int32) int64 {
	for i := range list {
		if list[i].Quota == int(quota) {
			return list[i].Amount
		}
	}
	return 0
}

// adds is what a rule adds to a list: an order uses a shared quota once.
func (s *Strategy) adds(list []Demand, quota int32, a *Applied) int64 {
	of := &s.quotas.list[quota]
	if of.Kind == QuotaUses && countOf(list, quota) > 0 {
		return 0
	}
	return of.counts(a)
}

// WindowOf is the window of a quota at an instant. quota is an index into [Strategy.Quotas].
func (s *Strategy) WindowOf(quota int, at time.Time) Window {
	year, month, day := at.In(s.location).Date()
	days := 1
	switch s.quotas.list[quota].Per {
	case PerEver:
		return Window{}
	case PerWeek:
		day -= (int(at.In(s.location).Weekday()) + 6) % 7 // days since Monday
		days = 7
	case PerMonth:
		return Window{startOfDay(year, month, 1, s.location), startOfDay(year, month+1, 1, s.location)}
	}
	return Window{startOfDay(year, month, day, s.location), startOfDay(year, month, day+days, s.location)}
}

// startOfDay is the first instant of a day. Where the clocks skip midnight, that is the instant at
// which they are set forward.
func startOfDay(year int, month time.Month, day int, location *time.Location) time.Time {
	return document.ShownIn(location, time.Date(year, month, day, 0, 0, 0, 0, time.UTC)).First.In(location)
}
