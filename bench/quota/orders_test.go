//go:build unix

package quota_test

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/dunglas/httpsfv"

	"github.com/promogate/caddy-discount/internal/freeport"
	"github.com/promogate/caddy-discount/quota"
)

// The headers by which customers and order service know each other. The gateway knows nothing of them.
const (
	headerOrder    = "X-Rig-Order"
	headerTry      = "X-Rig-Try"
	headerAnswer   = "X-Rig-Answer" // of every answer of the order service
	headerCustomer = "X-Customer"
	headerKey      = "Idempotency-Key"
)

// fate is what the order service does with one request.
type fate string

// The fates. After those that accept, the order is on the list, whatever is answered.
const (
	accepts      fate = "accepts"
	acceptsAs303 fate = "accepts with 303"
	saysCommit   fate = "says commit with an error"
	acceptsLate  fate = "accepts slowly"
	losesAnswer  fate = "accepts and closes before the header"
	acceptsAs500 fate = "accepts and answers 500"
	breaksOff    fate = "accepts and breaks off in the body"
	refuses      fate = "refuses with 422"
	saysRelease  fate = "says release with 200"
	conflicts    fate = "refuses with 409"
	fails        fate = "fails with 500"
	closes       fate = "closes without a word"
	holds        fate = "says hold, and is paid or not"
)

// weights are how often each is chosen.
var weights = []struct {
	fate
	weight int
}{
	{accepts, 52}, {acceptsAs303, 3}, {saysCommit, 3}, {acceptsLate, 4}, {losesAnswer, 6}, {acceptsAs500, 6}, {breaksOff, 3},
	{refuses, 9}, {saysRelease, 2}, {conflicts, 2}, {fails, 3}, {closes, 3}, {holds, 4},
}

func chosen(r *rand.Rand) fate {
	n := r.IntN(100)
	for _, w := range weights {
		if n -= w.weight; n < 0 {
			return w.fate
		}
	}
	return accepts
}

// orders is the order service. Its list is what is true.
type orders struct {
	seed     uint64
	digester *quota.Digester
	began    time.Time
	address  string
	server   *http.Server

	gateways []*gateway
	work     sync.WaitGroup // of what it says to them

	mu     sync.Mutex
	calm   bool // every order is accepted
	list   map[int]*order
	tries  map[int64]int // how often each try came
	live   amounts       // of the orders that are accepted and were not returned
	most   amounts       // the greatest that live ever was
	fates  map[fate]int
	lost   int // accepted, and the answer was lost
	faults []error
}

// order is one order as the order service has it.
type order struct {
	number   int
	keyed    bool
	customer string

	accepted, pending, over bool // over: refused for good, or returned
	returned                bool

	// of the try that was accepted
	reservation quota.ID
	taken       amounts

	// reservations are those of all tries.
	reservations []quota.ID

	// story is what happened to it, for a reader of a failure.
	story []string
}

// tells adds to the story of an order.
func (s *orders) tells(o *order, format string, arguments ...any) {
	o.story = append(o.story, fmt.Sprintf("%v ", time.Since(s.began).Round(time.Millisecond))+fmt.Sprintf(format, arguments...))
}

// stories are those of the accepted orders that take of a count, of a few of them.
func (s *orders) stories(of quota.Key) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	told := 0
	for _, o := range s.list {
		if o.accepted && o.taken[of] > 0 && told < 5 {
			told++
			fmt.Fprintf(&b, "\n  order %d, reservation %v: %s", o.number, o.reservation, strings.Join(o.story, "; "))
		}
	}
	return b.String()
}

// try is one request as it comes.
type try struct {
	order       int
	number      int64
	keyed       bool
	customer    string
	reservation quota.ID
	taken       amounts
}

// newOrders starts the order service. It ends with the test.
func newOrders(t *testing.T, seed uint64, digester *quota.Digester) *orders {
	t.Helper()
	s := &orders{
		seed: seed, digester: digester, began: time.Now(), address: freeport.Address(t),
		list: make(map[int]*order), tries: make(map[int64]int), live: make(amounts), most: make(amounts), fates: make(map[fate]int),
	}
	if err := s.open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.close)
	return s
}

// open listens on the address.
func (s *orders) open() error {
	l, err := net.Listen("tcp", s.address)
	if err != nil {
		return err
	}
	s.server = &http.Server{ReadHeaderTimeout: patience, Handler: s}
	go func(server *http.Server) { _ = server.Serve(l) }(s.server)
	return nil
}

// close ends every connection: nothing listens any more.
func (s *orders) close() { _ = s.server.Close() }

// ServeHTTP takes an order, or anything else, which it answers with 204.
func (s *orders) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set(headerAnswer, "1")
	_, err := io.Copy(io.Discard, r.Body)
	if r.URL.Path != "/orders" || err != nil {
		w.WriteHeader(http.StatusNoContent)
		return
	}
	t, err := s.read(r.Header)
	if err != nil {
		s.fault(err)
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	random := rand.New(rand.NewPCG(s.seed, uint64(t.number)))
	do := chosen(random)
	if do == acceptsLate {
		time.Sleep(time.Duration(random.IntN(300)) * time.Millisecond)
	}
	s.answer(w, s.decide(t, do, random))
}

// read reads a request. A discount that cannot be is an error.
func (s *orders) read(h http.Header) (t try, err error) {
	var errs [4]error
	t.order, errs[0] = strconv.Atoi(h.Get(headerOrder))
	t.number, errs[1] = strconv.ParseInt(h.Get(headerTry), 10, 64)
	t.keyed, t.customer = h.Get(headerKey) != "", h.Get(headerCustomer)
	rules, err := rulesOf(h)
	errs[2] = err
	if t.taken, err = takenBy(rules, s.digester, t.customer); err != nil {
		errs[3] = err
	}
	if err := errors.Join(errs[:]...); err != nil {
		return t, fmt.Errorf("order %d: %w", t.order, err)
	}
	value := h.Get("X-Discount-Reservation")
	if value == "" && len(t.taken) > 0 {
		return t, fmt.Errorf("order %d has the rules %s and no reservation", t.order, h.Get("X-Discount-Rules"))
	}
	if value == "" {
		return t, nil
	}
	item, err := httpsfv.UnmarshalItem([]string{value})
	if err != nil {
		return t, fmt.Errorf("order %d: the reservation %s: %w", t.order, value, err)
	}
	text, _ := item.Value.(string)
	t.reservation, err = quota.ParseID(text)
	if err == nil && len(t.taken) == 0 {
		err = errors.New("a reservation of nothing")
	}
	return t, err
}

// rulesOf are the rules that applied, with what they take off. Together they are the discount.
func rulesOf(h http.Header) (map[string]applied, error) {
	list, err := httpsfv.UnmarshalList(h.Values("X-Discount-Rules"))
	if err != nil {
		return nil, fmt.Errorf("the rules %q: %w", h.Values("X-Discount-Rules"), err)
	}
	rules := make(map[string]applied)
	var sum int64
	for _, member := range list {
		item, _ := member.(httpsfv.Item)
		name, _ := item.Value.(string)
		amount, _ := item.Params.Get("amount")
		n, is := amount.(int64)
		if name == "" || !is {
			return nil, fmt.Errorf("the rules %q", h.Values("X-Discount-Rules"))
		}
		code, _ := item.Params.Get("code")
		text, _ := code.(string)
		rules[name] = applied{amount: n, code: text}
		sum += n
	}
	var total, subtotal, payable int64
	for name, to := range map[string]*int64{"Amount": &total, "Subtotal": &subtotal, "Payable": &payable} {
		if *to, err = strconv.ParseInt(h.Get("X-Discount-"+name), 10, 64); err != nil {
			return nil, fmt.Errorf("status %q: %s: %w", h.Get("X-Discount-Status"), name, err)
		}
	}
	if sum != total || subtotal-total != payable {
		return nil, fmt.Errorf("%v of %d make %d, and the payable is %d", rules, subtotal, total, payable)
	}
	return rules, nil
}

// decide does one request, and returns the fate to answer with.
func (s *orders) decide(t try, do fate, random *rand.Rand) fate {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.calm {
		do = accepts
	}
	o := s.list[t.order]
	if o == nil {
		o = &order{number: t.order, keyed: t.keyed, customer: t.customer}
		s.list[t.order] = o
	}
	o.saw(t)
	if s.tries[t.number]++; s.tries[t.number] > 1 && !t.keyed {
		s.faults = append(s.faults, fmt.Errorf("order %d has no key and came twice in one try", t.order))
	}
	switch {
	case o.over:
		return refuses
	case o.pending:
		return holds
	case o.accepted && (do == losesAnswer || do == acceptsAs500):
		// Its answer may be lost again.
	case o.accepted:
		do = accepts
	}
	s.fates[do]++
	s.tells(o, "%s (reservation %v, takes %d)", do, t.reservation, len(t.taken))
	switch do {
	case accepts, acceptsAs303, saysCommit, acceptsLate, breaksOff:
		s.accept(o, t, random)
	case losesAnswer, acceptsAs500:
		s.lost++
		s.accept(o, t, random)
	case holds:
		o.pending = true
		o.reservation, o.taken = t.reservation, t.taken
		s.laterWork(func() { s.paid(o, random) }, random)
	}
	return do
}

func (o *order) saw(t try) {
	if t.reservation.IsZero() {
		return
	}
	for _, r := range o.reservations {
		if r == t.reservation {
			return
		}
	}
	o.reservations = append(o.reservations, t.reservation)
}

// accept puts an order on the list. A few are returned later.
func (s *orders) accept(o *order, t try, random *rand.Rand) {
	if o.accepted {
		return
	}
	o.reservation, o.taken = t.reservation, t.taken
	s.add(o)
	if !s.calm && random.IntN(30) == 0 {
		s.laterWork(func() { s.cancel(o) }, random)
	}
}

func (s *orders) add(o *order) {
	o.accepted = true
	for k, n := range o.taken {
		s.live[k] += n
		s.most[k] = max(s.most[k], s.live[k])
	}
}

// laterWork does something within a second. s is locked.
func (s *orders) laterWork(do func(), random *rand.Rand) {
	wait := time.Duration(random.IntN(1000)) * time.Millisecond
	s.work.Go(func() {
		time.Sleep(wait)
		do()
	})
}

// paid ends an order that awaited its payment.
func (s *orders) paid(o *order, random *rand.Rand) {
	s.mu.Lock()
	outcome := quota.Release
	o.pending = false
	if random.IntN(3) > 0 {
		outcome = quota.Commit
		s.add(o)
	} else {
		o.over = true
	}
	s.tells(o, "says %v", outcome)
	s.mu.Unlock()
	s.say(o, outcome)
}

// cancel returns an order that was accepted. The ledger may not have heard of that yet.
func (s *orders) cancel(o *order) {
	s.mu.Lock()
	o.over, o.returned, o.accepted = true, true, false
	for k, n := range o.taken {
		s.live[k] -= n
	}
	s.mu.Unlock()
	s.say(o, quota.Commit, quota.Return)
}

// hearing is how long a ledger may be out, with a large file to read again after each kill.
const hearing = 3 * time.Minute

// say says what became of an order, to one gateway after the other until the ledger has heard it.
func (s *orders) say(o *order, outcomes ...quota.Outcome) {
	if o.reservation.IsZero() {
		return
	}
	client := &http.Client{Timeout: patience}
	defer client.CloseIdleConnections()
	for _, outcome := range outcomes {
		var err error
		var g *gateway
		for end := time.Now().Add(hearing); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
			g = s.gateways[rand.IntN(len(s.gateways))]
			if err = post(client, "http://"+g.address+"/reservations/"+o.reservation.String()+"/"+outcome.String()); err == nil {
				break
			}
		}
		if err != nil {
			s.fault(fmt.Errorf("order %d: the ledger does not hear %v: %w; the gateway says\n%s", o.number, outcome, err, g.log.last()))
		}
	}
}

// post says something of a reservation. One that was forgotten is not there any more, and one that has
// lapsed, or that another request of the order has settled, does not allow everything: the audit finds
// out whether it should.
func post(client *http.Client, url string) error {
	res, err := client.Post(url, "", nil)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	switch res.StatusCode {
	case http.StatusOK, http.StatusNotFound, http.StatusConflict:
		return nil
	}
	return errors.New(res.Status)
}

func (s *orders) fault(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, err)
}

// answer answers as the fate is.
func (s *orders) answer(w http.ResponseWriter, do fate) {
	word := func(text string) { w.Header().Set("X-Discount-Reservation", text) }
	switch do {
	case accepts, acceptsLate:
		w.WriteHeader(http.StatusCreated)
	case acceptsAs303:
		w.Header().Set("Location", "/orders/1")
		w.WriteHeader(http.StatusSeeOther)
	case saysCommit:
		word("commit")
		w.WriteHeader(http.StatusBadGateway)
	case losesAnswer, closes:
		hangUp(w, "")
	case breaksOff:
		hangUp(w, "HTTP/1.1 201 Created\r\n"+headerAnswer+": 1\r\nContent-Length: 100\r\n\r\nhalf")
	case refuses:
		w.WriteHeader(http.StatusUnprocessableEntity)
	case saysRelease:
		word("release")
		w.WriteHeader(http.StatusOK)
	case conflicts:
		w.WriteHeader(http.StatusConflict)
	case acceptsAs500, fails:
		w.WriteHeader(http.StatusInternalServerError)
	case holds:
		word("hold;for=2")
		w.WriteHeader(http.StatusAccepted)
	}
}

// hangUp closes the connection after a text.
func hangUp(w http.ResponseWriter, text string) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err != nil {
		return
	}
	_, _ = io.WriteString(conn, text)
	_ = conn.Close()
}

// counted is a copy of what is on the list.
func (s *orders) counted() (live, most amounts) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return maps.Clone(s.live), maps.Clone(s.most)
}

// sold is what an order was accepted with.
func (s *orders) sold(number int) amounts {
	s.mu.Lock()
	defer s.mu.Unlock()
	if o := s.list[number]; o != nil && o.accepted {
		return o.taken
	}
	return nil
}

func (s *orders) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	var b strings.Builder
	for _, w := range weights {
		fmt.Fprintf(&b, "\n  %6d %s", s.fates[w.fate], w.fate)
	}
	return b.String()
}
