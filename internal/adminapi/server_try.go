package adminapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"reflect"
	"strings"
	"time"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/cart/preset"
	"github.com/promogate/caddy-discount/internal/brief"
	"github.com/promogate/caddy-discount/internal/cartoptions"
	"github.com/promogate/caddy-discount/internal/languages"
	"github.com/promogate/caddy-discount/internal/pace"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/document"
)

// maxTriedBody bounds the body of a request with a strategy or a cart, in bytes.
const maxTriedBody = 4 << 20

// sentName is the file name in problems of a strategy that was sent in a request.
const sentName = "strategy.toml"

// tryOne calls do, which compiles a strategy that was sent in a request. Only one is tried at
// a time, so that processors stay free for orders. Other requests wait for as long as their
// clients do.
func (a Server) tryOne(r *http.Request, do func() error) error {
	select {
	case a.trying <- struct{}{}:
		defer func() { <-a.trying }()
		return do()
	case <-r.Context().Done():
		return apiError(http.StatusServiceUnavailable, errors.New("another strategy is being tried"))
	}
}

// checkStatus is the result of checking a strategy that was sent in a request.
type checkStatus struct {
	Valid    bool                  `json:"valid"`
	Errors   []document.Diagnostic `json:"errors"`
	Warnings []document.Diagnostic `json:"warnings"`

	// How many there are in addition to those listed.
	MoreErrors   int `json:"more_errors,omitempty"`
	MoreWarnings int `json:"more_warnings,omitempty"`

	Version  string `json:"version,omitempty"`
	SHA256   string `json:"sha256,omitempty"`
	Texts    string `json:"texts_sha256,omitempty"` // of the texts of the rules
	Rules    int    `json:"rules"`
	Currency string `json:"currency,omitempty"`
	Live     bool   `json:"in_service"` // it has the same meaning as the strategy in service
}

// check answers what is wrong with a strategy. The strategy gets the env of the one in service.
// Nothing is changed, and no rule tests are run.
func (a Server) check(w http.ResponseWriter, r *http.Request, id string) error {
	eng, err := a.find(id)
	if err != nil {
		return err
	}
	sent, err := readDraft(r)
	if err != nil {
		return err
	}
	found := checkStatus{Errors: []document.Diagnostic{}, Warnings: []document.Diagnostic{}}
	if err := a.tryOne(r, func() error { return found.check(eng, sent) }); err != nil {
		return err
	}
	return answer(w, found)
}

// check sets the result of checking a draft.
func (found *checkStatus) check(eng Engine, sent draft) error {
	m, s, err := try(eng, sent)
	var problems *document.Diagnostics
	switch {
	case errors.As(err, &problems):
		found.Errors, found.MoreErrors = problems.List, problems.More
	case err != nil:
		return apiError(http.StatusBadRequest, err)
	default:
		sum := s.Fingerprint()
		found.Valid, found.Version, found.Rules = true, s.Version(), s.RuleCount()
		found.SHA256, found.Currency = fmt.Sprintf("%x", sum), s.Currency().Code()
		if digest, ok := s.TextsDigest(); ok {
			found.Texts = fmt.Sprintf("%x", digest)
		}
		found.Live = found.SHA256 == eng.Live().Fingerprint
		found.Warnings, found.MoreWarnings = append(found.Warnings, m.Warnings()...), m.MoreWarnings()
	}
	return nil
}

// try compiles a draft. It yields the processor periodically to orders.
func try(eng Engine, sent draft) (*strategy.Model, *strategy.Strategy, error) {
	w, live := pace.NewWorker(), eng.Live().Value
	m, err := strategy.Parser{Env: eng.Key().Env, Pause: func() { w.Yield() }, InService: live.Strategy, Draft: true}.Parse(sent.sources(live.Companions)...)
	if err != nil {
		return nil, nil, err
	}
	return m, strategy.Compile(m), nil
}

// explainRequest is a cart with the optional parts of a request.
type explainRequest struct {
	Cart     json.RawMessage `json:"cart"`
	Strategy *string         `json:"strategy"`
	Files    draftFiles      `json:"files"`
	Now      *time.Time      `json:"now"`

	// How the cart is written: as for a handler of the strategy, or by these options.
	Handler    *int       `json:"handler"`
	Preset     string     `json:"preset"`
	Map        preset.Map `json:"map"`
	Prices     string     `json:"prices"`
	Fractional string     `json:"fractional"`
	ExactIDs   *bool      `json:"exact_ids"`
	TextFlags  *bool      `json:"text_flags"`

	reader *cart.Reader
}

// explain quotes a cart and explains the quote, with the strategy in service or with a draft.
func (a Server) explain(w http.ResponseWriter, r *http.Request, id string) error {
	eng, err := a.find(id)
	if err != nil {
		return err
	}
	body, err := readBody(r.Body)
	if err != nil {
		return err
	}
	asked, err := readExplain(body)
	if err != nil {
		return err
	}
	if asked.reader, err = asked.readerFor(eng); err != nil {
		return apiError(http.StatusBadRequest, err)
	}
	if asked.Strategy == nil {
		if asked.Files != nil {
			return apiError(http.StatusBadRequest, errors.New(`files go with a strategy that names them: there is no "strategy"`))
		}
		text, err := asked.answer(w.Header(), r, eng.Live().Value.Strategy)
		if err != nil {
			return err
		}
		return send(w, text)
	}
	sent, err := newDraft([]byte(*asked.Strategy), asked.Files)
	if err != nil {
		return err
	}
	var text []byte
	if err := a.tryOne(r, func() error {
		_, s, err := try(eng, sent)
		if err != nil {
			return apiError(http.StatusBadRequest, fmt.Errorf("strategy: %w", err))
		}
		text, err = asked.answer(w.Header(), r, s)
		return err
	}); err != nil {
		return err
	}
	return send(w, text)
}

// answer returns the explanation of the quote and sets the headers for its language.
func (e *explainRequest) answer(header http.Header, r *http.Request, s *strategy.Strategy) ([]byte, error) {
	c, err := e.read(s)
	if err != nil {
		return nil, apiError(http.StatusBadRequest, fmt.Errorf("cart: %w", err))
	}
	now := time.Now()
	if e.Now != nil {
		now = *e.Now
	}
	x, err := s.Explain(c, now)
	if err != nil {
		return nil, apiError(http.StatusBadRequest, fmt.Errorf("cart: %w", e.located(err)))
	}
	texts := languages.Choose(r, s)
	answer := append(texts.AppendExplanationJSON(nil, x, c), '\n')
	languages.Declare(header, s, texts) // the languages in the answer
	return answer, nil
}

// located returns the error of a line with the position of that line in the cart.
func (e *explainRequest) located(err error) error {
	var bad *strategy.LineError
	if !errors.As(err, &bad) {
		return err
	}
	return &cart.Invalid{Pointer: e.reader.Pointer(e.Cart, bad.Line, bad.Field), Reason: bad.Reason}
}

// readerFor returns the reader of a handler of the strategy, or one with the options sent.
func (e *explainRequest) readerFor(eng Engine) (*cart.Reader, error) {
	o := cartoptions.Options{Map: e.Map, Prices: e.Prices, Fractional: e.Fractional, ExactIDs: e.ExactIDs, TextFlags: e.TextFlags}
	if e.Preset != "" {
		if o.Map.Preset != "" && o.Map.Preset != e.Preset {
			return nil, fmt.Errorf("preset is %q, and that of map is %q", e.Preset, o.Map.Preset)
		}
		o.Map.Preset = e.Preset
	}
	if e.Handler == nil {
		return o.Reader()
	}
	if !reflect.DeepEqual(o, cartoptions.Options{}) {
		return nil, errors.New("handler says how the cart is written, and so does what is beside it: leave one of them out")
	}
	handlers := handlersOf(eng)
	if n := *e.Handler; n < 1 || n > len(handlers) {
		return nil, fmt.Errorf("handler is %d, and the strategy has %s", n, brief.Count(len(handlers), "handler"))
	}
	h := handlers[*e.Handler-1]
	if !h.ReadsBody() {
		return nil, fmt.Errorf("handler %d reads carts from headers alone: there is no body to read", *e.Handler)
	}
	return h.Reader, nil
}

// read reads the cart.
func (e *explainRequest) read(s *strategy.Strategy) (*cart.Cart, error) {
	c := new(cart.Cart)
	found, err := e.reader.ReadJSON(e.Cart, s.Currency(), c)
	if err == nil && !found {
		err = fmt.Errorf("there are no items at %s", e.reader.Items())
	}
	if err != nil {
		return nil, err
	}
	return c, nil
}

// readExplain reads the request: an object with a cart, or a cart.
func readExplain(body []byte) (*explainRequest, error) {
	var outline struct {
		Cart json.RawMessage `json:"cart"`
	}
	if err := json.Unmarshal(body, &outline); err != nil {
		return nil, apiError(http.StatusBadRequest, errors.New("the body is not JSON, want a cart or an object with one"))
	}
	if outline.Cart == nil {
		return &explainRequest{Cart: body}, nil
	}
	e := new(explainRequest)
	from := json.NewDecoder(bytes.NewReader(body))
	from.DisallowUnknownFields()
	if err := from.Decode(e); err != nil || e.Prices != "" && e.Prices != "minor" && e.Prices != "major" {
		return nil, apiError(http.StatusBadRequest,
			errors.New(`beside "cart" there may be "strategy" (TOML), "files" (texts by name), "now" (RFC 3339) and how the cart is written: "handler" (a number), or "map", "preset", `+
				`"prices" ("minor" or "major"), "fractional", "exact_ids" and "text_flags", and nothing else`))
	}
	return e, nil
}

// readBody reads a body whose length is bounded already.
func readBody(body io.Reader) ([]byte, error) {
	text, err := io.ReadAll(body)
	switch long := overlong(err); {
	case long != nil:
		return nil, long
	case err != nil:
		return nil, apiError(http.StatusBadRequest, errors.New("the body broke off"))
	case strings.TrimSpace(string(text)) == "":
		return nil, apiError(http.StatusBadRequest, errors.New("there is no body"))
	}
	return text, nil
}
