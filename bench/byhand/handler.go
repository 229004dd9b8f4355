package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/caddyconfig/httpcaddyfile"
	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

func init() {
	caddy.RegisterModule(new(byHand))
	httpcaddyfile.RegisterHandlerDirective("byhand", parse)
}

// byHand computes by the rules in a file, or asks the service at an address.
type byHand struct {
	Rules   string `json:"rules,omitempty"`
	Service string `json:"service,omitempty"`

	rules  []rule
	client *http.Client
}

// CaddyModule implements caddy.Module.
func (*byHand) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "http.handlers.byhand", New: func() caddy.Module { return new(byHand) }}
}

// Provision implements caddy.Provisioner.
func (h *byHand) Provision(caddy.Context) (err error) {
	if h.Rules != "" {
		h.rules, err = readRules(h.Rules)
	}
	h.client = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 512}}
	return err
}

// ServeHTTP implements caddyhttp.MiddlewareHandler.
func (h *byHand) ServeHTTP(w http.ResponseWriter, r *http.Request, next caddyhttp.Handler) error {
	if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
		return next.ServeHTTP(w, r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return caddyhttp.Error(http.StatusBadRequest, err)
	}
	amount, err := h.amount(r, body)
	if err != nil {
		return caddyhttp.Error(http.StatusBadRequest, err)
	}
	r.Header.Set("X-Discount-Amount", amount)
	r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	return next.ServeHTTP(w, r)
}

func (h *byHand) amount(r *http.Request, body []byte) (string, error) {
	if h.Service == "" {
		sum, err := discount(h.rules, body)
		return fmt.Sprint(sum), err
	}
	ask, err := http.NewRequestWithContext(r.Context(), http.MethodPost, h.Service, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	answer, err := h.client.Do(ask)
	if err != nil {
		return "", err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return "", err
	}
	return answer.Header.Get("X-Discount-Amount"), nil
}

// parse reads `byhand rules <file>` or `byhand service <address>`.
func parse(helper httpcaddyfile.Helper) (caddyhttp.MiddlewareHandler, error) {
	h := new(byHand)
	return h, h.unmarshal(helper.Dispenser)
}

func (h *byHand) unmarshal(d *caddyfile.Dispenser) error {
	var how, what string
	d.Next()
	if !d.Args(&how, &what) {
		return d.ArgErr()
	}
	if how == "service" {
		h.Service = what
	} else {
		h.Rules = what
	}
	return nil
}
