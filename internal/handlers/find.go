// Package handlers finds the handlers of this module in a configuration of Caddy. From the routes
// around them it finds which requests pass two of them, and which reach an upstream without being
// stripped. Options that handlers share have one value, which [Agree] finds.
package handlers

import (
	"bytes"
	"encoding/json"

	"github.com/go-json-experiment/json/jsontext"
)

// A Handler is a discount handler of a configuration.
type Handler struct {
	Module  string          // discount or discount_quote
	Hosts   string          // of the innermost route around it that names any
	Options json.RawMessage // as the configuration has them
}

// In finds the handlers in a configuration, or a part of one, in its order, without provisioning
// anything. They may be in routes of routes, in named routes, and in routes for errors and
// responses. With an error it returns those found before it.
func In(configuration []byte) ([]Handler, error) {
	var found []Handler
	w := walk{visit: func(module string, text []byte, way []leg) bool {
		if module != "discount" && module != "discount_quote" {
			return true
		}
		found = append(found, Handler{Module: module, Hosts: innermostHosts(way), Options: text})
		return false
	}}
	err := w.value(jsontext.NewDecoder(bytes.NewReader(configuration)), nil)
	return found, err
}

func innermostHosts(way []leg) (hosts string) {
	for _, at := range way {
		if at.hosts != "" {
			hosts = at.hosts
		}
	}
	return hosts
}
