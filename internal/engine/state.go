package engine

import (
	"errors"
	"fmt"
	"syscall"

	"github.com/promogate/caddy-discount/reload"
	"github.com/promogate/caddy-discount/reload/history"
)

// A StateError is an error of the state directory of a strategy.
type StateError struct {
	Dir string
	Err error
}

// Error returns the text of the error with its directory, and what to do if the disk is full.
func (e *StateError) Error() string {
	text := fmt.Sprintf("state %s: %v", e.Dir, e.Err)
	if e.Full() {
		text += ": free some space there"
	}
	return text
}

// Unwrap returns Err.
func (e *StateError) Unwrap() error { return e.Err }

// Full reports whether the disk has no space, or a quota is used up.
func (e *StateError) Full() bool {
	return errors.Is(e.Err, syscall.ENOSPC) || errors.Is(e.Err, syscall.EDQUOT)
}

// stateError returns err as a [StateError] of the present state directory; nil if err is nil.
func (e *Engine) stateError(err error) error { return stateError(e.options.Load().State, err) }

func stateError(dir string, err error) error {
	if err == nil {
		return nil
	}
	return &StateError{Dir: dir, Err: err}
}

// Status returns the status of the source. It does not wait for a load.
func (e *Engine) Status() reload.Status {
	s := e.source.Status()
	s.State.Err, s.State.Found = stateError(s.State.Dir, s.State.Err), stateError(s.State.Dir, s.State.Found)
	return s
}

// History returns the history of the strategy. It waits for a load in progress.
func (e *Engine) History() reload.History { return e.source.History() }

// RollbackOff reports whether the configuration refuses rollbacks.
func (e *Engine) RollbackOff() bool { return e.options.Load().NoRollback }

// Rollback puts a content that was in service before back into service; see
// [reload.Source.Rollback]. The errors that it names are returned as they are. All others are a
// [StateError].
func (e *Engine) Rollback(fingerprint, inService, reason string) error {
	err := e.source.Rollback(fingerprint, inService, reason)
	for _, refused := range []error{reload.ErrNotInService, reload.ErrInService, reload.ErrNotKept, reload.ErrClosed} {
		if errors.Is(err, refused) {
			return err
		}
	}
	if refused := new(reload.NotAcceptedError); errors.As(err, &refused) {
		return err
	}
	return e.stateError(err)
}

// Record writes something that was done by hand to the log of the strategy, and waits until it is on
// disk. Without a state directory it does nothing. An error is a [StateError].
func (e *Engine) Record(action history.Action, reason string) error {
	_, err := e.source.Record(action, reason)
	return e.stateError(err)
}
