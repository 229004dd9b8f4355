package strategy

import (
	"cmp"
	"slices"
)

// Quota is one limit that is counted over orders. A rule with units and units_per_customer has
// two. The limit is part of the strategy; the count is kept by the caller that prices orders, see
// [Strategy.Demands].
type Quota struct {
	// Name is the name of the count: the id in the table, or else the id of the rule, or the
	// NAME of [quota.NAME]. Two quotas of one name differ in Kind or PerCustomer.
	Name string
	// Round is the round of the count; "" for none. Another round starts at zero.
	Round       string
	Kind        QuotaKind
	PerCustomer bool // each customer has a count
	// Limit is the highest count, above 0: orders, units, or minor units of the currency.
	Limit    int64
	Per      Period // a count starts at zero with each period
	Partial  bool   // what is left is given; otherwise all or nothing
	OnOutage OnOutage
	// Rules are the enabled rules that it limits, rising, as indexes into [Strategy.Rules].
	Rules []int
}

// QuotaKind is what a quota counts.
type QuotaKind uint8

const (
	// QuotaUses counts orders in which a rule gave an amount or a gift. An order in which
	// several rules of a shared quota gave something is counted once.
	QuotaUses QuotaKind = iota
	// QuotaUnits counts units that rules reduced, and gifts: [Applied].Units.
	QuotaUnits
	// QuotaBudget counts what rules took off goods and shipping, in minor units:
	// [Applied].Amount.
	QuotaBudget
)

var quotaKindWords = []string{"uses", "units", "budget"}

// String is the key of the language: "uses", "units" or "budget".
func (k QuotaKind) String() string { return quotaKindWords[k] }

// Period is how often a count starts at zero.
type Period uint8

const (
	PerEver Period = iota // never
	PerDay
	PerWeek // from Monday
	PerMonth
)

var periodWords = []string{"", "day", "week", "month"}

// String is the word of the language: "day", "week" or "month"; "" for PerEver.
func (p Period) String() string { return periodWords[p] }

// OnOutage says what becomes of a rule while its count cannot be kept.
type OnOutage uint8

const (
	OutageSkip  OnOutage = iota // the rule does not apply
	OutageAllow                 // it applies, and is counted later
)

var onOutageWords = []string{"skip", "allow"}

// String is the word of the language: "skip" or "allow".
func (o OnOutage) String() string { return onOutageWords[o] }

// Quotas lists the quotas of the enabled rules, ordered by name, kind, and per customer last; nil
// for most strategies. The index of an element identifies a quota in a [Demand] and in a
// [Restriction] of this strategy. The slice must not be changed.
func (s *Strategy) Quotas() []Quota {
	if s.quotas == nil {
		return nil
	}
	return s.quotas.list
}

// CountsOrders reports whether the strategy has quotas or sets of codes, so that a quote may have
// [Strategy.Demands].
func (s *Strategy) CountsOrders() bool { return s.quotas != nil || len(s.codeSets) > 0 }

// IsCounted reports whether a rule has a quota. rule is an index into [Strategy.Rules].
func (s *Strategy) IsCounted(rule int) bool { return len(s.QuotasOf(rule)) > 0 }

// quotas are the compiled quotas of a strategy.
type quotas struct {
	list      []Quota
	ofRule    [][]int32 // the quotas of each rule, by its index
	named     []int32   // the rules that need a customer, rising
	nextGroup []int32   // by rule, the next rule of its group; -1 for none
}

// QuotasOf lists the quotas of a rule, as indexes into [Strategy.Quotas]. rule is an index into
// [Strategy.Rules]. The slice must not be changed.
func (s *Strategy) QuotasOf(rule int) []int32 {
	if s.quotas == nil || rule >= len(s.quotas.ofRule) {
		return nil // the reserved rule has none
	}
	return s.quotas.ofRule[rule]
}

// compileQuotas compiles the quotas of the enabled rules; rules are all rules, in their order.
func (s *Strategy) compileQuotas(rules []*rule) {
	specs, rulesOf, enabled := []*quotaSpec{}, map[*quotaSpec][]int{}, 0
	for _, r := range rules {
		if !r.enabled {
			continue
		}
		for _, spec := range r.quotas {
			if rulesOf[spec] == nil {
				specs = append(specs, spec)
			}
			rulesOf[spec] = append(rulesOf[spec], enabled)
		}
		enabled++
	}
	s.quotas = &quotas{ofRule: make([][]int32, enabled), nextGroup: s.nextInGroup()}
	for _, spec := range specs {
		s.quotas.list = spec.compile(s.quotas.list, rulesOf[spec])
	}
	slices.SortFunc(s.quotas.list, func(a, b Quota) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Kind, b.Kind), compareBools(a.PerCustomer, b.PerCustomer))
	})
	for k := range s.quotas.list {
		of := &s.quotas.list[k]
		for _, rule := range of.Rules {
			s.quotas.ofRule[rule] = append(s.quotas.ofRule[rule], int32(k))
			if of.PerCustomer {
				s.quotas.named = append(s.quotas.named, int32(rule))
			}
			if _, gives := s.rules[rule].reward.(giftGiver); of.Kind == QuotaUnits && !gives {
				s.rules[rule].byUnit = true // as with max_units
			}
		}
	}
	slices.Sort(s.quotas.named)
	s.quotas.named = slices.Compact(s.quotas.named)
}

// nextInGroup is, for each rule, the next rule of its group; -1 for none.
func (s *Strategy) nextInGroup() []int32 {
	next, last := make([]int32, len(s.rules)), map[string]int{}
	for i := range s.rules {
		next[i] = -1
		group := s.rules[i].group
		if group == "" {
			continue
		}
		if before, had := last[group]; had {
			next[before] = int32(i)
		}
		last[group] = i
	}
	return next
}
