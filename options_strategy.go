package discount

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/caddyserver/caddy/v2"

	"github.com/promogate/caddy-discount/internal/adminapi"
	"github.com/promogate/caddy-discount/internal/directive"
	"github.com/promogate/caddy-discount/internal/engine"
	"github.com/promogate/caddy-discount/internal/guardrail"
	"github.com/promogate/caddy-discount/internal/handlers"
	"github.com/promogate/caddy-discount/internal/ledgers"
	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/strategy/document"
)

// The options in this file belong to a strategy and not to a handler, see sharedOptions.

// ReloadOptions say how edits of the strategy are noticed.
type ReloadOptions struct {
	// How long a file that was written in place must be left alone, after its
	// writer closed it, before it is read. Files renamed into place are read at
	// once. Default: 20ms.
	Settle caddy.Duration `json:"settle,omitempty"`

	// The interval at which the file is checked without a notification. This is the fallback where
	// notifications are lost or not available. Default: 1s.
	Poll caddy.Duration `json:"poll,omitempty"`
}

// The defaults and bounds of ReloadOptions; a value outside is a configuration error.
const (
	defaultSettle = caddy.Duration(20 * time.Millisecond)
	defaultPoll   = caddy.Duration(time.Second)
	maxSettle     = caddy.Duration(10 * time.Second)
	minPoll       = caddy.Duration(10 * time.Millisecond)
	maxPoll       = caddy.Duration(time.Hour)
)

// validate checks what is given.
func (o *ReloadOptions) validate() error {
	var errs []error
	if o.Settle != 0 {
		errs = append(errs, directive.During("reload settle", o.Settle, caddy.Duration(time.Millisecond), maxSettle))
	}
	if o.Poll != 0 {
		errs = append(errs, directive.During("reload poll", o.Poll, minPoll, maxPoll))
	}
	return errors.Join(errs...)
}

// GuardrailOptions are bounds on how far an edited strategy may be from the one in
// service, measured on carts of recent orders, with both strategies side by side. A
// strategy that exceeds one is refused; the one in service stays. All are optional.
// They find mistakes; they are no defence against an attack.
//
// At most four carts of one client are kept. A client is known by Caddy's `client_ip`: behind a
// load balancer, set `trusted_proxies`, or all orders count as those of one client.
//
// They do not apply to the strategy that a gateway starts with, since there are no carts yet. A
// strategy that they refused stays refused across a restart.
type GuardrailOptions struct {
	// The factor, at least 1, by which the discount may grow or shrink, as a share of
	// what a cart costs: with 2 it may at most double and at least halve. Both the mean
	// and the median of the carts have to stay within it. Where no cart has a discount
	// now, there is nothing to multiply and this bound is not checked.
	MaxMeanChange float64 `json:"max_mean_change,omitempty"`

	// The share of orders, from 0 to 1, that may have nothing left to pay for
	// their goods beyond those that have nothing to pay now.
	MaxFreeOrders *float64 `json:"max_free_orders,omitempty"`

	// The longest that pricing one cart may take. Of each cart the fastest of
	// three tries counts.
	MaxEvaluation caddy.Duration `json:"max_evaluation,omitempty"`

	// How many carts make a comparison; with fewer the bounds are not checked, and
	// the log says so. At most 128, which is how many are kept. Default: 20.
	MinSample int `json:"min_sample,omitempty"`
}

const (
	defaultMinSample = 20
	mostSample       = 128
	maxFactor        = 1_000_000
)

func (g *GuardrailOptions) fill() { directive.Default(&g.MinSample, defaultMinSample) }

func (g *GuardrailOptions) validate() error {
	var errs []error
	if g.MaxMeanChange != 0 && !(g.MaxMeanChange >= 1 && g.MaxMeanChange <= maxFactor) {
		errs = append(errs, fmt.Errorf("guard max_mean_change: %v is no factor of 1 or more", g.MaxMeanChange))
	}
	if s := g.MaxFreeOrders; s != nil && !(*s >= 0 && *s <= 1) {
		errs = append(errs, fmt.Errorf("guard max_free_orders: %v is no share from 0%% to 100%%", *s))
	}
	if g.MaxEvaluation != 0 {
		errs = append(errs, directive.During("guard max_evaluation", g.MaxEvaluation, caddy.Duration(time.Microsecond), caddy.Duration(time.Minute)))
	}
	if g.MinSample != 0 {
		errs = append(errs, directive.Within("guard min_sample", int64(g.MinSample), 1, mostSample))
	}
	return errors.Join(errs...)
}

func (g *GuardrailOptions) limits() guardrail.Limits {
	r := guardrail.Limits{MeanChange: g.MaxMeanChange, Evaluation: time.Duration(g.MaxEvaluation), MinSample: g.MinSample}
	if g.MaxFreeOrders != nil {
		r.FreeOrders, r.Free = *g.MaxFreeOrders, true
	}
	return r
}

// StateOptions say what is kept of a strategy across restarts: the contents that were in service,
// and a signed log of the changes. A gateway starts with the last content if the file is broken or
// missing. A rollback activates an earlier content. Nothing is written before the configuration
// starts, so `caddy validate` writes nothing.
type StateOptions struct {
	// The directory; every strategy has one of its own below it. `off` keeps
	// nothing. Default: `discount` in Caddy's data directory.
	Dir string `json:"dir,omitempty"`

	// How many contents are kept. Default: 50.
	Keep int `json:"keep,omitempty"`

	// The key that the log is signed with, in the form of golang.org/x/mod's sumdb/note. Give a key
	// that is not stored on the machine if the log has to prove something to others. Placeholders
	// such as {env.DISCOUNT_LOG_KEY} are expanded. Default: a key that is made on first use and
	// kept in the directory.
	Key string `json:"key,omitempty"`

	// Whether the admin API refuses to put an earlier content back. Default:
	// false.
	NoRollback *bool `json:"no_rollback,omitempty"`
}

const (
	stateOff    = "off"
	defaultKeep = 50
	mostKeep    = 10_000
)

// switches are words that are meant as off or as its opposite, not as a directory.
var switches = []string{"on", "no", "none", "yes", "true", "false", "disable", "disabled", "enable", "enabled", "default", "null", "0", "1"}

// checkStateDir refuses a word that is probably no directory: the state would be kept where no
// operator looks for it.
func checkStateDir(dir string) error {
	if dir == stateOff || !slices.Contains(switches, strings.ToLower(dir)) && document.Closest(dir, []string{stateOff}) == "" {
		return nil
	}
	return fmt.Errorf("state cannot be %q: want off or a directory (write ./%[1]s for one of that name)", dir)
}

// expand replaces placeholders and completes the path of the directory, if one is given.
func (s *StateOptions) expand() error {
	for _, text := range []*string{&s.Dir, &s.Key} {
		if err := directive.Expand("state", text); err != nil {
			return err
		}
	}
	if s.Dir == "" {
		return nil
	}
	if err := checkStateDir(s.Dir); err != nil {
		return err
	}
	return s.complete()
}

// fill puts the defaults in.
func (s *StateOptions) fill() error {
	directive.Default(&s.Keep, defaultKeep)
	directive.Default(&s.NoRollback, new(bool))
	if s.Dir != "" {
		return nil
	}
	s.Dir = adminapi.DefaultStateDir()
	return s.complete()
}

// complete puts the working directory before a relative path.
func (s *StateOptions) complete() error {
	if s.Dir == stateOff {
		return nil
	}
	dir, err := filepath.Abs(s.Dir)
	if err != nil {
		return directive.InOption("state", err)
	}
	s.Dir = dir
	return nil
}

// rollbackOff reports whether the admin API refuses to put an earlier content back.
func (s *StateOptions) rollbackOff() bool { return s.NoRollback != nil && *s.NoRollback }

// validate refuses a directory whose changes would be taken for changes of the strategy.
func (s *StateOptions) validate(strategy string) error {
	if s.Keep != 0 {
		if err := directive.Within("state keep", int64(s.Keep), 1, mostKeep); err != nil {
			return err
		}
	}
	if s.Dir == stateOff || s.Dir == "" {
		return nil
	}
	if s.Dir == filepath.Dir(strategy) || filepath.Dir(s.Dir) == filepath.Dir(strategy) {
		return fmt.Errorf("state: %s is in the directory of the strategy, which is watched", s.Dir)
	}
	if s.Dir == strategy || strings.HasPrefix(s.Dir, strategy+string(os.PathSeparator)) {
		return errors.New("state: the directory is within that of the strategy")
	}
	return nil
}

// dirOf is where the state of a strategy is; empty for nowhere.
func (s *StateOptions) dirOf(key engine.Key) string {
	if s.Dir == stateOff {
		return ""
	}
	return filepath.Join(s.Dir, key.ID())
}

// sharedOptions are the options that belong to a strategy and not to a handler: all handlers
// of one strategy in a configuration have the same.
type sharedOptions struct {
	reload ReloadOptions
	guard  GuardrailOptions
	state  StateOptions
	ledger string // canonical; "" for none
}

// shared are the options that a handler gives to its strategy.
func (o *Options) shared() sharedOptions {
	ledger, _ := ledgers.Canonical(o.LedgerRaw) // Validate has the error
	return sharedOptions{o.Reload, o.Guard, o.State, ledger}
}

// share takes over the options of the strategy.
func (o *Options) share(s sharedOptions) {
	o.Reload, o.Guard, o.State = s.reload, s.guard, s.state
	if s.ledger != "" {
		o.LedgerRaw = json.RawMessage(s.ledger)
	}
}

// ledgerOf says which ledger counts the orders of a strategy. Strategies share a namespace that they
// name; otherwise each has a directory of its own.
func (s *sharedOptions) ledgerOf(key engine.Key) ledgers.Config {
	c := ledgers.Config{Raw: json.RawMessage(s.ledger), Origin: quota.Origin{Namespace: filepath.Base(key.Path), StateDir: s.state.dirOf(key)}}
	if c.HasNamespace() && s.state.Dir != stateOff {
		c.Origin = quota.Origin{StateDir: s.state.Dir}
	}
	return c
}

// fill puts the defaults in where no handler gives anything.
func (s *sharedOptions) fill() error {
	directive.Default(&s.reload.Settle, defaultSettle)
	directive.Default(&s.reload.Poll, defaultPoll)
	s.guard.fill()
	return s.state.fill()
}

// merge adds what another handler gives. The error names each option to which the two give
// different values, and both values.
func (s *sharedOptions) merge(other sharedOptions) error {
	return errors.Join(
		handlers.Agree("reload settle", &s.reload.Settle, other.reload.Settle, durationText),
		handlers.Agree("reload poll", &s.reload.Poll, other.reload.Poll, durationText),
		handlers.Agree("guard max_mean_change", &s.guard.MaxMeanChange, other.guard.MaxMeanChange, floatText),
		handlers.AgreeIfGiven("guard max_free_orders", &s.guard.MaxFreeOrders, other.guard.MaxFreeOrders, floatText),
		handlers.Agree("guard max_evaluation", &s.guard.MaxEvaluation, other.guard.MaxEvaluation, durationText),
		handlers.Agree("guard min_sample", &s.guard.MinSample, other.guard.MinSample, strconv.Itoa),
		handlers.Agree("state", &s.state.Dir, other.state.Dir, func(dir string) string { return dir }),
		handlers.Agree("state keep", &s.state.Keep, other.state.Keep, strconv.Itoa),
		handlers.Agree("state key", &s.state.Key, other.state.Key, nil),
		handlers.AgreeIfGiven("state rollback", &s.state.NoRollback, other.state.NoRollback, rollbackText),
		handlers.Agree("ledger", &s.ledger, other.ledger, nil), // it may have a password
	)
}

func durationText(d caddy.Duration) string { return time.Duration(d).String() }

func floatText(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// rollbackText is the option as the Caddyfile has it.
func rollbackText(off bool) string {
	if off {
		return "off"
	}
	return "on"
}

// forEngine are the options as the engine of a strategy has them.
func (s *sharedOptions) forEngine(key engine.Key) engine.Options {
	return engine.Options{
		Settle: time.Duration(s.reload.Settle), Poll: time.Duration(s.reload.Poll),
		State: s.state.dirOf(key), LogKey: s.state.Key, Keep: s.state.Keep,
		Limits: s.guard.limits(), NoRollback: s.state.rollbackOff(),
	}
}
