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
	"github.com/promogate/caddy-discount/reload"
)

func TestAContentThatIsNoLongerAcceptedIsAConflict(t *testing.T) {
	refused := &reload.NotAcceptedError{Fingerprint: "abcdef", Err: errors.New("unknown key")}
	var answer caddy.APIError
	if err := rollbackError(new(engine.Engine), "abcdef", refused); !errors.As(err, &answer) || answer.HTTPStatus != http.StatusConflict ||
		answer.Err.Error() != "the snapshot abcdef is no longer accepted: unknown key: publish what is meant instead" {
		t.Errorf("%v", err)
	}
}

func TestAFullDiskIsAnsweredWithWhatToDo(t *testing.T) {
	for _, full := range []error{syscall.ENOSPC, syscall.EDQUOT} {
		wrapped := &engine.StateError{Dir: "/state", Err: fmt.Errorf("recording the rollback: %w", full)}
		var answer caddy.APIError
		if err := rollbackError(new(engine.Engine), "abcdef", wrapped); !errors.As(err, &answer) || answer.HTTPStatus != http.StatusInsufficientStorage ||
			!strings.HasSuffix(answer.Err.Error(), ": free some space there, and ask again; nothing has changed") {
			t.Errorf("%v", err)
		}
	}
}
