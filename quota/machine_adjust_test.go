package quota_test

import (
	"context"
	"errors"
	"testing"

	"github.com/promogate/caddy-discount/quota"
)

func TestAdjust(t *testing.T) {
	t.Parallel()
	s := newShop(t)
	adjust := func(delta int64, revision uint64, reason string) (quota.Count, error) {
		return s.Adjust(context.Background(), quota.Adjustment{Key: key("a"), Delta: delta, Revision: revision, Reason: reason})
	}
	s.reserve(1, 1, take("a", 3, 3))
	s.settle(1, 1, quota.Commit)

	c, err := adjust(-1, 0, "a broken one was sent again")
	if want := (quota.Count{Committed: 2, Revision: 1, Reason: "a broken one was sent again"}); err != nil || c != want {
		t.Fatalf("count %+v, %v, want %+v", c, err, want)
	}
	if _, err := adjust(-1, 0, "twice"); !errors.Is(err, quota.ErrRevision) {
		t.Errorf("the second of two at once = %v", err)
	}
	if _, err := adjust(-3, 1, "too much"); !errors.Is(err, quota.ErrBelowZero) {
		t.Errorf("below zero = %v", err)
	}
	var invalid *quota.InvalidError
	for _, delta := range []int64{quota.MostAmount, -quota.MostAmount - 1} {
		if _, err := adjust(delta, 1, "too much"); !errors.As(err, &invalid) {
			t.Errorf("by %d = %v", delta, err)
		}
	}
	if _, err := adjust(1, 1, ""); !errors.As(err, &invalid) {
		t.Errorf("without a reason = %v", err)
	}
	s.want("a", 0, 2)

	// What is returned after the count was lowered is not below zero.
	if _, err := adjust(-2, 1, "a new season"); err != nil {
		t.Fatal(err)
	}
	s.settleAs(quota.Settlement{Order: id(1), Outcome: quota.Return})
	s.want("a", 0, 0)
	if _, err := adjust(1, 1, "late"); !errors.Is(err, quota.ErrRevision) {
		t.Errorf("a count that is zero again has lost its revision: %v", err)
	}
}
