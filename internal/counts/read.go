package counts

import (
	"context"
	"time"

	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/strategy"
)

// A State is a quota of a strategy and what a ledger has counted of it.
type State struct {
	Quota *strategy.Quota

	// Window is the window of the instant that was asked for; zero for a count that never starts
	// again.
	Window strategy.Window

	// Key is that of the count. It is empty for a quota per customer, unless a customer was asked for.
	Key   quota.Key
	Count quota.Count
}

// Counted reports whether the state has a count.
func (s *State) Counted() bool { return s.Key != "" }

// Left is how much of the quota is left.
func (s *State) Left() int64 { return s.Count.Left(s.Quota.Limit) }

// Read reads what a ledger has counted of the quotas of a strategy, in the windows of an instant. The
// result has an element for each of [strategy.Strategy.Quotas]. Quotas per customer have the counts of
// the customer, and no count for the zero Digest.
func Read(ctx context.Context, l quota.Ledger, s *strategy.Strategy, at time.Time, customer quota.Digest) ([]State, error) {
	all := make([]int32, len(s.Quotas()))
	for i := range all {
		all[i] = int32(i)
	}
	return ReadOf(ctx, l, s, all, at, customer)
}

// ReadOf is [Read] of some of the quotas: of is their indexes in [strategy.Strategy.Quotas], and the
// result has an element for each.
func ReadOf(ctx context.Context, l quota.Ledger, s *strategy.Strategy, of []int32, at time.Time, customer quota.Digest) ([]State, error) {
	states, keys := make([]State, len(of)), []quota.Key{}
	for i, index := range of {
		q := &s.Quotas()[index]
		states[i] = State{Quota: q, Window: s.WindowOf(int(index), at)}
		if q.PerCustomer && customer == (quota.Digest{}) {
			continue
		}
		states[i].Key = Counter(q, states[i].Window, customer).Key()
		keys = append(keys, states[i].Key)
	}
	if len(keys) == 0 {
		return states, nil
	}
	counts, err := l.Read(ctx, keys)
	if err != nil {
		return nil, err
	}
	for i := range states {
		if states[i].Counted() {
			states[i].Count, counts = counts[0], counts[1:]
		}
	}
	return states, nil
}

// Tally adds up how many reservations take from each quota of a strategy.
func Tally(s *strategy.Strategy, reservations []quota.Reservation) []int64 {
	quotas := s.Quotas()
	all := make([]int64, len(quotas))
	for _, r := range reservations {
		for _, take := range r.Takes {
			c, err := take.Key.Counter()
			if err != nil {
				continue
			}
			for i := range quotas {
				if isOf(&c, &quotas[i]) {
					all[i]++
				}
			}
		}
	}
	return all
}

// isOf reports whether a count is one of a quota, in any window and of any customer.
func isOf(c *quota.Counter, q *strategy.Quota) bool {
	return string(c.Kind) == q.Kind.String() && c.Name == q.Name && c.Round == q.Round && (c.Customer != quota.Digest{}) == q.PerCustomer
}
