// Package handlers finds the discount handlers in a configuration of Caddy, without
// provisioning anything.
package handlers

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// A Handler is a discount handler of a configuration.
type Handler struct {
	Module  string          // discount or discount_quote
	Hosts   string          // of the route it is in, if it names any
	Options json.RawMessage // as the configuration has them
}

// In finds the handlers in a configuration, or a part of one, in its order: they may be in
// routes of routes, named routes and routes for errors and responses.
func In(configuration []byte) ([]Handler, error) {
	w := &walk{}
	err := w.value(jsontext.NewDecoder(bytes.NewReader(configuration)), "")
	return w.found, err
}

// walk goes through a configuration.
type walk struct {
	found []Handler
}

// value goes through the next value; hosts are those of the route around it.
func (w *walk) value(d *jsontext.Decoder, hosts string) error {
	switch d.PeekKind() {
	case '{':
		text, err := d.ReadValue()
		if err != nil {
			return err
		}
		return w.object(bytes.Clone(text), hosts)
	case '[':
		if _, err := d.ReadToken(); err != nil {
			return err
		}
		for d.PeekKind() != ']' {
			if err := w.value(d, hosts); err != nil {
				return err
			}
		}
		_, err := d.ReadToken()
		return err
	}
	_, err := d.ReadValue()
	return err
}

func (w *walk) object(text []byte, hosts string) error {
	var known struct {
		Handler string `json:"handler"`
		Match   []struct {
			Host []string `json:"host"`
		} `json:"match"`
	}
	if json.Unmarshal(text, &known) == nil { // of anything else it is none of these
		if known.Handler == "discount" || known.Handler == "discount_quote" {
			w.found = append(w.found, Handler{Module: known.Handler, Hosts: hosts, Options: text})
			return nil
		}
		var named []string
		for _, m := range known.Match {
			named = append(named, m.Host...)
		}
		if len(named) > 0 {
			hosts = strings.Join(named, " ")
		}
	}
	d := jsontext.NewDecoder(bytes.NewReader(text))
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	for d.PeekKind() != '}' {
		if _, err := d.ReadToken(); err != nil { // a name
			return err
		}
		if err := w.value(d, hosts); err != nil && !errors.Is(err, io.EOF) {
			return err
		}
	}
	return nil
}
