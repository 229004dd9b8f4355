package outcome_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp/reverseproxy"

	"github.com/promogate/caddy-discount/internal/outcome"
	"github.com/promogate/caddy-discount/quota"
)

const word = "X-Discount-Reservation"

// What reverse_proxy leaves behind, and what it says of an order. That it leaves this behind is tested
// with a real one, where orders are.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	address := map[string]any{"http.reverse_proxy.upstream.address": "127.0.0.1:1"}
	answered := func(status int, more ...any) map[string]any {
		set := map[string]any{"http.reverse_proxy.upstream.address": "127.0.0.1:1", "http.reverse_proxy.status_code": status}
		for i := 0; i < len(more); i += 2 {
			set[more[i].(string)] = more[i+1]
		}
		return set
	}
	dial := caddyhttp.Error(http.StatusBadGateway, reverseproxy.DialError{})
	for name, c := range map[string]struct {
		set     map[string]any // placeholders
		header  string         // of the request
		written int
		err     error
		gone    bool // the client
		want    quota.Outcome
		final   bool // at the header
		held    time.Duration
		unread  bool // the word
	}{
		"accepted":                             {set: answered(200), written: 200, want: quota.Commit, final: true},
		"accepted, and the client saw another": {set: answered(201), written: 404, want: quota.Commit, final: true},
		"see other":                            {set: answered(303), written: 303, want: quota.Commit, final: true},
		"accepted after retries":               {set: answered(200, "http.reverse_proxy.retries", 2), written: 200, want: quota.Commit, final: true},
		"refused":                              {set: answered(422), written: 422, want: quota.Release},
		"refused after retries":                {set: answered(422, "http.reverse_proxy.retries", 1), written: 422, want: quota.Unknown},
		"refused, and none was tried again":    {set: answered(422, "http.reverse_proxy.retries", 0), written: 422, want: quota.Release},
		"refused, with a key":                  {set: answered(422), header: "Idempotency-Key", written: 422, want: quota.Unknown},
		"refused, with another key":            {set: answered(422), header: "X-Idempotency-Key", written: 422, want: quota.Unknown},
		"there is such an order":               {set: answered(409), written: 409, want: quota.Unknown},
		"failed":                               {set: answered(500), written: 500, want: quota.Unknown},
		"not connected":                        {set: address, err: dial, want: quota.Release},
		"not connected, with a key":            {set: address, header: "Idempotency-Key", err: dial, want: quota.Unknown},
		"not connected after retries": {set: map[string]any{"http.reverse_proxy.upstream.address": "a", "http.reverse_proxy.retries": 1},
			err: dial, want: quota.Unknown},
		"broken off":                 {set: address, err: caddyhttp.Error(502, errors.New("EOF")), want: quota.Unknown},
		"the client hung up":         {set: address, written: 499, gone: true, want: quota.Unknown},
		"an error before any":        {err: caddyhttp.Error(503, errors.New("no upstreams available")), want: quota.Release},
		"answered by another":        {written: 204, want: quota.Commit, final: true},
		"refused by another":         {written: 403, want: quota.Release},
		"sent on by another":         {written: 302, want: quota.Release},
		"nothing":                    {want: quota.Release},
		"it says commit":             {set: answered(500, "http.reverse_proxy.header."+word, "commit"), written: 500, want: quota.Commit, final: true},
		"it says release":            {set: answered(200, "http.reverse_proxy.header."+word, "release"), written: 200, want: quota.Release, final: true},
		"it says hold":               {set: answered(202, "http.reverse_proxy.header."+word, "hold;for=900"), written: 202, want: quota.Hold, final: true, held: 15 * time.Minute},
		"it says what is not known":  {set: answered(200, "http.reverse_proxy.header."+word, "keep"), written: 200, want: quota.Commit, final: true, unread: true},
		"it says two things at once": {set: answered(422, "http.reverse_proxy.header."+word, "commit,release"), written: 422, want: quota.Release, unread: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			repl := caddy.NewReplacer()
			ctx, cancel := context.WithCancel(context.WithValue(t.Context(), caddy.ReplacerCtxKey, repl))
			defer cancel()
			r := httptest.NewRequest(http.MethodPost, "/orders", nil).WithContext(ctx)
			if c.header != "" {
				r.Header.Set(c.header, "k")
			}
			repl.Set("http.reverse_proxy.status_code", 200) // of forward_auth
			repl.Set("http.reverse_proxy.upstream.address", "auth:1")
			repl.Set("http.reverse_proxy.retries", 1)
			repl.Set("http.reverse_proxy.header."+word, "commit")
			outcome.Clear(r, word)
			for key, value := range c.set {
				repl.Set(key, value)
			}
			if c.gone {
				cancel()
			}
			if c.written != 0 {
				a, final := outcome.AtHeader(r, word, c.written)
				if o, held := a.Outcome(); final != c.final || final && (o != c.want || held != c.held) {
					t.Errorf("at the header: %s for %s, final %v, want %s and %v", o, held, final, c.want, c.final)
				}
			}
			a, err := outcome.Of(r, word, c.written, c.err)
			if o, held := a.Outcome(); o != c.want || held != c.held || (err != nil) != c.unread {
				t.Errorf("in the end: %s for %s, %v, want %s for %s", o, held, err, c.want, c.held)
			}
		})
	}
}

func TestRequestWithoutPlaceholders(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequest(http.MethodPost, "/orders", nil)
	outcome.Clear(r, word)
	if a, err := outcome.Of(r, word, 200, nil); err != nil || a.Upstream != 0 {
		t.Errorf("%+v, %v", a, err)
	}
}
