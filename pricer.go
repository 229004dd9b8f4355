package discount

import (
	"errors"
	"fmt"
	"net/http"
	"runtime"
	"sync"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyevents"
	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/internal/guardrail"
	"github.com/promogate/caddy-discount/internal/httpbody"
	"github.com/promogate/caddy-discount/internal/httpheader"
	"github.com/promogate/caddy-discount/internal/keyring"
	"github.com/promogate/caddy-discount/internal/pace"
	"github.com/promogate/caddy-discount/internal/telemetry"
	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy"
)

// gateway is what both handlers share once they are provisioned: it turns a
// request into an outcome. It does not change while it serves.
type gateway struct {
	reader         *cart.Reader
	names          *httpheader.Names
	live           *live
	self           *liveHandler
	key            liveKey
	configuration  *configuration
	log            *zap.Logger
	orders         bool // its requests are orders, and not questions
	explains       bool // its answers take many quotes
	source         string
	contentTypes   []string // read as JSON, in lower case
	without        *withoutCart
	recognition    *recognition
	tooLarge       *outcome // of a body that is larger
	decode         bool
	turns          *pace.BodyLimiter
	bodies         httpbody.Limit
	decoders       *httpbody.Decoders
	rejectInvalid  bool
	rejectOversize bool
	lines          bool
	respond        string
	keys           *keyring.Keyring // nil for no assertions
	sign           *SignOptions
	desks          sync.Pool // of *desk
}

// processLimiter is the one of the process: its processors are shared by all handlers.
var processLimiter = sync.OnceValue(func() *pace.BodyLimiter { return pace.NewBodyLimiter(max(1, runtime.GOMAXPROCS(0)/2)) })

// desk is the working memory of one request; it is used again by later ones,
// so nothing of it may be referred to once an outcome is made.
type desk struct {
	cart  cart.Cart
	quote strategy.Quote
	text  []byte
	pace  guardrail.Sampler
	shard *telemetry.Shard // to count in

	target int // bytes that the assertion says of the request's target
}

// open makes the gateway that the options of a handler describe; module is the
// directive it is of.
func (o *Options) open(ctx caddy.Context, module string) (*gateway, error) {
	configured, logKey := o.Strategy, o.State.Key
	if err := o.fill(); err != nil {
		return nil, err
	}
	if err := o.Validate(); err != nil {
		return nil, err
	}
	read, err := o.Cart()
	if err != nil {
		return nil, err
	}
	reader, err := cart.NewReader(read)
	if err != nil {
		return nil, err
	}
	items := o.itemsAt(reader)
	if err := telemetry.Register(ctx.GetMetricsRegistry(), requestCounters); err != nil {
		return nil, fmt.Errorf("registering metrics: %w", err)
	}
	configuration, err := joinConfiguration(ctx)
	if err != nil {
		return nil, err
	}
	key := o.key()
	self := &liveHandler{module: module, options: *o, read: read, reader: reader}
	live, keys, err := o.acquire(configuration, self)
	if err != nil {
		return nil, errors.Join(lookedForStrategy(configured, err), configuration.leave())
	}
	for _, file := range keyFiles(logKey, o.State.dirOf(key)) {
		keyring.WarnOfReaders(ctx.Logger(), file)
	}
	g := &gateway{
		configuration:  configuration,
		keys:           keys,
		sign:           o.Sign,
		reader:         reader,
		names:          httpheader.New(o.HeaderPrefix, requestCounters.Spoofed),
		live:           live,
		self:           self,
		key:            key,
		log:            ctx.Logger(),
		orders:         module == moduleDiscount,
		source:         o.Source,
		contentTypes:   lowered(o.ContentTypes),
		without:        o.withoutCart(items),
		recognition:    newRecognition(ctx.Logger(), key, items),
		tooLarge:       oversize(o.MaxBody),
		decode:         o.Decode,
		turns:          processLimiter(),
		bodies:         httpbody.Limit{Bytes: o.MaxBody, Answered: upstreamAnswered},
		decoders:       httpbody.NewDecoders(o.MaxBody),
		rejectInvalid:  o.OnInvalid == "reject",
		rejectOversize: o.OnOversize == "reject",
		lines:          *o.Lines,
		respond:        o.Respond,
		desks:          sync.Pool{New: func() any { return &desk{shard: requestCounters.Shard()} }},
	}
	onceRunning(ctx, func(events *caddyevents.App) {
		live.adopt(configuration.of(key))
		live.StartJournal()
		live.handlers.started(self)
		live.shows.Subscribe(g, func(name string, data map[string]any) { events.Emit(ctx, name, data) })
	})
	return g, nil
}

// acquire joins the live strategy, by the options that all its handlers in the configuration
// agree on, and the keys to sign with; nil for none.
func (o *Options) acquire(of *configuration, self *liveHandler) (*live, *keyring.Keyring, error) {
	shared, err := of.agree(o)
	if err != nil {
		return nil, nil, err
	}
	o.share(shared)
	if err := o.State.validate(o.Strategy); err != nil {
		return nil, nil, err
	}
	key := o.key()
	live, err := acquire(key, shared, self)
	if err != nil {
		return nil, nil, err
	}
	keys, err := joinKeyring(o.Sign)
	if err != nil {
		live.handlers.leave(self)
		_, released := pool.Delete(key)
		return nil, nil, errors.Join(err, released)
	}
	return live, keys, nil
}

// key names the live strategy that the options ask for.
func (o *Options) key() liveKey { return liveKey{path: o.Strategy, env: o.Env} }

// release gives back what open acquired. A gateway that was never opened has
// acquired nothing: giving back more would stop a strategy that the running
// configuration uses.
func (g *gateway) release() error {
	if g == nil {
		return nil
	}
	g.recognition.close()
	g.live.shows.Unsubscribe(g)
	g.live.handlers.leave(g.self)
	_, err := pool.Delete(g.key)
	err = errors.Join(err, g.configuration.leave())
	return errors.Join(err, leaveKeyring(g.sign))
}

// decide finds the cart in a request and quotes it, and notes what it has seen
// for that. With write it also says what the handler wants of the quote while
// the desk still holds it.
func (g *gateway) decide(r *http.Request, seen *evidence, write func(*edition, *desk, time.Time) *outcome) *outcome {
	o := g.price(r, seen, write)
	g.recognition.note(o)
	return o
}

func (g *gateway) price(r *http.Request, seen *evidence, write func(*edition, *desk, time.Time) *outcome) *outcome {
	kind, o := g.gate(r)
	if o != nil {
		return o
	}
	in := input{kind: kind}
	if kind != inHeaders {
		if in.body, o = g.takeBody(r); o != nil {
			return o
		}
		seen.body, seen.whole = in.body, true
		if in.body, o = g.decoded(r, in.body); o != nil {
			return o
		}
	}
	if len(in.body) >= pace.LargeBody {
		var err error
		if in.turn, err = g.turns.Take(r.Context()); err != nil {
			return endedWaiting
		}
		defer g.turns.Release(in.turn)
	}
	return g.evaluate(r, in, write)
}

// takeBody reads the body of a request and hands it back. The outcome is set for a body
// that is too large or breaks off.
func (g *gateway) takeBody(r *http.Request) ([]byte, *outcome) {
	read, err := g.bodies.Take(r)
	switch {
	case errors.Is(err, httpbody.ErrTooLong):
		return nil, g.tooLarge
	case err != nil:
		return nil, brokenOff
	}
	return read, nil
}

// upstreamAnswered reports whether reverse_proxy has had a response from an upstream.
func upstreamAnswered(r *http.Request) bool {
	repl, ok := r.Context().Value(caddy.ReplacerCtxKey).(*caddy.Replacer)
	if !ok {
		return true
	}
	_, has := repl.Get("http.reverse_proxy.status_code")
	return has
}

// decoded is the text of a body that was read. The body itself goes on as it
// came.
func (g *gateway) decoded(r *http.Request, read []byte) ([]byte, *outcome) {
	if !g.decode {
		return read, nil // the gate let no other pass
	}
	name := httpbody.Coding(r.Header["Content-Encoding"])
	if name == "" {
		return read, nil
	}
	text, err := g.decoders.Decode(name, read)
	switch {
	case errors.Is(err, httpbody.ErrTooLong):
		return nil, g.tooLarge
	case errors.Is(err, httpbody.ErrMore):
		return nil, refuse(statusInvalid, "there is more in the body than one "+name+" text")
	case err != nil: // its words may quote the body
		return nil, refuse(statusInvalid, "the body is not the "+name+" it is said to be")
	}
	return text, nil
}

// input is what a cart is read from, beside the headers.
type input struct {
	kind cartPlace
	body []byte
	turn *pace.Slot // of a large body or a long quote; nil for others
}

// evaluate quotes the cart of a request. A panic ends here: it costs the
// discount, never the order.
func (g *gateway) evaluate(r *http.Request, in input, write func(*edition, *desk, time.Time) *outcome) (o *outcome) {
	g.live.shows.OnRequest(r.Context())
	g.live.pacer.OnRequest()
	now := time.Now()
	live := g.live.Live().Value
	d := g.desks.Get().(*desk)
	defer func() {
		if p := recover(); p != nil {
			g.logPanic(p, in)
			o = refuse(statusUnavailable, "the discount could not be computed")
			return // d may be in any state: leave it to the collector
		}
		d.cart.Reset()
		g.desks.Put(d)
	}()
	d.cart.Reset()
	found, err := g.readCart(r, in, live, &d.cart)
	switch {
	case err != nil && g.isOtherText(r, in):
		return g.without.json
	case err != nil:
		return invalid(err)
	case !found:
		return g.without.items
	}
	steps, err := live.Prepare(&d.quote, &d.cart, now)
	if err != nil {
		return invalid(g.locate(err, r, in))
	}
	if g.explains {
		steps = max(steps, live.ExplanationSteps(&d.quote))
	}
	waited := time.Duration(0)
	if steps >= pace.LargeWork && in.turn == nil {
		began := time.Now()
		if in.turn, err = g.turns.Take(r.Context()); err != nil {
			return endedWaiting
		}
		defer g.turns.Release(in.turn)
		waited = time.Since(began)
	}
	if err := live.Complete(&d.quote); err != nil {
		d.shard.TooManySteps()
		return tooManySteps
	}
	d.target = g.claimedSize(r)
	if g.orders && guardrail.Counts(&d.quote) && d.pace.Due(now) {
		g.live.sample.Offer(&d.cart, clientOf(r), now)
	}
	o = write(live, d, now)
	d.shard.Evaluated(time.Since(now) - waited)
	return o
}

func (g *gateway) readCart(r *http.Request, in input, live *edition, into *cart.Cart) (bool, error) {
	if in.kind == inHeaders {
		return g.reader.ReadHeaders(r.Header, live.Currency(), into)
	}
	found, err := in.json(g.reader, live.Currency(), into)
	headers := g.alsoInHeaders(r)
	switch {
	case found && headers:
		return true, &cart.Invalid{Reason: "there is a cart in the body and one in the headers; one is wanted"}
	case headers && (err == nil || in.kind != inBody && !httpbody.LooksLikeObject(r.Header.Get("Content-Type"), in.body)):
		return g.reader.ReadHeaders(r.Header, live.Currency(), into)
	case found:
		return true, g.reader.ReadCustomer(r.Header, into)
	}
	return found, err
}

// alsoInHeaders reports whether a request whose body is read has a cart in its headers.
func (g *gateway) alsoInHeaders(r *http.Request) bool {
	return g.source == "auto" && cart.InHeaders(r.Header)
}

// isOtherText reports whether a body that could not be read is a text of another kind:
// its type does not say that it is JSON, and neither does its beginning.
func (g *gateway) isOtherText(r *http.Request, in input) bool {
	return in.kind == inTextBody && !httpbody.OpensJSON(in.body) && !g.alsoInHeaders(r)
}

// json reads the body, a large one with rests.
func (in *input) json(reader *cart.Reader, home money.Currency, into *cart.Cart) (bool, error) {
	if in.turn == nil {
		return reader.ReadJSON(in.body, home, into)
	}
	return in.turn.Workspace.ReadJSON(reader, in.body, home, into, in.turn.Yield)
}

// locate names the place of a line that the strategy could not count with, in the text
// that the cart was read from.
func (g *gateway) locate(err error, r *http.Request, in input) error {
	var bad *strategy.LineError
	if !errors.As(err, &bad) {
		return err
	}
	if in.kind != inBody && in.kind != inTextBody || g.alsoInHeaders(r) {
		if bad.Field == strategy.FieldSums {
			return &cart.Invalid{Pointer: "X-Cart-Subtotal", Reason: bad.Reason}
		}
		return &cart.Invalid{Pointer: "X-Cart-Items", Reason: fmt.Sprintf("position %d: %s", bad.Line+1, bad.Reason)}
	}
	return &cart.Invalid{Pointer: g.reader.Pointer(in.body, bad.Line, bad.Field), Reason: bad.Reason}
}
