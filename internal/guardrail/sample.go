// Package guardrail compares an edited strategy with the one in service on carts of recent
// orders, and refuses it if it moves too much money.
//
// It knows nothing of Caddy, HTTP or files. The only clock it is given measures how long a
// quote takes and how old a kept cart is; no amount depends on it.
package guardrail

import (
	"hash/maphash"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/promogate/caddy-discount/cart"
)

const (
	// size is how many carts a [Sample] keeps.
	size = 128

	// maxBytes is the largest cart that it keeps, in memory of its own.
	maxBytes = 16 << 10

	// mostOfClient is how many of the carts may be of one client.
	mostOfClient = 4

	// turnover is the least time in which all carts of a full sample are replaced:
	// what comes within seconds replaces a few.
	turnover = 5 * time.Minute

	// interval is the time in which one cart is replaced.
	interval = turnover / size

	// renewal is how long a client that has all its carts in the sample waits until
	// it replaces one of them.
	renewal = time.Minute

	// betweenSamples is the least time between two carts from one [Sampler].
	betweenSamples = 10 * time.Millisecond
)

// A Sample keeps carts of recent orders, in memory alone and without what names a
// person or an order: ids of customers, lines and shipping charges are dropped, and
// clients are kept as a hash with a key of the process.
//
// Until it is full it keeps what comes. Then one cart, chosen by chance among those
// of an interval, replaces the oldest one. A client has at most four carts in it, and
// replaces its own ones when it has them. So neither a burst of orders nor a client
// with many decides what the sample says.
//
// The zero value is an empty sample. All methods are safe for concurrent use, and
// [Sample.Offer] waits for no other.
type Sample struct {
	mu      sync.Mutex
	kept    []kept // the oldest first
	pending kept   // chosen of this interval so far; without a cart for none
	began   time.Time
	offered int // in this interval
}

// kept is a cart in a sample.
type kept struct {
	cart   *cart.Cart
	client uint64
	at     time.Time // since when it is in the sample
}

// seed makes the hashes of clients mean nothing to another process.
var seed = maphash.MakeSeed()

// Offer keeps a copy of a cart, or does not. client is the same text for orders of the same
// client. A cart that takes more than 16 KiB is not kept.
func (s *Sample) Offer(c *cart.Cart, client string, now time.Time) {
	if bytesOf(c) > maxBytes || !s.mu.TryLock() {
		return
	}
	defer s.mu.Unlock()
	from := maphash.String(seed, client)
	oldest, own := s.of(from)
	switch {
	case own >= mostOfClient:
		if now.Sub(s.kept[oldest].at) >= renewal {
			s.replace(oldest, kept{copied(c), from, now})
		}
	case len(s.kept) < size:
		s.kept = append(s.kept, kept{copied(c), from, now})
	default:
		s.choose(c, from, now)
	}
}

// of is the oldest cart of a client, and how many it has.
func (s *Sample) of(client uint64) (oldest, own int) {
	for i := range s.kept {
		if s.kept[i].client != client {
			continue
		}
		if own == 0 {
			oldest = i
		}
		own++
	}
	return oldest, own
}

// choose keeps the cart that was chosen in an interval that is over, and lets another
// one compete with those of this interval: each has the same chance.
func (s *Sample) choose(c *cart.Cart, client uint64, now time.Time) {
	if now.Sub(s.began) >= interval {
		if _, own := s.of(s.pending.client); s.pending.cart != nil && own < mostOfClient {
			s.replace(0, kept{s.pending.cart, s.pending.client, now})
		}
		s.pending, s.began, s.offered = kept{}, now, 0
	}
	s.offered++
	if rand.IntN(s.offered) == 0 {
		s.pending = kept{copied(c), client, now}
	}
}

func (s *Sample) replace(i int, by kept) {
	s.kept = append(slices.Delete(s.kept, i, i+1), by)
}

// Carts are the carts kept, the oldest first, and of how many clients they are. They
// must not be modified.
func (s *Sample) Carts() (carts []*cart.Cart, clients int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	from := make(map[uint64]bool)
	for _, k := range s.kept {
		carts = append(carts, k.cart)
		from[k.client] = true
	}
	return carts, len(from)
}

// The memory of the parts of a cart, without their texts.
var (
	cartSize      = sizeOf[cart.Cart]()
	lineSize      = sizeOf[cart.Line]()
	attributeSize = sizeOf[cart.Attribute]()
	chargeSize    = sizeOf[cart.Charge]()
	textSize      = sizeOf[string]()
)

func sizeOf[T any]() int { return int(reflect.TypeFor[T]().Size()) }

// bytesOf is how much memory a copy of a cart takes.
func bytesOf(c *cart.Cart) int {
	n := cartSize + textBytes(c.Currency, c.Customer.Tier, c.Channel, c.Region) +
		listBytes(c.Customer.Segments) + listBytes(c.Coupons) + len(c.Lines)*lineSize + len(c.Shipping)*chargeSize
	for i := range c.Lines {
		l := &c.Lines[i]
		n += textBytes(l.SKU, l.Category, l.Subgroup) + listBytes(l.MoreCategories) + len(l.Attributes)*attributeSize
		for j := range l.Attributes {
			n += textBytes(l.Attributes[j].Name, l.Attributes[j].Text)
		}
	}
	for i := range c.Shipping {
		n += textBytes(c.Shipping[i].Method)
	}
	return n
}

// textBytes is the memory of texts: Go gives each a multiple of 16 bytes at most.
func textBytes(texts ...string) int {
	n := 0
	for _, t := range texts {
		n += (len(t) + 15) &^ 15
	}
	return n
}

func listBytes(texts []string) int { return len(texts)*textSize + textBytes(texts...) }

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

// A Sampler spreads the carts of a sample over time, so that what a request costs
// does not grow with how many there are. It belongs to one goroutine at a time;
// the zero value lets the first cart through.
type Sampler struct{ next time.Time }

// Due reports whether it is time for another cart.
func (p *Sampler) Due(now time.Time) bool {
	if now.Before(p.next) {
		return false
	}
	p.next = now.Add(betweenSamples)
	return true
}
