package discount

import (
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyevents"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/internal/assertion"
	"github.com/promogate/caddy-discount/internal/cartoptions"
	"github.com/promogate/caddy-discount/internal/engine"
	"github.com/promogate/caddy-discount/internal/fields"
	"github.com/promogate/caddy-discount/internal/guardrail"
	"github.com/promogate/caddy-discount/internal/httpbody"
	"github.com/promogate/caddy-discount/internal/httpheader"
	"github.com/promogate/caddy-discount/internal/keyring"
	"github.com/promogate/caddy-discount/internal/ledgers"
	"github.com/promogate/caddy-discount/internal/pace"
	"github.com/promogate/caddy-discount/internal/recognition"
	"github.com/promogate/caddy-discount/internal/reservations"
	"github.com/promogate/caddy-discount/internal/telemetry"
	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/strategy"
)

// The directives that price carts.
const (
	moduleDiscount = "discount"
	moduleQuote    = "discount_quote"
)

// pricer is the part that both handlers share. It makes a decision on a request in four steps:
// locate, read, price, decide. It does not change after provisioning.
type pricer struct {
	log           *zap.Logger
	configuration *configuration
	engine        *engine.Engine
	self          *engine.Handler  // this handler, as the engine knows it
	ledger        *ledgers.Ledger  // nil for nothing that is counted
	keys          *keyring.Keyring // nil for no assertions
	sign          *SignOptions
	explains      bool // its answers take many quotes

	// Where a cart is and how it is read.
	source       cartoptions.Source
	contentTypes []string // read as JSON, in lower case
	reader       *cart.Reader
	bodies       httpbody.Limit
	decode       bool
	decoders     *httpbody.Decoders
	slots        *pace.BodyLimiter
	scratch      sync.Pool // of *scratch

	// Which order a request is, and what it takes of quotas.
	reserver           *reservations.Reserver
	reserves           bool
	orderKey, identity string // with placeholders of the request; "" for none
	codeKeys           *strategy.CodeKeys

	// What is decided without a quote.
	noCart         *noCart
	tooLarge       *decision // of a body that is larger than max_body
	rejectInvalid  bool
	rejectOversize bool
	rejectDearer   bool // than the customer was shown
	recognition    *recognition.Monitor

	// What a decision sets.
	names   *httpheader.Names
	lines   bool
	respond RespondMode
}

// open makes the pricer that the options of a handler describe; module is its directive.
func (o *Options) open(ctx caddy.Context, module string) (*pricer, error) {
	configured, logKey := o.Strategy, o.State.Key
	read, reader, err := o.prepare()
	if err != nil {
		return nil, err
	}
	codeKeys, err := o.codeKeys()
	if err != nil {
		return nil, err
	}
	if err := telemetry.Register(ctx.GetMetricsRegistry(), requestCounters); err != nil {
		return nil, fmt.Errorf("registering metrics: %w", err)
	}
	configuration, err := joinConfiguration(ctx)
	if err != nil {
		return nil, err
	}
	self := &engine.Handler{Module: module, Name: o.Text(), Map: o.Map, Source: string(o.Source), Read: read, Reader: reader}
	running, keys, err := o.acquire(configuration, self)
	if err != nil {
		return nil, errors.Join(lookedForStrategy(configured, err), configuration.leave())
	}
	key := o.key()
	ledger, err := o.acquireLedger(running)
	if err != nil {
		return nil, errors.Join(err, releaseEngine(running, self), configuration.leave(), releaseKeyring(o.Sign))
	}
	for _, file := range keyFiles(logKey, o.State.dirOf(key)) {
		keyring.WarnOfReaders(ctx.Logger(), file)
	}
	p := o.newPricer(ctx.Logger(), reader)
	p.configuration, p.engine, p.self = configuration, running, self
	p.keys, p.sign = keys, o.Sign
	p.ledger, p.reserver = ledger, ledger.Reserver(key.ID())
	self.Ledger = p.countedIn
	p.reserves = module == moduleDiscount && *o.Reserve
	p.orderKey, p.identity, p.codeKeys = o.OrderKey, o.CustomerIdentity, codeKeys
	onStarted(ctx, func(events *caddyevents.App) {
		shared := configuration.of(key)
		running.Configure(shared.forEngine(key))
		running.StartJournal()
		atStart := running.Live()
		p.openLedger()
		running.Started(self)
		running.Subscribe(p, func(name string, data map[string]any) {
			if name == telemetry.EventActivated && running.Live() != atStart {
				p.openLedger() // the edit may have brought the first quota
			}
			events.Emit(ctx, name, data)
		})
	})
	return p, nil
}

// prepare puts the defaults in, checks the options, and makes the reader of carts.
func (o *Options) prepare() (cart.Options, *cart.Reader, error) {
	if err := o.fill(); err != nil {
		return cart.Options{}, nil, err
	}
	if err := o.Validate(); err != nil {
		return cart.Options{}, nil, err
	}
	read, err := o.Cart()
	if err != nil {
		return cart.Options{}, nil, err
	}
	reader, err := cart.NewReader(read)
	return read, reader, err
}

// newPricer is a pricer without what it shares with others.
func (o *Options) newPricer(log *zap.Logger, reader *cart.Reader) *pricer {
	items := o.itemsAt(reader)
	names := httpheader.New(o.HeaderPrefix, requestCounters.Spoofed)
	names.Compact = o.Headers == headersCompact
	return &pricer{
		reader:         reader,
		names:          names,
		log:            log,
		source:         o.Source,
		contentTypes:   lowered(o.ContentTypes),
		noCart:         o.noCart(items),
		recognition:    o.recognition(log, items),
		tooLarge:       oversize(o.MaxBody),
		decode:         o.Decode,
		slots:          processLimiter(),
		bodies:         httpbody.Limit{Bytes: o.MaxBody, Answered: upstreamAnswered},
		decoders:       httpbody.NewDecoders(o.MaxBody),
		rejectInvalid:  o.OnInvalid == reactionReject,
		rejectOversize: o.OnOversize == reactionReject,
		rejectDearer:   o.OnPriceChange == reactionReject,
		lines:          *o.Lines,
		respond:        o.Respond,
		scratch:        sync.Pool{New: func() any { return &scratch{shard: requestCounters.Shard()} }},
	}
}

// recognition is a monitor that logs with the strategy and where items are looked for.
func (o *Options) recognition(log *zap.Logger, items string) *recognition.Monitor {
	about := []zap.Field{zap.String("strategy", o.Strategy)}
	if o.Env != "" {
		about = append(about, zap.String("env", o.Env))
	}
	return recognition.New(log.With(append(about, zap.String("items", items))...), bypassNames[:])
}

// acquire acquires the engine of the strategy, with the options that all its handlers in the
// configuration agree on, and the keyring; the keyring is nil if the handler does not sign.
func (o *Options) acquire(of *configuration, self *engine.Handler) (*engine.Engine, *keyring.Keyring, error) {
	shared, err := of.agree(o)
	if err != nil {
		return nil, nil, err
	}
	o.share(shared)
	if err := o.State.validate(o.Strategy); err != nil {
		return nil, nil, err
	}
	key := o.key()
	running, err := acquireEngine(key, shared.forEngine(key), self)
	if err != nil {
		return nil, nil, err
	}
	keys, err := acquireKeyring(o.Sign)
	if err != nil {
		return nil, nil, errors.Join(err, releaseEngine(running, self))
	}
	return running, keys, nil
}

// key names the strategy that the options ask for.
func (o *Options) key() engine.Key { return engine.Key{Path: o.Strategy, Env: o.Env} }

// close releases what open acquired. A nil pricer has acquired nothing: releasing anything would
// stop a strategy that the running configuration uses.
func (p *pricer) close() error {
	if p == nil {
		return nil
	}
	p.recognition.Close()
	p.engine.Unsubscribe(p)
	return errors.Join(releaseEngine(p.engine, p.self), p.ledger.Release(), p.configuration.leave(), releaseKeyring(p.sign))
}

// input finds what the cart of a request is read from, and reads it. The decision is set
// for a request without a cart that can be priced.
func (p *pricer) input(r *http.Request) (pricedInput, *decision) {
	at, d := p.locate(r)
	in := pricedInput{located: at}
	if p.keys != nil {
		in.target = targetOf(r)
	}
	if d != nil || at.source == inHeaders {
		return in, d
	}
	return p.read(r, in)
}

// pricedInput is what a decision is computed from.
type pricedInput struct {
	located
	target assertion.Target // that the assertion names; empty without one
	body   *httpbody.Body   // as it arrived and is forwarded; nil if it was not read whole
	text   []byte           // body without its coding; shares its memory if there is none
}

// read reads the body of a request, hands it back, and decodes it.
func (p *pricer) read(r *http.Request, in pricedInput) (pricedInput, *decision) {
	var err error
	in.body, err = p.bodies.Take(r)
	switch {
	case errors.Is(err, httpbody.ErrTooLong):
		return in, p.tooLarge
	case err != nil:
		return in, incompleteBody
	}
	in.text = in.body.Bytes()
	if in.coding == "" {
		return in, nil
	}
	in.text, err = p.decoders.Decode(in.coding, in.text)
	switch {
	case errors.Is(err, httpbody.ErrTooLong):
		return in, p.tooLarge
	case errors.Is(err, httpbody.ErrMore):
		return in, refuse(fields.StatusInvalid, "there is more in the body than one "+in.coding+" text")
	case err != nil: // the decoder's error may quote the body
		return in, refuse(fields.StatusInvalid, "the body is not the "+in.coding+" it is said to be")
	}
	return in, nil
}

// upstreamAnswered reports whether reverse_proxy has had a response from an upstream. It reports
// true if that cannot be known.
func upstreamAnswered(r *http.Request) bool {
	repl, ok := r.Context().Value(caddy.ReplacerCtxKey).(*caddy.Replacer)
	if !ok {
		return true
	}
	_, has := repl.Get("http.reverse_proxy.status_code")
	return has
}

// order prices the cart of an order and counts what it is granted.
func (p *pricer) order(r *http.Request, in pricedInput) (d *decision) {
	s, d := p.borrow(r, in)
	if d != nil {
		return d
	}
	defer p.release(s, in, &d)
	q, d := p.price(r, in, s)
	if d != nil {
		return d
	}
	if p.rejectDearer && q.cart.HasExpectedPayable && q.quote.Payable > q.cart.ExpectedPayable {
		q.granted.Settle(quota.Release, 0)
		d = p.decide(q, in)
		d.problem = dearer(&q.quote, q.cart.ExpectedPayable)
		return d
	}
	if guardrail.Counts(&q.quote) && q.sampler.Due(q.at) {
		address, _ := caddyhttp.GetVar(r.Context(), caddyhttp.ClientIPVarKey).(string) // behind trusted_proxies
		p.engine.Offer(&q.cart, guardrail.Client(address), q.at)
	}
	q.by.Counters.Count(q.shard, &q.quote)
	d = p.decide(q, in)
	d.granted = q.granted
	return d
}

// scratch is the working memory of one request. It is pooled: nothing in it may be
// retained once a decision is made.
type scratch struct {
	cart    cart.Cart
	quote   strategy.Quote
	text    []byte
	sampler guardrail.Sampler
	shard   *telemetry.Shard // to count in
	slot    *pace.Slot       // of a large body or a long quote; nil for others

	// Of a strategy with quotas.
	order   reservations.Order
	work    reservations.Workspace
	granted *reservations.Granted // nil for nothing

	exhausted []int // rules
}

// borrow takes a scratch from the pool. A large body waits for its slot first, so that waiting
// requests have no scratch. The decision is set if the request ends while it waits.
func (p *pricer) borrow(r *http.Request, in pricedInput) (*scratch, *decision) {
	if len(in.text) < pace.LargeBody {
		return p.scratch.Get().(*scratch), nil
	}
	slot, err := p.slots.Take(r.Context())
	if err != nil {
		return nil, endedWaiting
	}
	s := p.scratch.Get().(*scratch)
	s.slot = slot
	return s, nil
}

// release returns a scratch to the pool. It is deferred and recovers from a panic, so that a panic
// loses the discount and never the order.
func (p *pricer) release(s *scratch, in pricedInput, d **decision) {
	if s.slot != nil {
		p.slots.Release(s.slot)
		s.slot = nil
	}
	granted := s.granted
	s.granted, s.order = nil, reservations.Order{}
	if v := recover(); v != nil {
		granted.Settle(quota.Release, 0)
		p.logPanic(v, in)
		*d = refuse(fields.StatusUnavailable, "the discount could not be computed")
		return // s may be in any state: it is left to the garbage collector
	}
	s.cart.Reset()
	p.scratch.Put(s)
}

// quoted is a cart and its quote, in the memory of a scratch.
type quoted struct {
	*scratch
	by     *engine.Compiled
	at     time.Time
	waited time.Duration // since then, for a slot
}

// price reads the cart and quotes it with the strategy in service. The decision is set if
// there is no quote.
func (p *pricer) price(r *http.Request, in pricedInput, s *scratch) (quoted, *decision) {
	p.engine.OnRequest(r.Context())
	q := quoted{scratch: s, by: p.engine.Live().Value, at: time.Now()}
	s.cart.Reset()
	found, err := p.readCart(r, in, s, q.by.Currency())
	switch {
	case err != nil && in.isOtherText():
		return q, p.noCart.json
	case err != nil:
		return q, invalid(err)
	case !found:
		return q, p.noCart.items
	}
	steps, err := q.by.Prepare(&s.quote, &s.cart, q.at)
	if err != nil {
		return q, invalid(p.inCart(err, in))
	}
	if p.explains {
		steps = max(steps, q.by.ExplanationSteps(&s.quote))
	}
	if steps >= pace.LargeWork && s.slot == nil {
		began := time.Now()
		if s.slot, err = p.slots.Take(r.Context()); err != nil {
			return q, endedWaiting
		}
		q.waited = time.Since(began)
	}
	if err := p.complete(r, q); err != nil {
		s.shard.TooManySteps()
		return q, tooManySteps
	}
	return q, nil
}

// complete completes the quote of a cart, within what quotas leave of the strategy. The error is
// [strategy.ErrTooManySteps].
func (p *pricer) complete(r *http.Request, q quoted) error {
	s := q.scratch
	if !q.by.CountsOrders() {
		return q.by.Complete(&s.quote)
	}
	p.identify(r, s)
	pricing := p.pricing(q)
	p.reserver.Begin(&s.order, &s.work, pricing)
	err := q.by.Complete(&s.quote)
	if err == nil {
		s.granted, err = p.reserver.Finish(r.Context(), &s.order, &s.work, pricing)
	}
	return err
}

// pricing is the cart as the ledger is asked about it.
func (p *pricer) pricing(q quoted) reservations.Pricing {
	return reservations.Pricing{Strategy: q.by.Strategy, Quote: &q.quote, Cart: &q.cart, At: q.at, Counters: q.by.QuotaCounters, CodeKeys: p.codeKeys}
}

// identify says which order a request is, and whose. Only a POST takes something without a name: it
// is the one method that makes a new order each time.
func (p *pricer) identify(r *http.Request, s *scratch) {
	of := stateOf(r).find(p.names.Prefix)
	s.order = reservations.Order{
		Takes: p.reserves && httpbody.Carries(r.Method), NeedsName: r.Method != http.MethodPost,
		Key: requestValue(r, p.orderKey), Own: &of.own, Before: of.granted,
	}
	if p.identity != "" {
		s.order.Customer, s.order.Identified = requestValue(r, p.identity), true
	}
}

// requestValue is a text with the placeholders of a request; "" if one of them has no value.
func requestValue(r *http.Request, text string) string {
	if text == "" {
		return ""
	}
	repl, ok := r.Context().Value(caddy.ReplacerCtxKey).(*caddy.Replacer)
	if !ok {
		return ""
	}
	value, err := repl.ReplaceOrErr(text, true, true)
	if err != nil {
		return ""
	}
	return value
}

// readCart reads the cart into the scratch. It reports false if the request has none.
func (p *pricer) readCart(r *http.Request, in pricedInput, s *scratch, defaultCurrency money.Currency) (bool, error) {
	if in.source == inHeaders {
		return p.reader.ReadHeaders(r.Header, defaultCurrency, &s.cart)
	}
	found, err := p.readJSON(in.text, s, defaultCurrency)
	switch {
	case found && in.headers:
		return true, &cart.Invalid{Reason: "the body and the headers both have a cart, want one"}
	case in.headers && (err == nil || in.source != inBody && !httpbody.LooksLikeObject(r.Header.Get("Content-Type"), in.text)):
		return p.reader.ReadHeaders(r.Header, defaultCurrency, &s.cart)
	case found:
		return true, p.reader.ReadCustomer(r.Header, &s.cart)
	}
	return found, err
}

// readJSON reads the cart in a text; a large one yields the processor periodically.
func (p *pricer) readJSON(text []byte, s *scratch, defaultCurrency money.Currency) (bool, error) {
	if s.slot == nil {
		return p.reader.ReadJSON(text, defaultCurrency, &s.cart)
	}
	return s.slot.Workspace.ReadJSON(p.reader, text, defaultCurrency, &s.cart, s.slot.Yield)
}

// isOtherText reports whether a body that could not be read is a text of another kind:
// neither its type nor its beginning says that it is JSON.
func (in *pricedInput) isOtherText() bool {
	return in.source == inTextBody && !in.headers && !httpbody.OpensJSON(in.text)
}

// inCart names the position of a line that the strategy refused, in what the cart was read
// from.
func (p *pricer) inCart(err error, in pricedInput) error {
	var bad *strategy.LineError
	if !errors.As(err, &bad) {
		return err
	}
	switch {
	case !in.headers:
		return &cart.Invalid{Pointer: p.reader.Pointer(in.text, bad.Line, bad.Field), Reason: bad.Reason}
	case bad.Field == strategy.FieldSums:
		return &cart.Invalid{Pointer: "X-Cart-Subtotal", Reason: bad.Reason}
	}
	return &cart.Invalid{Pointer: "X-Cart-Items", Reason: fmt.Sprintf("position %d: %s", bad.Line+1, bad.Reason)}
}
