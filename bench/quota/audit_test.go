//go:build unix

package quota_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/promogate/caddy-discount/quota"
)

// audit holds the list of the order service against the ledger, after the order service has told it what
// it did not know. finished says that there was demand for everything.
func (r *rig) audit(finished bool) {
	r.t.Helper()
	ledger, end := r.ledgers.open(r.gateways[0])
	defer end()
	a := &audit{rig: r, ledger: ledger, finished: finished, live: make(amounts)}
	a.tell()
	a.wait()
	a.records()
	a.counts()
	a.list()
	for i, fault := range a.faults {
		if i == 20 {
			r.t.Errorf("and %d more", len(a.faults)-i)
			break
		}
		r.t.Error(fault)
	}
}

// audit is one audit.
type audit struct {
	*rig
	ledger   quota.Ledger
	finished bool

	mutex  sync.Mutex
	live   amounts // of the reservations that are committed
	faults []error
}

func (a *audit) wrong(format string, arguments ...any) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	a.faults = append(a.faults, fmt.Errorf(format, arguments...))
}

// each does something for each order on the list.
func (a *audit) each(do func(context.Context, *order) error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	all := make(chan *order)
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			for o := range all {
				if err := do(ctx, o); err != nil {
					a.wrong("order %d: %w", o.number, err)
				}
			}
		})
	}
	for _, o := range a.orders.list {
		all <- o
	}
	close(all)
	wg.Wait()
}

// tell says what became of each reservation that the order service has seen and that is not settled: it
// looks up what it has and says so.
func (a *audit) tell() {
	a.each(func(ctx context.Context, o *order) error {
		for _, id := range o.reservations {
			found, err := a.ledger.Find(ctx, id)
			if err != nil && !errors.Is(err, quota.ErrNotFound) {
				return err
			}
			mine := o.accepted && id == o.reservation
			switch {
			case mine && found.State != quota.Committed:
				err = a.say(ctx, a.ledger, id, quota.Commit)
			case o.returned && id == o.reservation && (found.State == quota.Held || found.State == quota.Committed):
				err = a.say(ctx, a.ledger, id, quota.Commit, quota.Return)
			case !mine && found.State == quota.Held:
				err = a.say(ctx, a.ledger, id, quota.Release)
			default:
				err = nil
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// metricName is the name that metrics have for a count.
func metricName(k quota.Key) string {
	c, _ := k.Counter()
	name := c.Name + "." + string(c.Kind)
	if c.Customer != (quota.Digest{}) {
		name += "_per_customer"
	}
	return name
}

// mayForget reports whether the server may have forgotten an order.
func (a *audit) mayForget(o *order) bool {
	for k := range o.taken {
		if a.saleOf(k) <= a.forgotten {
			return true
		}
	}
	return false
}

// wait waits until nothing is held: what the order service never saw lapses, or is given back by hand
// where it is kept.
func (a *audit) wait() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	for {
		all, err := a.ledger.Unresolved(ctx, 10_000)
		if a.ledgers.keep && err == nil {
			err = a.release(ctx, all)
		}
		err = errors.Join(err, a.ledger.Sweep(ctx))
		held, readErr := a.held(ctx)
		if err = errors.Join(err, readErr); err != nil {
			a.wrong("waiting until nothing is held: %w", err)
			return
		}
		if held == 0 {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// release gives back what is kept.
func (a *audit) release(ctx context.Context, all []quota.Reservation) error {
	for part := range slices.Chunk(all, 256) {
		settlements := make([]quota.Settlement, len(part))
		for i, r := range part {
			settlements[i] = quota.Settlement{Order: r.Order, Outcome: quota.Release}
		}
		if _, err := a.ledger.Settle(ctx, settlements); err != nil {
			return err
		}
	}
	return nil
}

// held is what the counts that all share hold.
func (a *audit) held(ctx context.Context) (sum int64, err error) {
	for part := range slices.Chunk(a.shared(), 256) {
		counts, err := a.ledger.Read(ctx, part)
		if err != nil {
			return 0, err
		}
		for _, c := range counts {
			sum += c.Held
		}
	}
	return sum, nil
}

func (a *audit) shared() (all []quota.Key) {
	for _, s := range a.sales {
		all = append(all, s.shared()...)
	}
	return all
}

// records adds up what the reservations are that are committed, and holds each order that was accepted
// against its reservation.
func (a *audit) records() {
	a.each(func(ctx context.Context, o *order) error {
		for _, id := range o.reservations {
			r, err := a.ledger.Find(ctx, id)
			if err != nil && !errors.Is(err, quota.ErrNotFound) {
				return err
			}
			if r.State == quota.Committed {
				a.add(r)
			}
			if id == o.reservation && o.accepted {
				a.same(o, r)
			}
		}
		return nil
	})
}

func (a *audit) add(r quota.Reservation) {
	a.mutex.Lock()
	defer a.mutex.Unlock()
	for _, t := range r.Takes {
		a.live[t.Key] += t.Amount
	}
}

// same holds the discount of an order against what was reserved for it: the same, or more if the order
// has a key, since each count keeps the most that any of its requests took.
func (a *audit) same(o *order, r quota.Reservation) {
	if a.mayForget(o) {
		return
	}
	if r.State != quota.Committed {
		a.wrong("order %d was accepted and its reservation is %s", o.number, r.State)
		return
	}
	reserved := make(amounts)
	for _, t := range r.Takes {
		reserved[t.Key] = t.Amount
	}
	for k, n := range o.taken {
		if reserved[k] < n {
			a.wrong("order %d has %d of %s and %d reserved", o.number, n, k, reserved[k])
		}
	}
	for k, n := range reserved {
		if o.taken[k] != n && !o.keyed {
			a.wrong("order %d, which has no key, has %d of %s and %d reserved", o.number, o.taken[k], k, n)
		}
	}
}

// counts holds every count against the reservations: what was taken and not given back is what they have.
func (a *audit) counts() {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	keys := a.shared()
	for k := range a.live {
		if c, _ := k.Counter(); c.Customer != (quota.Digest{}) || c.Kind == quota.Code {
			keys = append(keys, k)
		}
	}
	for part := range slices.Chunk(keys, 256) {
		counts, err := a.ledger.Read(ctx, part)
		if err != nil {
			a.wrong("%w", err)
			return
		}
		for i, k := range part {
			a.count(k, counts[i])
		}
	}
}

func (a *audit) count(k quota.Key, c quota.Count) {
	if c.Held != 0 || c.Committed != a.live[k] {
		a.wrong("%s: the count has %d held and %d committed, and the reservations 0 and %d", k, c.Held, c.Committed, a.live[k])
	}
	limit, err := a.sales.of(k)
	if err != nil {
		a.wrong("%w", err)
	}
	if n := a.saleOf(k); a.finished && n > a.forgotten && n <= a.begun() && isShared(k) && c.Committed < limit {
		a.wrong("%s: %d of %d are committed, and there was demand", k, c.Committed, limit)
	}
	if a.ledgers.exact && c.Committed > limit {
		a.wrong("%s: %d of %d are committed", k, c.Committed, limit)
	}
}

func isShared(k quota.Key) bool {
	c, _ := k.Counter()
	return c.Customer == quota.Digest{}
}

// saleOf is the sale of a count.
func (a *audit) saleOf(k quota.Key) int {
	if n, is := a.cards[k]; is {
		return n
	}
	c, _ := k.Counter()
	var n int
	for i := range c.Name {
		if c.Name[i] == '-' {
			_, _ = fmt.Sscan(c.Name[i+1:], &n)
		}
	}
	return n
}

// list holds what was accepted against the limits.
func (a *audit) list() {
	live, most := a.orders.counted()
	beyond, stories := make(map[string]int64), make(map[string]string) // by series
	for k, n := range live {
		limit, err := a.sales.of(k)
		if err != nil {
			a.wrong("%w", err)
		}
		if a.ledgers.exact && most[k] > limit {
			a.wrong("%s: %d were accepted at one time, of %d", k, most[k], limit)
		}
		if n > limit {
			series := a.series(metricName(k))
			beyond[series] += n - limit
			stories[series] += fmt.Sprintf("\n%s: %d were accepted of %d%s", k, n, limit, a.orders.stories(k))
		}
	}
	shown := make(map[string]int64)
	for name, by := range a.shown {
		shown[a.series(name)] += by
	}
	for series, by := range beyond {
		if by > shown[series] {
			a.wrong("%s: %d were accepted beyond the limit, and %d shown as over%s", series, by, shown[series], stories[series])
		}
	}
}

// series is the name of the series that a count has in the metrics of gateways: beyond 200 all have one.
func (r *rig) series(name string) string {
	if r.named[name] {
		return name
	}
	return "_other"
}

// report says what was done and what came out.
func (r *rig) report(selling, all time.Duration) {
	live, most := r.orders.counted()
	var beyond, ever, shown int64
	for k, n := range live {
		if limit, err := r.sales.of(k); err == nil && isShared(k) {
			beyond += max(0, n-limit)
			ever += max(0, most[k]-limit)
		}
	}
	for _, n := range r.shown {
		shown += n
	}
	c := r.customers
	r.t.Logf(`%s: in %v, of which %v selling
%d orders of %d sales in %d requests: %d hung up, %d retries, %d never answered
answers:%s
faults:%s
answers lost of accepted orders: %d
accepted beyond a limit: %d, at any time %d; shown as over: %d`,
		r.ledgers.name, all.Round(time.Second), selling.Round(time.Second),
		min(c.next.Load(), int64(c.orders)), r.begun()+1, c.requests.Load(), c.hungUp.Load(), c.retries.Load(), c.noOrder.Load(),
		r.orders, r.chaos, r.orders.lost, beyond, ever, shown)
	for _, fault := range slices.Concat(r.orders.faults, c.faults) {
		r.t.Error(fault)
	}
	if beyond > int64(r.orders.lost) {
		r.t.Errorf("%d were accepted beyond a limit, and %d answers were lost", beyond, r.orders.lost)
	}
}
