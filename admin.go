package discount

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"

	"github.com/caddyserver/caddy/v2"

	"github.com/promogate/caddy-discount/reload"
	"github.com/promogate/caddy-discount/reload/history"
)

// adminAPI shows the strategies in service on Caddy's admin endpoint, tries carts
// and strategies, and puts an earlier strategy back.
type adminAPI struct{}

// CaddyModule returns the Caddy module information.
func (adminAPI) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "admin.api.discount", New: func() caddy.Module { return new(adminAPI) }}
}

// maxAdminBody bounds what is read of a request.
const maxAdminBody = 64 << 10

// adminCalls are the calls by path below /discount/strategies; * is an id.
var adminCalls = map[string]struct {
	method string
	most   int64 // bytes of the body
	serve  func(w http.ResponseWriter, r *http.Request, id string) error
}{
	"":           {http.MethodGet, maxAdminBody, listStrategies},
	"*":          {http.MethodGet, maxAdminBody, showStrategy},
	"*/history":  {http.MethodGet, maxAdminBody, showHistory},
	"*/explain":  {http.MethodPost, maxTriedBody, explainCart},
	"*/check":    {http.MethodPost, maxTriedBody, checkStrategy},
	"*/rollback": {http.MethodPost, maxAdminBody, rollBack},
}

// Routes returns the routes of the admin API.
func (a adminAPI) Routes() []caddy.AdminRoute {
	return []caddy.AdminRoute{{Pattern: "/discount/", Handler: caddy.AdminHandlerFunc(a.serve)}}
}

func (adminAPI) serve(w http.ResponseWriter, r *http.Request) error {
	rest, ok := strings.CutPrefix(r.URL.Path, "/discount/strategies")
	rest = strings.Trim(rest, "/")
	id, what, deeper := strings.Cut(rest, "/")
	path := ""
	if id != "" {
		path = "*"
	}
	if deeper {
		path = "*/" + what
	}
	call, known := adminCalls[path]
	if !ok || !known {
		return apiError(http.StatusNotFound, errors.New("there is no such call; /discount/strategies lists what there is"))
	}
	if r.Method != call.method {
		w.Header().Set("Allow", call.method)
		return apiError(http.StatusMethodNotAllowed, fmt.Errorf("%s is not allowed here, %s is", r.Method, call.method))
	}
	r.Body = http.MaxBytesReader(w, r.Body, call.most)
	return call.serve(w, r, id)
}

func apiError(status int, err error) error {
	return caddy.APIError{HTTPStatus: status, Err: err}
}

// inService are the live strategies, by id.
func inService() []*live {
	var all []*live
	pool.Range(func(_, value any) bool {
		all = append(all, value.(*live))
		return true
	})
	slices.SortFunc(all, func(a, b *live) int { return cmp.Compare(a.key.id(), b.key.id()) })
	return all
}

// find is the strategy of an id.
func find(id string) (*live, error) {
	for _, l := range inService() {
		if l.key.id() == id {
			return l, nil
		}
	}
	return nil, apiError(http.StatusNotFound, fmt.Errorf("no strategy in service has the id %q", id))
}

func listStrategies(w http.ResponseWriter, _ *http.Request, _ string) error {
	all := []strategyStatus{}
	for _, l := range inService() {
		all = append(all, l.describe())
	}
	return answerAdmin(w, all)
}

func showStrategy(w http.ResponseWriter, r *http.Request, id string) error {
	l, err := find(id)
	if err != nil {
		return err
	}
	d := l.describe()
	if e := l.Live(); e.Sequence == d.Live.Number {
		d.Live.RuleIDs = e.Value.Rules()
		texts := wordingFor(r, e.Value.Strategy)
		d.Live.Texts = texts.All()
		sayLanguages(w.Header(), e.Value.Strategy, texts)
	}
	d.Handlers = l.handlers.describe()
	w.Header().Set("ETag", `"`+d.Live.SHA256+`"`)
	return answerAdmin(w, d)
}

func showHistory(w http.ResponseWriter, _ *http.Request, id string) error {
	l, err := find(id)
	if err != nil {
		return err
	}
	past := l.History()
	return answerAdmin(w, historyStatus{
		Total:     len(past.Records),
		Records:   past.Records[max(0, len(past.Records)-maxRecords):],
		Snapshots: describeSnapshots(past.Snapshots),
	})
}

// maxRecords bounds an answer; the log on disk has them all.
const maxRecords = 1000

// historyStatus is what is remembered of a strategy, as the admin API shows it.
type historyStatus struct {
	Total     int              `json:"total"`   // of records
	Records   []history.Record `json:"records"` // the last ones, oldest first
	Snapshots []snapshotStatus `json:"snapshots"`
}

// rollBack puts an earlier content back. Whoever asks has to say which one is in
// service, so that two of them cannot undo each other's work unseen.
func rollBack(w http.ResponseWriter, r *http.Request, id string) error {
	l, err := find(id)
	if err != nil {
		return err
	}
	if l.shared().state.rollbackOff() {
		return apiError(http.StatusForbidden, errors.New("rollback is switched off in the configuration"))
	}
	inService := strings.Trim(r.Header.Get("If-Match"), `"`)
	if inService == "" {
		return apiError(http.StatusPreconditionRequired, errors.New("the header If-Match is missing: it names the sha256 of the strategy in service"))
	}
	if inService == "*" {
		inService = "" // RFC 9110, section 13.1.1: whatever is there
	}
	wanted, err := readRollback(r.Body)
	if err != nil {
		return err
	}
	if err := l.Rollback(wanted.SHA256, inService, wanted.Reason); err != nil {
		status := rollbackStatus(err)
		if status == http.StatusInternalServerError {
			err = stateError(l.stateDir(), err)
		}
		return apiError(status, err)
	}
	return answerAdmin(w, l.describe())
}

type rollbackRequest struct {
	SHA256 string `json:"sha256"`
	Reason string `json:"reason"`
}

// readRollback reads what is asked for. What the decoder says is not passed on: it
// speaks of Go.
func readRollback(body io.Reader) (wanted rollbackRequest, err error) {
	from := json.NewDecoder(body)
	from.DisallowUnknownFields()
	err = from.Decode(&wanted)
	if err == nil {
		if _, more := from.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("there is more after it")
		}
	}
	switch long := overlong(err); {
	case long != nil:
		return wanted, long
	case err != nil || wanted.SHA256 == "":
		return wanted, apiError(http.StatusBadRequest, errors.New(`one object such as {"sha256": "…", "reason": "…"} is wanted as the body, and nothing else`))
	}
	return wanted, nil
}

// overlong is the answer to a body that is longer than its bound; nil if that is
// not what the error says.
func overlong(err error) error {
	var long *http.MaxBytesError
	if !errors.As(err, &long) {
		return nil
	}
	return apiError(http.StatusRequestEntityTooLarge, fmt.Errorf("the body is longer than %d bytes", long.Limit))
}

func rollbackStatus(err error) int {
	switch {
	case errors.Is(err, reload.ErrNotInService):
		return http.StatusPreconditionFailed
	case errors.Is(err, reload.ErrInService):
		return http.StatusConflict
	case errors.Is(err, reload.ErrNotKept):
		return http.StatusNotFound
	}
	return http.StatusInternalServerError
}

func answerAdmin(w http.ResponseWriter, value any) error {
	w.Header().Set("Content-Type", "application/json")
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
