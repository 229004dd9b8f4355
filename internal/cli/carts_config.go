package cli

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig"
	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/internal/brief"
	"github.com/promogate/caddy-discount/internal/cartoptions"
	"github.com/promogate/caddy-discount/internal/handlers"
	"github.com/promogate/caddy-discount/internal/publish"
	"github.com/promogate/caddy-discount/internal/strategyfile"
	"github.com/promogate/caddy-discount/strategy/ruletest"
)

// This file finds a handler in a configuration. It decodes only the options of carts. It
// provisions nothing and loads no strategy.

// configured is a discount handler of a configuration.
type configured struct {
	cartoptions.Options
	Strategy string `json:"strategy"`

	number int    // from 1, in the order of the configuration
	module string // discount or discount_quote
	hosts  string // the hosts of its route; "" if the route names none
}

// handlerOptions returns the cart options of the handler that the flags choose, and the name of
// the handler for messages.
func handlerOptions(cmd *cobra.Command, strategy string) (*cartoptions.Options, string, error) {
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
		return nil, "", fmt.Errorf("--handler is %d, and %s has %s:\n%s", number, file, brief.Count(len(all), "discount handler"), listed(all))
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

// chooseHandler returns the handler with a number. Number 0 means the only handler, or the only
// one of the strategy. Handlers that read carts in the same way count as one.
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
		if !readSameCarts(&candidates[0].Options, &candidates[i+1].Options) {
			return nil, fmt.Errorf("%s has several discount handlers that read carts differently, say which with --handler:\n%s", file, listed(candidates))
		}
	}
	return &candidates[0], nil
}

// ordersOfHandlers returns how the handlers of a strategy in a configuration read bodies. If none
// has the strategy, it returns how all handlers do. Handlers that read carts in the same way count
// as one, and handlers that read no body are left out.
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
		if slices.ContainsFunc(different, func(other configured) bool { return readSameCarts(&other.Options, &h.Options) }) {
			continue
		}
		if err := h.expand(); err != nil {
			return o, fmt.Errorf("handler %d of %s: %w", h.number, file, err)
		}
		if h.Source == "headers" {
			continue
		}
		reader, err := h.Reader()
		if err != nil {
			return o, fmt.Errorf("handler %d of %s: %w", h.number, file, err)
		}
		different = append(different, *h)
		o.Readings = append(o.Readings, ruletest.Reading{Name: fmt.Sprintf("handler %d of %s", h.number, file), Reader: reader})
	}
	return o, nil
}

// readSameCarts reports whether two handlers read carts in the same way.
func readSameCarts(a, b *cartoptions.Options) bool {
	one, oneErr := a.Cart()
	other, otherErr := b.Cart()
	return oneErr == nil && otherErr == nil && a.Source == b.Source && reflect.DeepEqual(one, other)
}

// withStrategy returns the handlers of a strategy. A path in a configuration is relative to the
// directory in which Caddy is started. Both the working directory and the directory of the
// configuration are tried.
func withStrategy(all []configured, file, strategy string) []configured {
	var of []configured
	for _, h := range all {
		for _, dir := range []string{"", filepath.Dir(file)} {
			path := h.Strategy
			if dir != "" && !filepath.IsAbs(path) {
				path = filepath.Join(dir, path)
			}
			if publish.SameFile(path, strategy) {
				of = append(of, h)
				break
			}
		}
	}
	return of
}

// listed returns a table of handlers as text.
func listed(all []configured) string {
	t := table{}
	for i := range all {
		h := &all[i]
		t.add(fmt.Sprint(h.number), h.module, printable(h.Strategy), printable(h.Text()), printable(h.hosts))
	}
	return strings.TrimRight(t.String(), "\n")
}

// handlersIn returns the discount handlers of a configuration. It fails if there is none.
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
	found, err := handlers.In(text)
	if err != nil {
		return nil, fmt.Errorf("reading the configuration: %s: %w", file, err)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("there is no discount handler in %s", file)
	}
	all := make([]configured, len(found))
	for i, h := range found {
		if all[i], err = configuredBy(h, i+1); err != nil {
			return nil, fmt.Errorf("reading the configuration: %s: %w", file, err)
		}
	}
	return all, nil
}

// inFile adds the name of a file to an error that does not have it.
func inFile(file string, err error) error {
	if strings.Contains(err.Error(), file) {
		return err
	}
	return fmt.Errorf("%s: %w", file, err)
}

// expand replaces the placeholders in the cart options, as the handler does when it is
// provisioned.
func (h *configured) expand() error {
	for _, text := range []*string{(*string)(&h.Source), &h.Prices, (*string)(&h.Customer)} {
		expanded, err := caddy.NewReplacer().ReplaceOrErr(*text, true, true)
		if err != nil {
			return err
		}
		*text = expanded
	}
	return nil
}

// configuredBy decodes the options of a handler.
func configuredBy(h handlers.Handler, number int) (configured, error) {
	c := configured{number: number, module: h.Module, hosts: h.Hosts}
	if err := json.Unmarshal(h.Options, &c); err != nil {
		return c, fmt.Errorf("handler %d: %w", number, err)
	}
	c.Strategy = caddy.NewReplacer().ReplaceKnown(c.Strategy, "")
	return c, nil
}
