package reservations

import (
	"context"
	"time"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/internal/telemetry"
	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/strategy"
)

// Order is what a gateway knows of one order before it is priced.
type Order struct {
	// Takes says that the order takes what it is granted. Otherwise it is priced by what is left.
	Takes bool

	// NeedsName says that only an order with a name takes something.
	NeedsName bool

	// Key is the name that the configuration gives it; "" for none.
	Key string

	// Customer is who the customer is, and Identified says that the cart does not count for that.
	Customer   string
	Identified bool

	// Own is the id of the request's order if it has no name. It is made when it is needed, and is
	// the same for all pricings of a request.
	Own *quota.ID

	// Before is what an earlier pricing of the request reserved; nil for nothing.
	Before *Granted
}

// customer is the id of the customer; "" for none.
func (o *Order) customer(c *cart.Cart) string {
	if o.Identified {
		return o.Customer
	}
	return c.Customer.ID
}

// takes reports whether the order takes what it is granted.
func (o *Order) takes(c *cart.Cart) bool {
	return o.Takes && (!o.NeedsName || o.isNamed(c))
}

// isNamed reports whether another request may be the same order.
func (o *Order) isNamed(c *cart.Cart) bool { return o.Key != "" || c.OrderID != "" }

// mayJoin reports whether the order may already hold what it asks for, by an earlier request. Then
// it asks the ledger even if nothing is left for others.
func (o *Order) mayJoin(c *cart.Cart) bool { return o.Takes && o.isNamed(c) }

// id is which order it is.
func (o *Order) id(d *quota.Digester, c *cart.Cart, at time.Time) quota.ID {
	if o.isNamed(c) {
		name := quota.OrderName{Key: o.Key, Customer: o.customer(c), CartOrder: c.OrderID, Cart: digestOf(c)}
		if id, named := d.Order(name); named {
			return id
		}
	}
	if o.Own.IsZero() {
		*o.Own = quota.NewOrderID(at)
	}
	return *o.Own
}

// Pricing is a cart that is priced at an instant. The quote is prepared.
type Pricing struct {
	Strategy *strategy.Strategy
	Quote    *strategy.Quote
	Cart     *cart.Cart
	At       time.Time
	Counters *telemetry.QuotaCounters // nil counts nothing
	CodeKeys *strategy.CodeKeys       // of codes that carry a signature; nil for none
}

// isShared reports whether a demand is of a count that all customers share.
func (p *Pricing) isShared(d strategy.Demand) bool {
	return d.Quota != strategy.CodeDemand && !p.Strategy.Quotas()[d.Quota].PerCustomer
}

// again prices the cart within a restriction.
func (p *Pricing) again(r *strategy.Restriction) error {
	if _, err := p.Strategy.Prepare(p.Quote, p.Cart, p.At); err != nil {
		return err
	}
	p.Strategy.Restrict(p.Quote, r)
	return p.Strategy.Complete(p.Quote)
}

// Workspace is the memory of one order. It is used again.
type Workspace struct {
	within  strategy.Restriction
	demands []strategy.Demand
	takes   []quota.Take
	keys    []quota.Key
}

// Granted is what an order holds of a ledger until its outcome is known. It is of one request, and its
// methods are not for several goroutines at once. The methods of nil do nothing.
type Granted struct {
	Order quota.ID
	Until time.Time

	attempt  quota.ID
	takes    []quota.Take
	ledger   *Ledger
	counters *telemetry.QuotaCounters
	settled  bool
	notAsked bool // the ledger was not asked, so that there is nothing to release
	awaited  bool // by the end of its ledger
}

// Settle says what became of the order; held is for the outcome Hold. What is said first counts.
func (g *Granted) Settle(o quota.Outcome, held time.Duration) {
	if g == nil || g.settled {
		return
	}
	defer g.end() // once it is queued: the ledger may end then
	g.settled = true
	if g.notAsked {
		return
	}
	s := quota.Settlement{Order: g.Order, Attempt: g.attempt, Outcome: o, For: held, Call: quota.NewID()}
	if o == quota.Commit || o == quota.Hold {
		s.Takes, s.Terms = g.takes, g.ledger.Terms
	}
	g.counters.Settled(o, g.takes)
	g.ledger.settler.add(entry{settle: s})
}

// Supersede releases what an earlier pricing of a request reserved, unless the later one has taken it
// over.
func (g *Granted) Supersede(by *Granted) {
	if g == nil || g == by {
		return
	}
	if by != nil && by.attempt == g.attempt && by.Order == g.Order {
		g.end()
		return
	}
	g.Settle(quota.Release, 0)
}

// await has the end of the ledger wait for what becomes of the order.
func (g *Granted) await() {
	g.awaited = true
	g.ledger.open.Add(1)
}

// end says that nothing more will be said of it: the ledger need not wait for that.
func (g *Granted) end() {
	g.settled = true
	if g.awaited {
		g.awaited = false
		g.ledger.open.Add(-1)
	}
}

// outgoing is the context of one reservation. A client that hangs up does not end it: whether it was
// carried out would not be known.
func (l *Ledger) outgoing(ctx context.Context) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), l.Timeout)
}
