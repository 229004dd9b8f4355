package adminapi

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/internal/engine"
	"github.com/promogate/caddy-discount/reload"
)

// rollBack puts an earlier content back. A request must name the content in service, so that
// two people cannot undo each other's work without noticing.
func (a Server) rollBack(w http.ResponseWriter, r *http.Request, id string) error {
	eng, err := a.find(id)
	if err != nil {
		return err
	}
	if eng.RollbackOff() {
		return apiError(http.StatusForbidden, errors.New("rollback is switched off in the configuration"))
	}
	match, err := readIfMatch(r.Header.Values("If-Match"), inService(id))
	if err != nil {
		return err
	}
	wanted, err := readRollback(r.Body)
	if err != nil {
		return err
	}
	fingerprint, err := complete(eng, wanted.SHA256)
	if err != nil {
		return err
	}
	if err := putBack(eng, fingerprint, match, wanted.Reason); err != nil {
		return rollbackError(eng, wanted.SHA256, err)
	}
	return answer(w, describe(eng))
}

// putBack carries out a rollback if the request names the content in service. If another
// content goes into service meanwhile, putBack compares again.
func putBack(eng Engine, fingerprint string, match ifMatch, reason string) error {
	for {
		inService := eng.Live().Fingerprint
		if !match.names(inService) {
			return fmt.Errorf("%w: %s is", reload.ErrNotInService, inService)
		}
		err := eng.Rollback(fingerprint, inService, reason)
		if !errors.Is(err, reload.ErrNotInService) {
			return err
		}
	}
}

// rollbackError is the answer to a rollback that was not carried out. It names the next step.
func rollbackError(eng Engine, wanted string, err error) error {
	var state *engine.StateError
	var notAccepted *reload.NotAcceptedError
	switch id := eng.Key().ID(); {
	case errors.Is(err, reload.ErrNotInService):
		return apiError(http.StatusPreconditionFailed, fmt.Errorf("%w: see %s for what has changed, and send its ETag in If-Match", err, pathOf(id)))
	case errors.Is(err, reload.ErrInService):
		return apiError(http.StatusConflict, err)
	case errors.Is(err, reload.ErrNotKept):
		return notKept(eng, wanted)
	case errors.As(err, &notAccepted):
		return apiError(http.StatusConflict, fmt.Errorf("%w: publish what is meant instead", err))
	case errors.As(err, &state) && state.Full():
		return apiError(http.StatusInsufficientStorage, fmt.Errorf("%w, and ask again; nothing has changed", err))
	}
	return apiError(http.StatusInternalServerError, err)
}

// notKept is the answer to a rollback to a content that is not kept.
func notKept(eng Engine, wanted string) error {
	if eng.Status().State.Dir == "" {
		return apiError(http.StatusNotFound, errors.New("no content is kept, because the configuration has no state directory: set the option state"))
	}
	return apiError(http.StatusNotFound, fmt.Errorf("no content is kept whose fingerprint begins with %q: choose another one, %s", wanted, whereKept(eng)))
}

// whereKept says where a person finds the fingerprints of the contents that are kept.
func whereKept(eng Engine) string { return "which " + pathOf(eng.Key().ID()) + "/history lists" }

// readRollback reads the request for a rollback.
func readRollback(body io.Reader) (wanted RollbackRequest, err error) {
	const example = `{"sha256": "…", "reason": "…"}`
	switch err = readObject(body, &wanted, example); {
	case err != nil:
		return wanted, err
	case wanted.SHA256 == "":
		return wanted, notObject(example)
	case len(wanted.Reason) > maxReason:
		return wanted, overlongReason(wanted.Reason)
	}
	return wanted, nil
}

// leastOfFingerprint is the least number of digits that name a content. With fewer, a typing
// mistake could name another content.
const leastOfFingerprint = 6

// complete returns the only fingerprint that has a beginning.
func complete(eng Engine, beginning string) (string, error) {
	switch {
	case !IsFingerprint(beginning):
		return "", apiError(http.StatusBadRequest, fmt.Errorf("%.80q is no fingerprint: send the SHA-256 of a content or its beginning, %s", beginning, whereKept(eng)))
	case len(beginning) < leastOfFingerprint:
		return "", apiError(http.StatusBadRequest, fmt.Errorf("%q is too short for a fingerprint, want its first %d digits or more, %s", beginning, leastOfFingerprint, whereKept(eng)))
	}
	beginning = strings.ToLower(beginning)
	if len(beginning) == fingerprintDigits {
		return beginning, nil
	}
	found := []string{}
	if inService := eng.Live().Fingerprint; strings.HasPrefix(inService, beginning) {
		found = append(found, inService)
	}
	for _, s := range eng.History().Snapshots {
		for _, name := range []string{s.Fingerprint, s.Formerly} {
			if strings.HasPrefix(name, beginning) && !slices.Contains(found, name) {
				found = append(found, name)
			}
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", notKept(eng, beginning)
	}
	return "", apiError(http.StatusConflict, fmt.Errorf("%q is the beginning of several fingerprints, send more of the one that is meant: %s", beginning, strings.Join(found, ", ")))
}
