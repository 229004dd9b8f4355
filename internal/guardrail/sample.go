// Package guardrail compares an edited strategy with the one in service on carts of recent
// orders, and refuses it if it moves too much money.
//
// It does not depend on Caddy, HTTP or files. Clocks measure only how long a quote takes and
// how old a cart in the sample is; no amount depends on them.
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

	// maxBytes is the largest cart that it keeps, in bytes of memory.
	maxBytes = 16 << 10

	// mostOfClient is how many of the carts may be of one client.
	mostOfClient = 4

	// turnover is the least time in which all carts of a full sample are replaced. Orders
	// within a few seconds replace only a few carts.
	turnover = 5 * time.Minute

	// interval is the time in which one cart is replaced.
	interval = turnover / size

	// renewal is how long a client with mostOfClient carts in the sample waits before it
	// replaces one of them.
	renewal = time.Minute

	// betweenSamples is the least time between two carts from one [Sampler].
	betweenSamples = 10 * time.Millisecond
)

// A Sample keeps carts of recent orders, only in memory and without data that identifies a
// person or an order. It drops the ids of customers, lines and shipping charges. It keeps a
// client as a hash with a key of this process.
//
// Until it is full it keeps every cart. After that, one random cart of each interval replaces
// the oldest one. A client has at most four carts in it; further carts of that client replace
// its own ones. So neither a burst of orders nor a client with many orders dominates the
// sample.
//
// The zero value is an empty sample. All methods are safe for concurrent use, and
// [Sample.Offer] never waits for another call.
type Sample struct {
	mu      sync.Mutex
	kept    []kept // the oldest first
	pending kept   // the random cart of this interval so far; its cart is nil if there is none
	began   time.Time
	offered int // number of carts offered in this interval
}

// kept is a cart in a sample.
type kept struct {
	cart   *cart.Cart
	client uint64
	at     time.Time // since when it is in the sample
}

// seed makes the hashes of clients useless to other processes.
var seed = maphash.MakeSeed()

// Offer may keep a copy of a cart. client is the same text for all orders of one client. A cart
// that takes more than 16 KiB is not kept.
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

// of returns the index of the oldest cart of a client, and how many carts it has.
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

// choose adds the chosen cart of an interval that is over. Then it offers c for the present
// interval, in which each cart has the same chance.
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

// Carts returns the carts in the sample, oldest first, and how many clients they come from. The
// carts must not be modified.
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

// The memory of the parts of a cart in bytes, without their texts.
var (
	cartSize      = sizeOf[cart.Cart]()
	lineSize      = sizeOf[cart.Line]()
	attributeSize = sizeOf[cart.Attribute]()
	chargeSize    = sizeOf[cart.Charge]()
	textSize      = sizeOf[string]()
)

func sizeOf[T any]() int { return int(reflect.TypeFor[T]().Size()) }

// bytesOf is about how many bytes of memory a copy of a cart takes.
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

// textBytes is about the memory of texts in bytes. Go rounds the size of a short text up to at
// most the next multiple of 16, and that of a text of more than 256 bytes further.
func textBytes(texts ...string) int {
	n := 0
	for _, t := range texts {
		n += (len(t) + 15) &^ 15
	}
	return n
}

func listBytes(texts []string) int { return len(texts)*textSize + textBytes(texts...) }

// copied returns a copy of a cart that shares no memory with it.
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

// A Sampler spreads the carts of a sample over time, so that the cost of sampling does not grow
// with the number of requests. It belongs to one goroutine at a time. The zero value lets the
// first cart through.
type Sampler struct{ next time.Time }

// Due reports whether it is time for another cart.
func (p *Sampler) Due(now time.Time) bool {
	if now.Before(p.next) {
		return false
	}
	p.next = now.Add(betweenSamples)
	return true
}
