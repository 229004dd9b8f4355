package reservations

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/internal/telemetry"
	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/strategy"
)

// noon is when carts are priced.
var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// errDown is the error of a ledger that is switched off.
var errDown = errors.New("the ledger is down")

// counting is a ledger in memory that counts calls and can be switched off.
type counting struct {
	*quota.Memory
	down            atomic.Bool
	unheard         atomic.Bool // reservations are not sent
	reserves, reads atomic.Int64
	settlements     atomic.Int64
}

func (c *counting) Reserve(ctx context.Context, q quota.Request) (quota.Grant, []quota.Denial, error) {
	c.reserves.Add(1)
	if c.unheard.Load() {
		return quota.Grant{}, nil, &quota.NotAskedError{Err: errDown}
	}
	if c.down.Load() {
		return quota.Grant{}, nil, errDown
	}
	return c.Memory.Reserve(ctx, q)
}

func (c *counting) Settle(ctx context.Context, all []quota.Settlement) ([]quota.Settled, error) {
	if c.down.Load() {
		return nil, errDown
	}
	c.settlements.Add(int64(len(all)))
	return c.Memory.Settle(ctx, all)
}

func (c *counting) Read(ctx context.Context, keys []quota.Key) ([]quota.Count, error) {
	c.reads.Add(1)
	if c.down.Load() {
		return nil, errDown
	}
	return c.Memory.Read(ctx, keys)
}

// shop prices carts within a ledger.
type shop struct {
	*testing.T
	ledger   *counting
	told     *Ledger
	reserver *Reserver
	strategy *strategy.Strategy
	counters *telemetry.QuotaCounters
	at       time.Time
	own      quota.ID // of the request
}

func newShop(t *testing.T, text string) *shop {
	t.Helper()
	s := &shop{T: t, reserver: new(Reserver), at: noon}
	s.ledger = &counting{Memory: quota.NewMemory(func() time.Time { return s.at })}
	d, err := quota.NewDigester([]byte(strings.Repeat("k", quota.LeastKey)))
	if err != nil {
		t.Fatal(err)
	}
	s.told = NewLedger(quota.Opened{Ledger: s.ledger, Digester: d, Timeout: time.Minute,
		Terms: quota.Terms{Hold: 10 * time.Minute, Remember: time.Hour}}, zap.NewNop)
	s.reserver.Use(s.told)
	t.Cleanup(func() { s.told.Close(0, 0) })
	s.strategy = loaded(t, text)
	return s
}

func loaded(t testing.TB, text string) *strategy.Strategy {
	t.Helper()
	s, err := strategy.Load("", strategy.Source{Name: "t.toml", Data: []byte("version = \"v\"\n" + text)})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// phones is a cart of so many at 10.00, of a customer.
func phones(units int64, customer string) *cart.Cart {
	return &cart.Cart{Customer: cart.Customer{ID: customer, CompletedOrders: -1},
		Lines: []cart.Line{{SKU: "phone", Quantity: units, UnitPrice: 1000, Subtotal: 1000 * units}}}
}

// order prices a cart, and returns what was granted and which rules applied, such as "flash 300".
func (s *shop) order(o Order, c *cart.Cart) (*Granted, string) {
	s.Helper()
	if o.Own == nil {
		s.own = quota.ID{}
		o.Own = &s.own
	}
	var q strategy.Quote
	var w Workspace
	p := Pricing{Strategy: s.strategy, Quote: &q, Cart: c, At: s.at, Counters: s.counters}
	if _, err := s.strategy.Prepare(&q, c, s.at); err != nil {
		s.Fatal(err)
	}
	s.reserver.Begin(&o, &w, p)
	if err := s.strategy.Complete(&q); err != nil {
		s.Fatal(err)
	}
	g, err := s.reserver.Finish(context.Background(), &o, &w, p)
	if err != nil {
		s.Fatal(err)
	}
	var applied []string
	for _, a := range q.Applied {
		applied = append(applied, fmt.Sprintf("%s %d", s.strategy.Rules()[a.Rule], a.Amount))
	}
	return g, strings.Join(applied, ", ")
}

// settle says what became of an order, and waits until the ledger knows.
func (s *shop) settle(g *Granted, o quota.Outcome) {
	s.Helper()
	g.Settle(o, time.Hour)
	s.told.Close(0, time.Minute)
	s.told.settler = newSettler(s.ledger, false, zap.NewNop)
}

// wantCount compares a count of the first quota.
func (s *shop) wantCount(held, committed int64) {
	s.Helper()
	v := s.reserver.of(s.strategy)
	key := v.key(0, s.strategy.WindowOf(0, s.at), quota.Digest{})
	counts, err := s.ledger.Memory.Read(context.Background(), []quota.Key{key})
	if err != nil || counts[0].Held != held || counts[0].Committed != committed {
		s.Errorf("%s is %+v, %v, want %d held and %d committed", key, counts[0], err, held, committed)
	}
}

const flash = "[rule.flash]\nunit_price = 9.00\nquota = { units = 5 }\n"

func TestOrders(t *testing.T) {
	t.Parallel()
	const (
		partial  = "[rule.flash]\nunit_price = 9.00\nquota = { units = 5, partial = true }\n"
		customer = "[rule.welcome]\ndiscount_amount = 1\nquota = { uses_per_customer = 1 }\n"
		fallback = flash + "[rule.plain]\npriority = -1\ndiscount_amount = 1\n"
		budgets  = "[quota.all]\nbudget = 5.00\n[rule.a]\ndiscount_amount = 3\nquotas = [\"all\"]\n[rule.b]\ndiscount_amount = 3\nquotas = [\"all\"]\n"
		daily    = "timezone = \"Asia/Shanghai\"\n[rule.flash]\nunit_price = 9.00\nquota = { units = 3, per = \"day\" }\n"
	)
	takes := Order{Takes: true}
	for name, test := range map[string]struct {
		strategy string
		do       func(s *shop)
	}{
		"what is granted is taken": {strategy: flash, do: func(s *shop) {
			g, applied := s.order(takes, phones(3, ""))
			if g == nil || applied != "flash 300" || !g.Until.Equal(noon.Add(10*time.Minute)) {
				s.Errorf("granted %+v, applied %s", g, applied)
			}
			s.wantCount(3, 0)
			s.settle(g, quota.Commit)
			s.wantCount(0, 3)
			s.settle(g, quota.Release) // what is said first counts
			s.wantCount(0, 3)
		}},
		"what is refused comes back": {strategy: flash, do: func(s *shop) {
			g, _ := s.order(takes, phones(5, ""))
			s.settle(g, quota.Release)
			s.wantCount(0, 0)
		}},
		"too little is left for the next": {strategy: flash, do: func(s *shop) {
			s.order(takes, phones(3, ""))
			if g, applied := s.order(takes, phones(3, "")); g != nil || applied != "" {
				s.Errorf("granted %+v, applied %s", g, applied)
			}
			if g, applied := s.order(takes, phones(2, "")); g == nil || applied != "flash 200" {
				s.Errorf("granted %+v, applied %s", g, applied)
			}
			s.wantCount(5, 0)
		}},
		"what is left is given": {strategy: partial, do: func(s *shop) {
			s.order(takes, phones(3, ""))
			if g, applied := s.order(takes, phones(3, "")); g == nil || applied != "flash 200" {
				s.Errorf("granted %+v, applied %s", g, applied)
			}
			s.wantCount(5, 0)
		}},
		"one for each customer": {strategy: customer, do: func(s *shop) {
			if g, applied := s.order(takes, phones(1, "ada")); g == nil || applied != "welcome 100" {
				s.Errorf("granted %+v, applied %s", g, applied)
			}
			if g, applied := s.order(takes, phones(1, "ada")); g != nil || applied != "" {
				s.Errorf("granted %+v, applied %s", g, applied)
			}
			if g, applied := s.order(takes, phones(1, "bob")); g == nil || applied != "welcome 100" {
				s.Errorf("granted %+v, applied %s", g, applied)
			}
		}},
		"nobody is named": {strategy: customer, do: func(s *shop) {
			if g, applied := s.order(takes, phones(1, "")); g != nil || applied != "" || s.ledger.reserves.Load() != 0 {
				s.Errorf("granted %+v, applied %s", g, applied)
			}
		}},
		"the cart does not say who the customer is": {strategy: customer, do: func(s *shop) {
			if g, applied := s.order(Order{Takes: true, Identified: true}, phones(1, "ada")); g != nil || applied != "" {
				s.Errorf("granted %+v, applied %s", g, applied)
			}
			known := Order{Takes: true, Identified: true, Customer: "u1"}
			s.order(known, phones(1, "ada"))
			if g, applied := s.order(known, phones(1, "bob")); g != nil || applied != "" {
				s.Errorf("granted %+v, applied %s", g, applied)
			}
		}},
		"a rule that is used up gives way": {strategy: fallback, do: func(s *shop) {
			s.order(takes, phones(5, ""))
			if g, applied := s.order(takes, phones(1, "")); g != nil || applied != "plain 100" {
				s.Errorf("granted %+v, applied %s", g, applied)
			}
		}},
		"two rules share a budget": {strategy: budgets, do: func(s *shop) {
			if g, applied := s.order(takes, phones(5, "")); g == nil || applied != "a 300" {
				s.Errorf("granted %+v, applied %s", g, applied)
			}
			s.wantCount(300, 0)
		}},
		"a new day has a new count": {strategy: daily, do: func(s *shop) {
			s.order(takes, phones(3, ""))
			if g, applied := s.order(takes, phones(1, "")); g != nil || applied != "" {
				s.Errorf("granted %+v, applied %s", g, applied)
			}
			s.at = time.Date(2026, 11, 30, 16, 0, 0, 0, time.UTC) // midnight in Shanghai
			if g, applied := s.order(takes, phones(1, "")); g == nil || applied != "flash 100" {
				s.Errorf("granted %+v, applied %s", g, applied)
			}
		}},
		"an order that takes nothing is priced by what is left": {strategy: flash, do: func(s *shop) {
			if g, applied := s.order(Order{}, phones(3, "")); g != nil || applied != "flash 300" {
				s.Errorf("granted %+v, applied %s", g, applied)
			}
			s.wantCount(0, 0)
			s.order(takes, phones(4, ""))
			if g, applied := s.order(Order{}, phones(3, "")); g != nil || applied != "" {
				s.Errorf("granted %+v, applied %s", g, applied)
			}
		}},
		"an order that needs a name": {strategy: flash, do: func(s *shop) {
			o := Order{Takes: true, NeedsName: true}
			if g, applied := s.order(o, phones(3, "")); g != nil || applied != "flash 300" {
				s.Errorf("granted %+v, applied %s", g, applied)
			}
			o.Key = "k"
			if g, _ := s.order(o, phones(3, "")); g == nil {
				s.Error("nothing is granted by its key")
			}
			c := phones(2, "")
			c.OrderID = "o"
			if g, _ := s.order(Order{Takes: true, NeedsName: true}, c); g == nil {
				s.Error("nothing is granted by its id")
			}
		}},
		"orders of one name are one": {strategy: flash, do: func(s *shop) {
			o := Order{Takes: true, Key: "k"}
			first, _ := s.order(o, phones(3, ""))
			second, applied := s.order(o, phones(3, ""))
			if second == nil || second.Order != first.Order || second.attempt == first.attempt || applied != "flash 300" {
				s.Errorf("granted %+v and %+v", first, second)
			}
			s.wantCount(3, 0)
			s.settle(second, quota.Commit)
			s.settle(first, quota.Commit)
			s.wantCount(0, 3)
		}},
		"the same name with another cart": {strategy: flash, do: func(s *shop) {
			o := Order{Takes: true, Key: "k"}
			first, _ := s.order(o, phones(3, ""))
			second, _ := s.order(o, phones(2, ""))
			if second == nil || second.Order == first.Order {
				s.Errorf("granted %+v and %+v", first, second)
			}
		}},
		"what the customer was shown makes no other order": {strategy: flash, do: func(s *shop) {
			o, shown := Order{Takes: true, Key: "k"}, phones(3, "")
			shown.ExpectedPayable, shown.HasExpectedPayable = 5, true
			first, _ := s.order(o, phones(3, ""))
			if second, _ := s.order(o, shown); second.Order != first.Order {
				s.Error("they are two")
			}
		}},
		"a later pricing of a request takes over": {strategy: flash, do: func(s *shop) {
			var own quota.ID
			first, _ := s.order(Order{Takes: true, Own: &own}, phones(5, ""))
			second, applied := s.order(Order{Takes: true, Own: &own, Before: first}, phones(4, ""))
			first.Supersede(second)
			if second == nil || applied != "flash 400" || second.settled {
				s.Errorf("granted %+v, applied %s", second, applied)
			}
			s.wantCount(4, 0)
		}},
		"a later pricing of a request that counts nothing": {strategy: flash, do: func(s *shop) {
			first, _ := s.order(takes, phones(5, ""))
			first.Supersede(nil)
			s.settle(nil, 0)
			s.wantCount(0, 0)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.do(newShop(t, test.strategy))
		})
	}
}

func TestOutage(t *testing.T) {
	t.Parallel()
	const (
		allow = "[rule.flash]\nunit_price = 9.00\nquota = { units = 5, on_outage = \"allow\" }\n"
		both  = allow + "[rule.plain]\npriority = -1\ndiscount_amount = 1\nquota = { uses = 9 }\n"
	)
	t.Run("a rule is skipped", func(t *testing.T) {
		t.Parallel()
		s := newShop(t, flash)
		s.ledger.down.Store(true)
		if g, applied := s.order(Order{Takes: true}, phones(1, "")); g != nil || applied != "" {
			t.Errorf("granted %+v, applied %s", g, applied)
		}
		if g, applied := s.order(Order{}, phones(1, "")); g != nil || applied != "" {
			t.Errorf("without taking: granted %+v, applied %s", g, applied)
		}
	})
	t.Run("a rule is allowed and counted later", func(t *testing.T) {
		t.Parallel()
		s := newShop(t, both)
		s.ledger.down.Store(true)
		g, applied := s.order(Order{Takes: true}, phones(7, "")) // above the limit nothing is given
		if g != nil || applied != "" {
			t.Errorf("granted %+v, applied %s", g, applied)
		}
		g, applied = s.order(Order{Takes: true}, phones(4, ""))
		if g == nil || applied != "flash 400" {
			t.Fatalf("granted %+v, applied %s", g, applied)
		}
		h, _ := s.order(Order{Takes: true}, phones(4, ""))
		g.Settle(quota.Commit, 0)
		s.ledger.down.Store(false)
		s.settle(h, quota.Unknown)
		s.wantCount(4, 4)
	})
	t.Run("there is no ledger", func(t *testing.T) {
		t.Parallel()
		s := newShop(t, both)
		s.reserver.Use(nil)
		if g, applied := s.order(Order{Takes: true}, phones(4, "")); g != nil || applied != "flash 400" {
			t.Errorf("granted %+v, applied %s", g, applied)
		}
	})
	t.Run("an answer that was lost", func(t *testing.T) {
		t.Parallel()
		s := newShop(t, flash)
		s.reserver.Use(nil)
		lossy := &Ledger{Opened: s.told.Opened, measured: s.told.measured, settler: s.told.settler}
		lossy.Ledger = losing{s.ledger}
		s.reserver.Use(lossy)
		if g, applied := s.order(Order{Takes: true}, phones(4, "")); g != nil || applied != "" {
			t.Errorf("granted %+v, applied %s", g, applied)
		}
		s.settle(nil, 0)
		s.wantCount(0, 0)
	})
}

// What was never sent is not released: in an outage, that would fill the queue of what was.
func TestOrdersThatTheLedgerWasNotAskedFor(t *testing.T) {
	t.Parallel()
	takes := Order{Takes: true}
	for name, test := range map[string]struct {
		strategy string
		do       func(s *shop)
		told     int64
	}{
		"nothing is held": {strategy: flash, do: func(s *shop) {
			s.ledger.unheard.Store(true)
			if g, applied := s.order(takes, phones(1, "")); g != nil || applied != "" {
				s.Errorf("granted %+v, applied %s", g, applied)
			}
		}},
		"an earlier pricing holds a share": {strategy: flash, told: 1, do: func(s *shop) {
			before, _ := s.order(takes, phones(2, ""))
			s.ledger.unheard.Store(true)
			later := takes
			later.Before, later.Own = before, &before.Order
			if g, applied := s.order(later, phones(1, "")); g != nil || applied != "" {
				s.Errorf("granted %+v, applied %s", g, applied)
			}
		}},
		"it is counted later": {strategy: strings.Replace(flash, "5 }", "5, on_outage = \"allow\" }", 1), told: 1, do: func(s *shop) {
			s.ledger.unheard.Store(true)
			g, _ := s.order(takes, phones(2, ""))
			s.ledger.unheard.Store(false)
			g.Settle(quota.Release, 0)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t, test.strategy)
			test.do(s)
			s.settle(nil, 0)
			s.wantCount(0, 0)
			if told := s.ledger.settlements.Load(); told != test.told {
				t.Errorf("%d settlements, want %d", told, test.told)
			}
		})
	}
}

// losing carries out every reservation and loses the answer.
type losing struct{ *counting }

func (l losing) Reserve(ctx context.Context, q quota.Request) (quota.Grant, []quota.Denial, error) {
	_, _, _ = l.counting.Reserve(ctx, q)
	return quota.Grant{}, nil, context.DeadlineExceeded
}

// Orders at the same time never take more than there is.
func TestOrdersAtTheSameTime(t *testing.T) {
	t.Parallel()
	s := newShop(t, flash)
	var given atomic.Int64
	var all sync.WaitGroup
	for range 64 {
		all.Go(func() {
			var own quota.ID
			var q strategy.Quote
			var w Workspace
			o, c := Order{Takes: true, Own: &own}, phones(1, "")
			p := Pricing{Strategy: s.strategy, Quote: &q, Cart: c, At: noon}
			if _, err := s.strategy.Prepare(&q, c, noon); err != nil {
				t.Error(err)
			}
			s.reserver.Begin(&o, &w, p)
			if err := s.strategy.Complete(&q); err != nil {
				t.Error(err)
			}
			if _, err := s.reserver.Finish(context.Background(), &o, &w, p); err != nil {
				t.Error(err)
			}
			given.Add(q.Discount / 100)
		})
	}
	all.Wait()
	if got := given.Load(); got != 5 {
		t.Errorf("%d units are given, want 5", got)
	}
	s.wantCount(5, 0)
}

// A settlement that can never be carried out does not keep others from it.
func TestSettlementThatIsRefused(t *testing.T) {
	t.Parallel()
	s := newShop(t, flash)
	g, _ := s.order(Order{Takes: true}, phones(5, ""))
	bad := &Granted{ledger: s.told} // of no order
	bad.Settle(quota.Commit, 0)
	s.settle(g, quota.Commit)
	s.wantCount(0, 5)
}

// The first orders wait for the ledger that is being opened.
func TestOrdersWaitForTheLedgerThatIsOpened(t *testing.T) {
	for _, c := range []struct {
		name  string
		opens bool
		want  string
	}{
		{name: "a ledger", opens: true, want: "flash 500"},
		{name: "a ledger that cannot be opened", want: ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newShop(t, "[rule.flash]\ndiscount_rate = 0.5\nquota = { uses = 1 }\n")
			opening := make(chan struct{})
			s.reserver = NewReserver(opening)
			priced := make(chan string)
			go func() {
				_, rules := s.order(Order{Takes: true}, phones(1, "ada"))
				priced <- rules
			}()
			select {
			case rules := <-priced:
				t.Fatalf("the order was priced before: %q", rules)
			case <-time.After(20 * time.Millisecond):
			}
			if c.opens {
				s.reserver.Use(s.told)
			}
			close(opening)
			if rules := <-priced; rules != c.want {
				t.Errorf("rules are %q, want %q", rules, c.want)
			}
		})
	}
}
