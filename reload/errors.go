package reload

import (
	"errors"
	"fmt"

	"github.com/promogate/caddy-discount/reload/history"
)

// The reasons why a rollback was not carried out.
var (
	ErrNotInService = errors.New("another content is in service than the one named")
	ErrInService    = errors.New("that content is in service already")
	ErrNotKept      = history.ErrNoSnapshot
	ErrClosed       = errors.New("the source is closed")
)

// A NotAcceptedError says that a snapshot was not put back into service, because the loader does not
// accept its content any more.
type NotAcceptedError struct {
	Fingerprint string // of the snapshot
	Err         error  // of the loader
}

// Error names the snapshot and says why it is refused.
func (e *NotAcceptedError) Error() string {
	return fmt.Sprintf("the snapshot %s is no longer accepted: %v", e.Fingerprint, e.Err)
}

// Unwrap returns Err.
func (e *NotAcceptedError) Unwrap() error { return e.Err }

// A PanicError is the refusal of content on which the loader panicked.
type PanicError struct {
	Value any    // what it panicked with
	Stack []byte // where it panicked
}

// Error gives the text of the panic, without the stack.
func (e *PanicError) Error() string { return fmt.Sprintf("panic while loading: %v", e.Value) }

// Unwrap returns the value that it panicked with, if that is an error.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// A GuardrailError is a refusal that depends on more than the content, such as the sample that
// the loader compared it on. The same content is loaded again when it is saved again or when
// the policy changes. After a restart with the same policy it stays refused.
type GuardrailError struct {
	Policy string // the policy that refused it, see [Options.Policy]
	Err    error
}

// Error returns the text of Err.
func (e *GuardrailError) Error() string { return e.Err.Error() }

// Unwrap returns Err.
func (e *GuardrailError) Unwrap() error { return e.Err }
