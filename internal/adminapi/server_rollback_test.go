package adminapi

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/caddyserver/caddy/v2"

	"github.com/promogate/caddy-discount/internal/engine"
)

func TestAFullDiskIsAnsweredWithWhatToDo(t *testing.T) {
	for _, full := range []error{syscall.ENOSPC, syscall.EDQUOT} {
		wrapped := &engine.StateError{Dir: "/state", Err: fmt.Errorf("writing the rollback down: %w", full)}
		var answer caddy.APIError
		if err := rollbackError(new(engine.Engine), "abcdef", wrapped); !errors.As(err, &answer) || answer.HTTPStatus != http.StatusInsufficientStorage ||
			!strings.HasSuffix(answer.Err.Error(), ": free some space there, and ask again; nothing has changed") {
			t.Errorf("%v", err)
		}
	}
}
