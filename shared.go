package discount

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"time"

	"github.com/caddyserver/caddy/v2"

	"github.com/promogate/caddy-discount/reload"
	"github.com/promogate/caddy-discount/reload/history"
)

// sharedOptions are the options that belong to a strategy and not to a handler: all handlers
// of one strategy in a configuration have the same.
type sharedOptions struct {
	reload ReloadOptions
	guard  GuardOptions
	state  StateOptions
}

// shared are the options that a handler gives to its strategy.
func (o *Options) shared() sharedOptions { return sharedOptions{o.Reload, o.Guard, o.State} }

// share takes over the options of the strategy.
func (o *Options) share(s sharedOptions) { o.Reload, o.Guard, o.State = s.reload, s.guard, s.state }

// fill puts the defaults in where no handler gives anything.
func (s *sharedOptions) fill() error {
	setIfZero(&s.reload.Settle, defaultSettle)
	setIfZero(&s.reload.Poll, defaultPoll)
	s.guard.fill()
	return s.state.fill()
}

// merge adds what another handler gives. The error names each option to which the two give
// different values, and both values.
func (s *sharedOptions) merge(other sharedOptions) error {
	return errors.Join(
		agree("reload settle", &s.reload.Settle, other.reload.Settle, durationText),
		agree("reload poll", &s.reload.Poll, other.reload.Poll, durationText),
		agree("guard max_mean_change", &s.guard.MaxMeanChange, other.guard.MaxMeanChange, floatText),
		agreeIfGiven("guard max_free_orders", &s.guard.MaxFreeOrders, other.guard.MaxFreeOrders, floatText),
		agree("guard max_evaluation", &s.guard.MaxEvaluation, other.guard.MaxEvaluation, durationText),
		agree("guard min_sample", &s.guard.MinSample, other.guard.MinSample, strconv.Itoa),
		agree("state", &s.state.Dir, other.state.Dir, func(dir string) string { return dir }),
		agree("state keep", &s.state.Keep, other.state.Keep, strconv.Itoa),
		agree("state key", &s.state.Key, other.state.Key, nil),
		agreeIfGiven("state rollback", &s.state.NoRollback, other.state.NoRollback, rollbackText),
	)
}

// agree takes a value over that was left out so far. It is an error if both are given and
// not the same, which names them unless text is nil: then they are secret.
func agree[T comparable](name string, value *T, other T, text func(T) string) error {
	var none T
	switch {
	case other == none || *value == other:
		return nil
	case *value == none:
		*value = other
		return nil
	case text == nil:
		return fmt.Errorf("%s: one handler has another one than the other", name)
	}
	return fmt.Errorf("%s: one handler has %s and the other %s", name, text(*value), text(other))
}

// agreeIfGiven is agree for a value that may be given as zero.
func agreeIfGiven[T comparable](name string, value **T, other *T, text func(T) string) error {
	switch {
	case other == nil || *value != nil && **value == *other:
		return nil
	case *value == nil:
		*value = other
		return nil
	}
	return fmt.Errorf("%s: one handler has %s and the other %s", name, text(**value), text(*other))
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

// equal reports whether the options have the same values.
func (s *sharedOptions) equal(other *sharedOptions) bool { return reflect.DeepEqual(s, other) }

// settings are the options as the source of a strategy has them.
func (s *sharedOptions) settings(key liveKey) reload.Settings {
	return reload.Settings{
		Settle: time.Duration(s.reload.Settle), Poll: time.Duration(s.reload.Poll),
		State:        s.state.dirOf(key),
		StateOptions: history.Options{Name: key.id(), Key: s.state.Key, Keep: s.state.Keep},
		Policy:       s.guard.limits().String(),
	}
}
