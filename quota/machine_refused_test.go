package quota_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/promogate/caddy-discount/quota"
)

func TestCallsThatCannotBeCarriedOut(t *testing.T) {
	t.Parallel()
	good := quota.Request{Order: id(1), Attempt: id(1), Takes: []quota.Take{take("a", 1, 1)}, Terms: terms}
	requests := map[string]func(*quota.Request){
		"no order":          func(q *quota.Request) { q.Order = quota.ID{} },
		"no attempt":        func(q *quota.Request) { q.Attempt = quota.ID{} },
		"nothing":           func(q *quota.Request) { q.Takes = nil },
		"an amount of zero": func(q *quota.Request) { q.Takes[0].Amount = 0 },
		"too much":          func(q *quota.Request) { q.Takes[0].Amount = quota.MostAmount + 1 },
		"a limit below 0":   func(q *quota.Request) { q.Takes[0].Limit = -1 },
		"a limit too high":  func(q *quota.Request) { q.Takes[0].Limit = quota.MostAmount + 1 },
		"a count twice":     func(q *quota.Request) { q.Takes = append(q.Takes, q.Takes[0]) },
		"held for nothing":  func(q *quota.Request) { q.Terms.Hold = 0 },
		"held for too long": func(q *quota.Request) { q.Terms.Hold = quota.MostHold + 1 },
		"forgotten before":  func(q *quota.Request) { q.Terms.Remember = -1 },
	}
	for name, change := range requests {
		t.Run(name, func(t *testing.T) {
			s, q := newShop(t), good
			q.Takes = slices.Clone(good.Takes)
			change(&q)
			var invalid *quota.InvalidError
			if _, _, err := s.Reserve(context.Background(), q); !errors.As(err, &invalid) {
				t.Errorf("reserving = %v", err)
			}
			commit := quota.Settlement{Order: q.Order, Outcome: quota.Commit, Takes: q.Takes, Terms: q.Terms}
			if _, err := s.Settle(context.Background(), []quota.Settlement{commit}); !errors.As(err, &invalid) && len(q.Takes) > 0 && !q.Attempt.IsZero() {
				t.Errorf("settling = %v", err)
			}
		})
	}
	t.Run("one bad settlement of two", func(t *testing.T) {
		s := newShop(t)
		s.reserve(1, 1, take("a", 1, 1))
		two := []quota.Settlement{{Order: id(1), Outcome: quota.Commit}, {Order: id(1), Outcome: quota.Hold}}
		var invalid *quota.InvalidError
		if _, err := s.Settle(context.Background(), two); !errors.As(err, &invalid) {
			t.Errorf("settling = %v", err)
		}
		s.want("a", 1, 0)
		two[1].Outcome = quota.Return + 1
		if _, err := s.Settle(context.Background(), two); !errors.As(err, &invalid) {
			t.Errorf("settling = %v", err)
		}
	})
}

func TestClosedLedger(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, _, err := s.try(1, 1, take("a", 1, 1)); !errors.Is(err, quota.ErrClosed) {
		t.Errorf("reserving = %v", err)
	}
}
