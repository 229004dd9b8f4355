package discount

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/internal/strategyfile"
	"github.com/promogate/caddy-discount/strategy/ruletest"
)

// This file is how the commands find a handler in a configuration. Nothing of it is
// provisioned, and no strategy is loaded: the options of carts are decoded alone.

// configured is a discount handler of a configuration.
type configured struct {
	Options
	number int    // from 1, in the order of the configuration
	module string // discount or discount_quote
	hosts  string // of the route it is in, if it names any
}

// handlerOptions are the options of the handler that the flags choose, and its name.
func handlerOptions(cmd *cobra.Command, strategy string) (*Options, string, error) {
	file := flag(cmd, "config")
	all, err := handlersIn(file)
	if err != nil {
		return nil, "", err
	}
	number, err := cmd.Flags().GetInt("handler")
	if err != nil {
		return nil, "", err
	}
	if cmd.Flags().Changed("handler") && (number < 1 || number > len(all)) {
		return nil, "", fmt.Errorf("--handler is %d, and %s has %s:\n%s", number, file, counted(len(all), "discount handler"), listed(all))
	}
	chosen, err := chooseHandler(all, number, file, strategy)
	if err != nil {
		return nil, "", err
	}
	if err := chosen.expand(); err != nil {
		return nil, "", fmt.Errorf("handler %d of %s: %w", chosen.number, file, err)
	}
	if chosen.Source == "headers" {
		return nil, "", fmt.Errorf("handler %d of %s reads carts from headers alone: there is no body to read", chosen.number, file)
	}
	return &chosen.Options, fmt.Sprintf("handler %d of %s", chosen.number, file), nil
}

// chooseHandler is the handler of a number; without one the only handler, or the one of
// the strategy. Handlers that read carts alike are as good as one.
func chooseHandler(all []configured, number int, file, strategy string) (*configured, error) {
	if number > 0 {
		return &all[number-1], nil
	}
	candidates := all
	if strategy != "" {
		if of := withStrategy(all, file, strategy); len(of) > 0 {
			candidates = of
		}
	}
	for i := range candidates[1:] {
		if !readAlike(&candidates[0].Options, &candidates[i+1].Options) {
			return nil, fmt.Errorf("%s has several discount handlers that read carts differently, say which with --handler:\n%s", file, listed(candidates))
		}
	}
	return &candidates[0], nil
}

// ordersOfHandlers is how the handlers of a strategy in a configuration read bodies; all
// handlers, if none is of the strategy.
func ordersOfHandlers(file, strategy string) (o ruletest.Orders, err error) {
	all, err := handlersIn(file)
	if err != nil {
		return o, err
	}
	if of := withStrategy(all, file, strategy); len(of) > 0 {
		all = of
	}
	var different []configured
	for i := range all {
		h := &all[i]
		if slices.ContainsFunc(different, func(other configured) bool { return readAlike(&other.Options, &h.Options) }) {
			continue
		}
		if err := h.expand(); err != nil {
			return o, fmt.Errorf("handler %d of %s: %w", h.number, file, err)
		}
		if h.Source == "headers" {
			continue
		}
		reader, err := h.reader()
		if err != nil {
			return o, fmt.Errorf("handler %d of %s: %w", h.number, file, err)
		}
		different = append(different, *h)
		o.Readings = append(o.Readings, ruletest.Reading{Name: fmt.Sprintf("handler %d of %s", h.number, file), Reader: reader})
	}
	return o, nil
}

// readAlike reports whether two handlers read carts alike.
func readAlike(a, b *Options) bool {
	one, oneErr := a.cartOptions()
	other, otherErr := b.cartOptions()
	return oneErr == nil && otherErr == nil && a.Source == b.Source && reflect.DeepEqual(one, other)
}

// withStrategy are the handlers of a strategy. Paths in a configuration are relative to
// where Caddy is started: mostly here, or beside the configuration.
func withStrategy(all []configured, file, strategy string) []configured {
	var of []configured
	for _, h := range all {
		for _, dir := range []string{"", filepath.Dir(file)} {
			path := h.Strategy
			if dir != "" && !filepath.IsAbs(path) {
				path = filepath.Join(dir, path)
			}
			if sameFile(path, strategy) {
				of = append(of, h)
				break
			}
		}
	}
	return of
}

// listed is a list of handlers for a person.
func listed(all []configured) string {
	t := table{}
	for i := range all {
		h := &all[i]
		t.add(fmt.Sprint(h.number), h.module, printable(h.Strategy), printable(h.shapeText()), printable(h.hosts))
	}
	return strings.TrimRight(t.String(), "\n")
}

// handlersIn are the discount handlers of a configuration, at least one.
func handlersIn(file string) ([]configured, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %w", strategyfile.PathError(file, err))
	}
	if !json.Valid(text) {
		if text, _, err = caddyconfig.GetAdapter("caddyfile").Adapt(text, map[string]any{"filename": file}); err != nil {
			return nil, fmt.Errorf("reading the configuration: %w", inFile(file, err))
		}
	}
	w := &handlerWalk{}
	if err := w.value(jsontext.NewDecoder(bytes.NewReader(text)), ""); err != nil {
		return nil, fmt.Errorf("reading the configuration: %s: %w", file, err)
	}
	if len(w.found) == 0 {
		return nil, fmt.Errorf("there is no discount handler in %s", file)
	}
	return w.found, nil
}

// inFile is an error with the name of a file, unless it names it already.
func inFile(file string, err error) error {
	if strings.Contains(err.Error(), file) {
		return err
	}
	return fmt.Errorf("%s: %w", file, err)
}

// handlerWalk goes through a configuration in its order: handlers may be in routes of
// routes, named routes and routes for errors and responses.
type handlerWalk struct {
	found []configured
}

// value goes through the next value; hosts are those of the route around it.
func (w *handlerWalk) value(d *jsontext.Decoder, hosts string) error {
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

func (w *handlerWalk) object(text []byte, hosts string) error {
	var known struct {
		Handler string `json:"handler"`
		Match   []struct {
			Host []string `json:"host"`
		} `json:"match"`
	}
	if json.Unmarshal(text, &known) == nil { // of anything else it is none of these
		if known.Handler == "discount" || known.Handler == "discount_quote" {
			return w.handler(text, known.Handler, hosts)
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

// handler decodes the options of a handler.
func (w *handlerWalk) handler(text []byte, module, hosts string) error {
	h := configured{number: len(w.found) + 1, module: module, hosts: hosts}
	if err := json.Unmarshal(text, &h.Options); err != nil {
		return fmt.Errorf("handler %d: %w", h.number, err)
	}
	h.Strategy = caddy.NewReplacer().ReplaceKnown(h.Strategy, "")
	w.found = append(w.found, h)
	return nil
}

// expand replaces the placeholders in the options of carts, as the handler does when it
// is provisioned.
func (h *configured) expand() error {
	for _, text := range []*string{&h.Source, &h.Prices, &h.Customer} {
		expanded, err := caddy.NewReplacer().ReplaceOrErr(*text, true, true)
		if err != nil {
			return err
		}
		*text = expanded
	}
	return nil
}
