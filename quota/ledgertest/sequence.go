package ledgertest

import (
	"cmp"
	"context"
	"errors"
	"reflect"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/quota"
)

// The durations of a sequence, in milliseconds, are such that no two instants that matter are closer
// than a second: advances are whole tens of seconds, and sums of the others never are.
var (
	advances  = []time.Duration{10 * time.Second, time.Minute, 10 * time.Minute, 25 * time.Hour, 49 * time.Hour}
	holds     = []time.Duration{12500 * time.Millisecond, 602500 * time.Millisecond}
	remembers = []time.Duration{62500 * time.Millisecond, 90002500 * time.Millisecond}
	windows   = []time.Duration{35 * time.Second, 3605 * time.Second}
)

// tolerance is by how much the clocks of the two ledgers may differ.
const tolerance = time.Second

// run is one sequence of calls, on the ledger and on the state machine.
type run struct {
	*rapid.T
	subject Subject
	model   *quota.Memory
	begin   time.Time
}

func sequence(t *rapid.T, open Open) {
	r := &run{T: t, subject: open(t)}
	r.begin = r.subject.Now()
	r.model = quota.NewMemory(r.subject.Now)
	actions := map[string]func(*rapid.T){
		"reserve":       r.reserve,
		"reserve again": r.reserve, // twice as often
		"many attempts": r.manyAttempts,
		"settle":        r.settle,
		"settle more":   r.settle,
		"adjust":        r.adjust,
		"sweep":         r.sweep,
		"advance": func(t *rapid.T) {
			r.subject.Advance(rapid.SampledFrom(advances).Draw(t, "advance"))
		},
		"": r.compare,
	}
	if r.subject.Restart != nil {
		actions["restart"] = func(*rapid.T) { r.subject.Ledger = r.subject.Restart() }
	}
	t.Repeat(actions)
	r.sweep(t)
}

// Few of each, so that calls meet.
var (
	orders   = ids('o', 4)
	attempts = ids('a', 5)
	calls    = append(ids('c', 2), quota.ID{})
	keys     = []quota.Key{
		quota.Counter{Kind: quota.Uses, Name: "first"}.Key(),
		quota.Counter{Kind: quota.Units, Name: "flash|%", Round: "2", Customer: quota.Digest{1}}.Key(),
		quota.Counter{Kind: quota.Budget, Name: "双十一", Window: "2026-11-11"}.Key(),
		quota.Counter{Kind: quota.Code, Name: "welcome", Window: "2026-W46", Code: quota.Digest{2}}.Key(),
		quota.Counter{Kind: quota.Budget, Name: "双十一", Window: "2026-11-12"}.Key(),
	}
)

func ids(kind byte, n int) []quota.ID {
	all := make([]quota.ID, n)
	for i := range all {
		all[i] = quota.ID{0: kind, 15: byte(i)}
	}
	return all
}

// takes draws what an order takes of different counts. The last counts have windows.
func (r *run) takes(t *rapid.T) []quota.Take {
	amount := rapid.OneOf(rapid.Int64Range(1, 4), rapid.Just[int64](quota.MostAmount))
	var takes []quota.Take
	for _, i := range rapid.SliceOfNDistinct(rapid.IntRange(0, len(keys)-1), 1, len(keys), rapid.ID[int]).Draw(t, "keys") {
		take := quota.Take{Key: keys[i], Amount: amount.Draw(t, "amount"), Limit: rapid.Int64Range(0, 6).Draw(t, "limit")}
		if i >= 2 {
			take.WindowEnd = r.begin.Add(rapid.SampledFrom(windows).Draw(t, "window")).UnixMilli()
		}
		takes = append(takes, take)
	}
	return takes
}

func drawTerms(t *rapid.T) quota.Terms {
	return quota.Terms{Hold: rapid.SampledFrom(holds).Draw(t, "hold"), Remember: rapid.SampledFrom(remembers).Draw(t, "remember"),
		Keep: rapid.Bool().Draw(t, "keep")}
}

func (r *run) request(t *rapid.T) quota.Request {
	return quota.Request{
		Order:     rapid.SampledFrom(orders).Draw(t, "order"),
		Attempt:   rapid.SampledFrom(attempts).Draw(t, "attempt"),
		Takes:     r.takes(t),
		Terms:     drawTerms(t),
		Unlimited: rapid.IntRange(0, 7).Draw(t, "unlimited") == 0,
		Call:      rapid.SampledFrom(calls).Draw(t, "call"),
	}
}

func (r *run) reserve(t *rapid.T) { r.reserveOnBoth(r.request(t)) }

func (r *run) reserveOnBoth(q quota.Request) {
	r.Helper()
	ctx := context.Background()
	got, gotDenials, gotErr := r.subject.Ledger.Reserve(ctx, q)
	want, wantDenials, wantErr := r.model.Reserve(ctx, q)
	r.sameError("reserving", gotErr, wantErr)
	r.sameInstant("reserving", got.Until, want.Until)
	got.Until = want.Until
	if !sameGrant(got, want) || !slices.Equal(gotDenials, wantDenials) {
		r.Fatalf("reserving %+v:\n%+v, denied %v, want\n%+v, denied %v", q, got, gotDenials, want, wantDenials)
	}
}

func sameGrant(a, b quota.Grant) bool {
	return a.State == b.State && a.Joined == b.Joined && sameOver(a.Over, b.Over)
}

// sameOver compares what went over. Its order is not said.
func sameOver(a, b []quota.Over) bool {
	byKey := func(a, b quota.Over) int { return cmp.Compare(a.Key, b.Key) }
	return slices.Equal(slices.SortedFunc(slices.Values(a), byKey), slices.SortedFunc(slices.Values(b), byKey))
}

// manyAttempts makes more attempts of one order than are told apart.
func (r *run) manyAttempts(t *rapid.T) {
	q := r.request(t)
	for _, attempt := range ids('m', rapid.IntRange(15, 18).Draw(t, "attempts")) {
		q.Attempt = attempt
		r.reserveOnBoth(q)
	}
}

func (r *run) settle(t *rapid.T) {
	settlements := rapid.SliceOfN(rapid.Custom(r.settlement), 1, 3).Draw(t, "settlements")
	ctx := context.Background()
	got, gotErr := r.subject.Ledger.Settle(ctx, settlements)
	want, wantErr := r.model.Settle(ctx, settlements)
	r.sameError("settling", gotErr, wantErr)
	if len(got) != len(want) {
		r.Fatalf("settling %+v: %+v, want %+v", settlements, got, want)
	}
	for i := range want {
		if got[i].State != want[i].State || got[i].Changed != want[i].Changed || !sameOver(got[i].Over, want[i].Over) {
			r.Fatalf("settling %+v:\n%+v, want\n%+v", settlements[i], got[i], want[i])
		}
	}
}

func (r *run) settlement(t *rapid.T) quota.Settlement {
	s := quota.Settlement{
		Order: rapid.SampledFrom(orders).Draw(t, "order"),
		Attempt: rapid.OneOf(rapid.SampledFrom(attempts), rapid.SampledFrom(ids('m', 18)),
			rapid.Just(quota.ID{})).Draw(t, "attempt"),
		Outcome: rapid.SampledFrom([]quota.Outcome{quota.Unknown, quota.Commit, quota.Release, quota.Hold, quota.Return}).Draw(t, "outcome"),
		Call:    rapid.SampledFrom(calls).Draw(t, "call"),
	}
	if s.Outcome == quota.Hold {
		s.For = rapid.SampledFrom(append([]time.Duration{99 * time.Hour}, holds...)).Draw(t, "for")
	}
	if rapid.Bool().Draw(t, "with what it takes") {
		s.Takes, s.Terms = r.takes(t), drawTerms(t)
	}
	return s
}

// adjust sweeps before: the count that it returns may be swept or not.
func (r *run) adjust(t *rapid.T) {
	r.sweep(t)
	a := quota.Adjustment{
		Key:      rapid.SampledFrom(keys).Draw(t, "key"),
		Delta:    rapid.OneOf(rapid.Int64Range(-5, 5), rapid.Just[int64](quota.MostAmount)).Draw(t, "delta"),
		Revision: rapid.Uint64Range(0, 2).Draw(t, "revision"),
		Reason:   rapid.SampledFrom([]string{"", "a gift", "盘点"}).Draw(t, "reason"),
	}
	got, gotErr := r.subject.Ledger.Adjust(context.Background(), a)
	want, wantErr := r.model.Adjust(context.Background(), a)
	r.sameError("adjusting", gotErr, wantErr)
	if gotErr == nil && !sameCount(got, want) {
		r.Fatalf("adjusting %+v: %+v, want %+v", a, got, want)
	}
}

// sweep compares the counts: only then it is said that nothing overdue is counted.
func (r *run) sweep(*rapid.T) {
	ctx := context.Background()
	for _, l := range []quota.Ledger{r.subject.Ledger, r.model} {
		if err := l.Sweep(ctx); err != nil {
			r.Fatalf("sweeping: %v", err)
		}
	}
	got, gotErr := r.subject.Ledger.Read(ctx, keys)
	want, wantErr := r.model.Read(ctx, keys)
	r.sameError("reading", gotErr, wantErr)
	if !slices.EqualFunc(got, want, sameCount) {
		r.Fatalf("the counts are\n%+v, want\n%+v", got, want)
	}
}

// sameCount compares counts, but for when they may be forgotten: that is the ledger's own business.
func sameCount(a, b quota.Count) bool {
	a.WindowEnd = b.WindowEnd
	return a == b
}

// compare compares what is known of every order.
func (r *run) compare(*rapid.T) {
	ctx := context.Background()
	for _, order := range orders {
		got, gotErr := r.subject.Ledger.Find(ctx, order)
		want, wantErr := r.model.Find(ctx, order)
		r.sameError("finding", gotErr, wantErr)
		r.sameReservation(got, want)
	}
	for _, most := range []int{1, 10} {
		got, gotErr := r.subject.Ledger.Unresolved(ctx, most)
		want, wantErr := r.model.Unresolved(ctx, most)
		r.sameError("listing what is unresolved", gotErr, wantErr)
		if len(got) != len(want) {
			r.Fatalf("unresolved are\n%+v, want\n%+v", got, want)
		}
		for i := 1; i < len(got); i++ {
			if got[i].Until.Before(got[i-1].Until) {
				r.Fatalf("unresolved are not by deadline: %+v", got)
			}
		}
		if most >= len(orders) {
			byOrder := func(a, b quota.Reservation) int { return slices.Compare(a.Order[:], b.Order[:]) }
			slices.SortFunc(got, byOrder) // two deadlines may be the same for one clock alone
			slices.SortFunc(want, byOrder)
			for i := range want {
				r.sameReservation(got[i], want[i])
			}
		}
	}
}

func (r *run) sameReservation(got, want quota.Reservation) {
	r.Helper()
	r.sameInstant("finding", got.Until, want.Until)
	got.Until = want.Until
	byKey := func(a, b quota.Take) int { return cmp.Compare(a.Key, b.Key) }
	slices.SortFunc(got.Takes, byKey)
	slices.SortFunc(want.Takes, byKey)
	if len(got.Takes) == 0 && len(want.Takes) == 0 {
		got.Takes, want.Takes = nil, nil
	}
	if !reflect.DeepEqual(got, want) {
		r.Fatalf("the reservation is\n%+v, want\n%+v", got, want)
	}
}

func (r *run) sameInstant(what string, got, want time.Time) {
	r.Helper()
	if d := got.Sub(want).Abs(); d > tolerance || got.IsZero() != want.IsZero() {
		r.Fatalf("%s: until %s, want %s", what, got, want)
	}
}

// sameError compares errors by what callers tell apart.
func (r *run) sameError(what string, got, want error) {
	r.Helper()
	var gotInvalid, wantInvalid *quota.InvalidError
	same := (got == nil) == (want == nil) && errors.As(got, &gotInvalid) == errors.As(want, &wantInvalid)
	for _, known := range []error{quota.ErrNotFound, quota.ErrRevision, quota.ErrBelowZero} {
		same = same && errors.Is(got, known) == errors.Is(want, known)
	}
	if !same {
		r.Fatalf("%s: %v, want %v", what, got, want)
	}
}
