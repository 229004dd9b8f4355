package discount

import (
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/promogate/caddy-discount/internal/cartoptions"
	"github.com/promogate/caddy-discount/internal/cors"
	"github.com/promogate/caddy-discount/internal/directive"
	"github.com/promogate/caddy-discount/internal/httpbody"
	"github.com/promogate/caddy-discount/internal/httpheader"
	"github.com/promogate/caddy-discount/internal/strategyfile"
)

// Options are what the discount and discount_quote handlers are configured with. Placeholders such
// as {env.STRATEGY} are replaced when the configuration is loaded, never by anything in a request.
// They may be used in strategy, env, prices, header_prefix, state, origins, sign and the options
// that take one of a few words.
type Options struct {
	// The path of the strategy: a TOML file, or a directory whose *.toml files form one. Required.
	// The path is watched: a finished save that passes every check is in service within
	// milliseconds. A save that fails a check leaves the strategy in service unchanged. Tests of
	// the rules have to pass: they are in the file of the same name with .test.toml, or in any
	// *.test.toml of the directory. Files beside the strategy that it names, such as a catalogue in
	// a spreadsheet, are a part of it.
	Strategy string `json:"strategy,omitempty"`

	// The name of the `[[env]]` table of the strategy to lay over it. Default:
	// none.
	Env string `json:"env,omitempty"`

	// Where the cart is in a request and how it is written.
	cartoptions.Options

	// Which order a request is, and what it takes.
	OrderOptions

	// Content types whose bodies are read as JSON beside `application/json` and those
	// that end in `+json`, such as `text/plain`: without parameters, at most 16. The order
	// service has to read bodies of these types as JSON, too. Default: none.
	ContentTypes []string `json:"content_types,omitempty"`

	// The largest body in bytes that is read for a cart. Default: 1 MiB.
	MaxBody int64 `json:"max_body,omitempty"`

	// Whether to decode a body in the content-encoding gzip, br or zstd to read
	// the cart in it; the body is passed on as it came. The text may be no larger
	// than max_body either, and has to be one gzip member, brotli stream or zstd
	// frame. Default: false, such a body is passed on without being read.
	Decode bool `json:"decode,omitempty"`

	// What to do with a cart that is invalid or in an encoding that cannot be
	// read: `pass` it on unchanged, or `reject` it with 400 or 415. Default:
	// `pass`.
	OnInvalid Reaction `json:"on_invalid,omitempty"`

	// What to do with a body larger than max_body: `pass` it on unchanged, or
	// `reject` it with 413. Default: `pass`.
	OnOversize Reaction `json:"on_oversize,omitempty"`

	// What the names of the discount headers begin with. Default: `X-Discount-`.
	HeaderPrefix string `json:"header_prefix,omitempty"`

	// How the discount headers are written: `fields` for a header for each value, such as
	// `X-Discount-Amount`, or `compact` for one header with all of them, as Dictionary of RFC 9651.
	// Its name is `header_prefix` without the last hyphen: `X-Discount`. The assertion is a header
	// of its own in either form. What a client sends under the names of both forms is removed.
	// Default: `fields`.
	Headers HeaderForm `json:"headers,omitempty"`

	// Whether to set the header with the discount of every line. Default: true.
	Lines *bool `json:"lines,omitempty"`

	// What the response has under the names of the discount headers: `off` is
	// nothing, `on` the headers of the request, and `upstream` what the upstream
	// sends. With `off` and `on`, what the upstream sends under these names is
	// taken out of its response, the trailer and informational responses such as
	// 103 Early Hints included. Default: `off`.
	Respond RespondMode `json:"respond,omitempty"`

	// What discount_quote adds to its answers. `next` adds what the customer is close to (`next`),
	// by the titles of the rules that are switched on, open and for this customer. It is for
	// browsers. `on` adds the same by the ids of the rules, and why each other rule did not apply
	// (`rejected`) or gave less (`lowered`). It shows rules that are switched off, still to come or
	// for other customers, so it is for trusted callers only. `true` stands for `on`, and `false`
	// for `off`. Default: `off`.
	Explain ExplainMode `json:"explain,omitempty"`

	// Which pages of other origins may call discount_quote. It answers the preflight requests of
	// their browsers. The option is an error on discount, where the order service answers them.
	// Default: none.
	Origins OriginOptions `json:"origins,omitzero"`

	// Adds a signed assertion of what the cart was priced at to every request. Default: none.
	Sign *SignOptions `json:"sign,omitempty"`

	// How edits of the strategy are noticed. `reload`, `guard` and `state` belong to the strategy:
	// all handlers of one strategy and `env` in a configuration share them. A value that one
	// handler leaves out is taken from the others. Different values in two handlers are an error.
	// The values of a new configuration take effect when it starts.
	Reload ReloadOptions `json:"reload,omitzero"`

	// How far an edited strategy may be from the one in service.
	Guard GuardrailOptions `json:"guard,omitzero"`

	// What is remembered of the strategy across restarts.
	State StateOptions `json:"state,omitzero"`
}

// OriginOptions say which pages of other origins may ask for a quote (CORS).
type OriginOptions struct {
	// The origins whose pages may read the answers of discount_quote, such as
	// `https://shop.example`: scheme, host and, where it is not the usual one, port. `*`
	// alone allows every origin. Placeholders are replaced when the configuration is
	// loaded. Default: none.
	Allow []string `json:"allow,omitempty"`

	// Whether these pages may send credentials such as cookies, for a handler in front of
	// discount_quote. The quote itself needs none. It cannot be combined with `*`. Default: false.
	Credentials bool `json:"credentials,omitempty"`
}

// errOriginsOfOrders refuses origins on the directive that prices orders.
var errOriginsOfOrders = errors.New("origins is an option of discount_quote: pages that send orders ask the order service, which answers OPTIONS, too")

// fill expands placeholders and writes every origin as a browser does.
func (o *OriginOptions) fill() error {
	var errs []error
	for i := range o.Allow {
		err := directive.Expand("origins", &o.Allow[i])
		if err == nil {
			o.Allow[i], err = cors.ParseOrigin(o.Allow[i])
			err = directive.InOption("origins", err)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

func (o *OriginOptions) validate() error {
	policy := o.policy()
	return directive.InOption("origins", policy.Validate())
}

func (o *OriginOptions) policy() cors.Policy {
	return cors.Policy{Allowed: o.Allow, Credentials: o.Credentials}
}

// The defaults of the options.
const (
	defaultMaxBody  = 1 << 20
	defaultMaxLines = 500
)

// maxMaxBody bounds max_body: a larger value is a configuration error.
const maxMaxBody = 64 << 20

// fill puts the defaults in and expands placeholders. The options that handlers of one strategy
// share get their defaults later, if no handler gives them.
func (o *Options) fill() error {
	if err := o.expandShared(); err != nil {
		return err
	}
	for _, c := range o.choices() {
		if err := c.Fill(); err != nil {
			return err
		}
	}
	if err := errors.Join(directive.Expand("prices", &o.Prices), directive.Expand("header_prefix", &o.HeaderPrefix)); err != nil {
		return err
	}
	directive.Default(&o.HeaderPrefix, httpheader.DefaultPrefix)
	directive.Default(&o.MaxBody, defaultMaxBody)
	directive.Default(&o.MaxLines, defaultMaxLines)
	directive.Default(&o.Lines, new(true))
	if err := o.OrderOptions.fill(); err != nil {
		return err
	}
	if err := o.Origins.fill(); err != nil {
		return err
	}
	if o.Sign != nil {
		return o.Sign.fill()
	}
	return nil
}

// expandShared expands the options that name the strategy, and those that its handlers share.
func (o *Options) expandShared() error {
	if err := directive.Expand("strategy", &o.Strategy); err != nil {
		return err
	}
	if err := directive.Expand("env", &o.Env); err != nil {
		return err
	}
	if o.Strategy == "" {
		return errors.New("strategy: the path of a TOML file or of a directory is required")
	}
	if err := noTests(o.Strategy); err != nil {
		return err
	}
	path, err := filepath.Abs(o.Strategy)
	if err != nil {
		return directive.InOption("strategy", err)
	}
	o.Strategy = path
	return o.State.expand()
}

// noTests refuses the path of a test file as that of a strategy.
func noTests(path string) error { return directive.InOption("strategy", strategyfile.NoTests(path)) }

// Validate checks the options. Provision calls it before it opens the strategy, so that no strategy
// is watched for a handler that will not run. Caddy calls it again after Provision.
func (o *Options) Validate() error {
	for _, c := range o.choices() {
		if err := c.Validate(); err != nil {
			return err
		}
	}
	if err := directive.InOption("header_prefix", httpheader.CheckPrefix(o.HeaderPrefix)); err != nil {
		return err
	}
	_, err := o.Cart()
	return errors.Join(
		err,
		directive.InOption("content_types", httpbody.CheckJSONTypes(o.ContentTypes)),
		directive.Within("max_body", o.MaxBody, 1, maxMaxBody),
		directive.Within("max_lines", int64(o.MaxLines), 1, cartoptions.MostLines),
		o.OrderOptions.validate(),
		o.Reload.validate(),
		o.Origins.validate(),
		o.Guard.validate(),
		o.Sign.validate(),
		o.State.validate(o.Strategy),
	)
}

// lowered are texts in lower case.
func lowered(texts []string) []string {
	low := make([]string, len(texts))
	for i, text := range texts {
		low[i] = strings.ToLower(text)
	}
	return low
}

// Reaction is what becomes of an order that cannot be priced: `pass` forwards it, `reject`
// answers it with an error.
type Reaction string

const (
	reactionPass   Reaction = "pass"
	reactionReject Reaction = "reject"
)

// HeaderForm is how the discount headers are written: `fields` for a header for each value,
// `compact` for one header with all of them.
type HeaderForm string

const (
	headersFields  HeaderForm = "fields"
	headersCompact HeaderForm = "compact"
)

// RespondMode is what a response has under the names of the discount headers: `off` for
// nothing, `on` for the headers of the request, `upstream` for what the upstream sends.
type RespondMode string

const (
	respondOff      RespondMode = "off"
	respondOn       RespondMode = "on"
	respondUpstream RespondMode = "upstream"
)

// ExplainMode is what discount_quote adds to its answers: `off` for nothing, `next` for
// what the customer is close to, or `on` for that and why each other rule did not apply.
type ExplainMode string

const (
	explainOff  ExplainMode = "off"
	explainOn   ExplainMode = "on"
	explainNext ExplainMode = "next"
)

// UnmarshalJSON reads a mode, or a boolean as version 0.1 had it.
func (m *ExplainMode) UnmarshalJSON(text []byte) error {
	switch string(text) {
	case "true":
		*m = explainOn
		return nil
	case "false":
		*m = explainOff
		return nil
	}
	if err := json.Unmarshal(text, (*string)(m)); err != nil {
		return fmt.Errorf("explain: %s is none of off, on, next", text)
	}
	return nil
}

// choices are the options that take one of a few words. Each list of words begins with the
// default.
func (o *Options) choices() []directive.Enum {
	reactions := []Reaction{reactionPass, reactionReject}
	return []directive.Enum{
		directive.EnumOf("source", &o.Source, cartoptions.Sources...),
		directive.EnumOf("customer", &o.Customer, cartoptions.Customers...),
		directive.EnumOf("on_invalid", &o.OnInvalid, reactions...),
		directive.EnumOf("on_oversize", &o.OnOversize, reactions...),
		directive.EnumOf("on_price_change", &o.OnPriceChange, reactions...),
		directive.EnumOf("headers", &o.Headers, headersFields, headersCompact),
		directive.EnumOf("respond", &o.Respond, respondOff, respondOn, respondUpstream),
		directive.EnumOf("explain", &o.Explain, explainOff, explainOn, explainNext),
	}
}
