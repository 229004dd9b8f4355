package reservations

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/strategy"
)

// mostRounds is how often an order is priced within what the ledger grants. Then it is priced without
// any rule that is counted.
const mostRounds = 8

// errNoLedger is the error of a Reserver without a ledger.
var errNoLedger = errors.New("there is no ledger")

// Reserver reserves what the orders of one strategy count. All methods are safe for concurrent use. The
// zero value has no ledger: every order is priced as if it could not be reached.
type Reserver struct {
	ledger  atomic.Pointer[Ledger]
	view    atomic.Pointer[view]
	opening <-chan struct{} // closed once opening the ledger was tried; nil for no ledger
}

// waitForOpening is how long an order waits for a ledger that is being opened: after a start, or after
// the edit that brings the first quota.
const waitForOpening = 2 * time.Second

// NewReserver returns a Reserver whose first orders wait until opening is closed, for a ledger that is
// going to be opened.
func NewReserver(opening <-chan struct{}) *Reserver { return &Reserver{opening: opening} }

// counting is the ledger that orders are counted in; nil if there is none or it cannot be opened.
func (r *Reserver) counting(ctx context.Context) *Ledger {
	l := r.ledger.Load()
	if l != nil || r.opening == nil {
		return l
	}
	patience := time.NewTimer(waitForOpening)
	defer patience.Stop()
	select {
	case <-r.opening:
	case <-ctx.Done():
	case <-patience.C:
	}
	return r.ledger.Load()
}

// Use counts orders in a ledger from now on.
func (r *Reserver) Use(l *Ledger) { r.ledger.Store(l) }

// of is the strategy as the ledger counts it. It is made once for a strategy.
func (r *Reserver) of(s *strategy.Strategy) *view {
	v := r.view.Load()
	if v == nil || v.strategy != s {
		v = newView(s)
		r.view.Store(v)
	}
	return v
}

// Begin restricts a prepared quote to what is not known to be used up. It asks no ledger. The strategy
// has quotas.
func (r *Reserver) Begin(o *Order, w *Workspace, p Pricing) {
	w.within.Reset()
	v := r.of(p.Strategy)
	if o.Identified && v.named {
		w.within.SetCustomer(o.Customer != "")
	}
	w.within.SetCodeKeys(p.CodeKeys)
	if all := v.marks.all(); len(all) > 0 && !o.mayJoin(p.Cart) {
		at := p.At.UnixNano()
		for _, k := range all {
			if at < k.until {
				w.within.SetLeft(k.quota, 0)
			}
		}
	}
	p.Strategy.Restrict(p.Quote, &w.within)
}

// Finish takes what a completed quote counts, after [Reserver.Begin]. The cart is priced again without
// what is denied, so that the quote is within what was granted. Nothing is granted, and the result is
// nil, if nothing is counted or the order takes nothing. The error is [strategy.ErrTooManySteps].
func (r *Reserver) Finish(ctx context.Context, o *Order, w *Workspace, p Pricing) (*Granted, error) {
	for range mostRounds {
		if w.demands = p.Strategy.Demands(w.demands[:0], p.Quote); len(w.demands) == 0 {
			return nil, nil
		}
		granted, denied, err := r.ask(ctx, o, w, p)
		switch {
		case err != nil:
			w.countOutage(o, p)
			return r.without(o, w, p, granted)
		case !denied:
			return granted, nil
		}
		if err := p.again(&w.within); err != nil {
			return nil, err
		}
	}
	all := p.Strategy.Quotas()
	for i := range all {
		w.deny(&all[i])
	}
	return nil, w.againWithoutCodes(p)
}

// ask asks the ledger for what is demanded. If it is denied, the restriction says what is left. After
// an error, what is returned may have been granted.
func (r *Reserver) ask(ctx context.Context, o *Order, w *Workspace, p Pricing) (g *Granted, denied bool, err error) {
	v := r.of(p.Strategy)
	for _, d := range w.demands {
		if p.isShared(d) && !o.mayJoin(p.Cart) && !v.marks.mayAsk(d.Quota, p.At) {
			w.within.SetLeft(d.Quota, 0)
			denied = true
		}
	}
	if denied {
		return nil, true, nil
	}
	l := r.counting(ctx)
	if l == nil {
		return nil, false, errNoLedger
	}
	w.take(v, l.Digester, o.customer(p.Cart))
	ctx, cancel := l.outgoing(ctx)
	defer cancel()
	var denials []quota.Denial
	if o.takes(p.Cart) {
		g, denials, err = l.reserve(ctx, o, w, p)
	} else {
		denials, err = l.look(ctx, w)
	}
	if err != nil {
		var notAsked *quota.NotAskedError
		if g != nil && !g.isAgain(o.Before) {
			g.notAsked = errors.As(err, &notAsked)
		}
		return g, false, err
	}
	w.note(o, v, denials, p)
	return g, len(denials) > 0, nil // what is denied has granted nothing
}

// take makes takes of the demands.
func (w *Workspace) take(v *view, by *quota.Digester, customer string) {
	w.takes = w.takes[:0]
	digest := by.Customer(customer)
	for _, d := range w.demands {
		if d.Quota == strategy.CodeDemand {
			w.takes = append(w.takes, takeOfCode(d, by))
		} else {
			w.takes = append(w.takes, v.take(d, digest))
		}
	}
}

// note restricts the next quote to what the ledger says is left, and marks what is used up for all.
func (w *Workspace) note(o *Order, v *view, denials []quota.Denial, p Pricing) {
	for _, denial := range denials {
		d := w.demands[denial.Take]
		if d.Quota == strategy.CodeDemand {
			w.within.DenyCode(d.Code)
			continue
		}
		w.within.SetLeft(d.Quota, denial.Left)
		if !denial.UsedUp || !p.isShared(d) {
			continue
		}
		until := p.At.Add(markFor)
		if end := d.Window.End; !end.IsZero() && end.Before(until) {
			until = end
		}
		v.marks.set(d.Quota, until)
		p.Counters.UsedUp(d.Quota)
	}
	if len(denials) > 0 || o.mayJoin(p.Cart) {
		return // what an order held before says nothing of others
	}
	for _, d := range w.demands {
		v.marks.clear(d.Quota)
	}
}

// reserve asks for the takes.
func (l *Ledger) reserve(ctx context.Context, o *Order, w *Workspace, p Pricing) (*Granted, []quota.Denial, error) {
	g := l.newGranted(o, w, p)
	grant, denials, err := l.Ledger.Reserve(ctx, quota.Request{Order: g.Order, Attempt: g.attempt, Takes: g.takes, Terms: l.Terms})
	if len(denials) == 0 { // it is granted, or may be
		g.await()
	}
	if err == nil {
		g.Until = grant.Until
		w.countResult(p, denials, grant.Joined)
	}
	return g, denials, err
}

// newGranted is what the order would be granted.
func (l *Ledger) newGranted(o *Order, w *Workspace, p Pricing) *Granted {
	g := &Granted{Order: o.id(l.Digester, p.Cart, p.At), takes: slices.Clone(w.takes), ledger: l, counters: p.Counters, Until: p.At.Add(l.Terms.Hold)}
	if b := o.Before; b != nil && !b.settled && b.ledger == l && b.Order == g.Order {
		g.attempt = b.attempt // which replaces what it took
		return g
	}
	g.attempt = quota.NewID()
	return g
}

// isAgain reports whether it is the attempt of an earlier pricing.
func (g *Granted) isAgain(before *Granted) bool { return before != nil && g.attempt == before.attempt }

// look reads what is left for the takes.
func (l *Ledger) look(ctx context.Context, w *Workspace) ([]quota.Denial, error) {
	w.keys = w.keys[:0]
	for i := range w.takes {
		w.keys = append(w.keys, w.takes[i].Key)
	}
	counts, err := l.Ledger.Read(ctx, w.keys)
	if err != nil {
		return nil, err
	}
	var denials []quota.Denial
	for i := range w.takes {
		if left := counts[i].Left(w.takes[i].Limit); left < w.takes[i].Amount {
			denials = append(denials, quota.Denial{Take: i, Left: left, UsedUp: left == 0})
		}
	}
	return denials, nil
}

// without prices an order without the ledger: what may not apply uncounted is denied, and the rest is
// counted when the ledger is back. asked may have been granted; nil for nothing.
func (r *Reserver) without(o *Order, w *Workspace, p Pricing, asked *Granted) (*Granted, error) {
	all := p.Strategy.Quotas()
	for i := range all {
		if all[i].OnOutage == strategy.OutageSkip {
			w.deny(&all[i])
		}
	}
	if err := w.againWithoutCodes(p); err != nil {
		asked.Settle(quota.Release, 0)
		return nil, err
	}
	if asked == nil || len(w.demands) == 0 {
		asked.Settle(quota.Release, 0)
		return nil, nil
	}
	l := asked.ledger
	asked.notAsked = false // it is told what the order takes
	w.take(r.of(p.Strategy), l.Digester, o.customer(p.Cart))
	asked.takes = slices.Clone(w.takes)
	l.settler.add(entry{reserve: quota.Request{
		Order: asked.Order, Attempt: asked.attempt, Takes: asked.takes, Terms: l.Terms, Unlimited: true, Call: quota.NewID(),
	}})
	return asked, nil
}

// deny denies the rules of a quota.
func (w *Workspace) deny(q *strategy.Quota) {
	for _, rule := range q.Rules {
		w.within.Deny(rule)
	}
}

// againWithoutCodes prices the cart without any code of a set: which of them are used up is not known.
// A cart has a few codes of sets at most, and each pricing denies one or more.
func (w *Workspace) againWithoutCodes(p Pricing) error {
	for {
		if err := p.again(&w.within); err != nil {
			return err
		}
		w.demands = p.Strategy.Demands(w.demands[:0], p.Quote)
		denied := false
		for _, d := range w.demands {
			if d.Quota == strategy.CodeDemand {
				w.within.DenyCode(d.Code)
				denied = true
			}
		}
		if !denied {
			return nil
		}
	}
}
