package reload

import (
	"errors"
	"fmt"

	"github.com/promogate/caddy-discount/reload/history"
)

// Why a rollback was not carried out.
var (
	ErrNotInService = errors.New("another content is in service than the one named")
	ErrInService    = errors.New("that content is in service already")
	ErrNotKept      = history.ErrNoSnapshot
	ErrClosed       = errors.New("the source is closed")
)

// A PanicError is the refusal of content on which the loader panicked.
type PanicError struct {
	Value any    // what it panicked with
	Stack []byte // where
}

// Error gives the text of the panic, without the stack.
func (e *PanicError) Error() string { return fmt.Sprintf("panic while loading: %v", e.Value) }

// Unwrap returns the error it panicked with, if it was one.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// A GuardrailError is a refusal that depends on more than the content, such as what
// the loader compared it with. The same content is loaded again when it is saved
// again; a restart alone does not let it in.
type GuardrailError struct {
	Policy string // the one that refused it, see [Options.Policy]
	Err    error
}

// Error is that of the reason.
func (e *GuardrailError) Error() string { return e.Err.Error() }

// Unwrap is the reason.
func (e *GuardrailError) Unwrap() error { return e.Err }
