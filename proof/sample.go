// Package proof compares a strategy that is to go live with the one that is, on
// the carts that were seen last, and refuses it if it moves too much money.
//
// It knows nothing of Caddy, HTTP or files. The only clock it is given is the
// one that measures how long a quote takes; no amount depends on it.
package proof

import (
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"github.com/promogate/caddy-discount/cart"
)

const (
	// size is how many carts a [Sample] keeps.
	size = 128

	// maxLines is the longest cart it keeps, which bounds its memory to a few
	// megabytes.
	maxLines = 50

	// apart is the least time between two carts from one [Pace].
	apart = 10 * time.Millisecond
)

// A Sample keeps the last carts that were priced, in memory alone and without
// what names a person or an order: ids of customers, lines and shipping charges
// are dropped. The zero value is an empty sample. All methods are safe for
// concurrent use, and none waits for another.
type Sample struct {
	slots [size]atomic.Pointer[cart.Cart]
	next  atomic.Uint64
}

// Add keeps a copy of a cart in place of the oldest one.
func (s *Sample) Add(c *cart.Cart) {
	if len(c.Lines) > maxLines {
		return
	}
	s.slots[(s.next.Add(1)-1)%size].Store(copied(c))
}

// Carts are the carts kept. They must not be modified.
func (s *Sample) Carts() []*cart.Cart {
	var carts []*cart.Cart
	for i := range s.slots {
		if c := s.slots[i].Load(); c != nil {
			carts = append(carts, c)
		}
	}
	return carts
}

// copied is a cart with memory of its own.
func copied(c *cart.Cart) *cart.Cart {
	n := &cart.Cart{
		Currency: strings.Clone(c.Currency),
		Lines:    slices.Clone(c.Lines),
		Sums:     c.Sums,
		Customer: cart.Customer{
			Tier:            strings.Clone(c.Customer.Tier),
			Segments:        texts(c.Customer.Segments),
			CompletedOrders: c.Customer.CompletedOrders,
		},
		Coupons:  texts(c.Coupons),
		Channel:  strings.Clone(c.Channel),
		Region:   strings.Clone(c.Region),
		Shipping: slices.Clone(c.Shipping),
	}
	for i := range n.Lines {
		l := &n.Lines[i]
		l.ID = ""
		l.SKU, l.Category, l.Subgroup = strings.Clone(l.SKU), strings.Clone(l.Category), strings.Clone(l.Subgroup)
		if len(l.MoreCategories) > 0 {
			l.MoreCategories = texts(l.MoreCategories)
		}
		l.Attributes = slices.Clone(l.Attributes)
		for j := range l.Attributes {
			a := &l.Attributes[j]
			a.Name, a.Text = strings.Clone(a.Name), strings.Clone(a.Text)
		}
	}
	for i := range n.Shipping {
		n.Shipping[i].ID, n.Shipping[i].Method = "", strings.Clone(n.Shipping[i].Method)
	}
	return n
}

func texts(list []string) []string {
	own := make([]string, len(list))
	for i, s := range list {
		own[i] = strings.Clone(s)
	}
	return own
}

// A Pace spreads the carts of a sample over time, so that what a request costs
// does not grow with how many there are. It belongs to one goroutine at a time;
// the zero value lets the first cart through.
type Pace struct{ next time.Time }

// Due reports whether it is time for another cart.
func (p *Pace) Due(now time.Time) bool {
	if now.Before(p.next) {
		return false
	}
	p.next = now.Add(apart)
	return true
}
