package discount

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/caddyserver/caddy/v2"

	"github.com/promogate/caddy-discount/internal/adminapi"
	"github.com/promogate/caddy-discount/internal/brief"
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

func (a adminAPI) serve(w http.ResponseWriter, r *http.Request) error {
	err := a.call(w, r)
	if err != nil {
		limitWriting(w) // Caddy writes it
	}
	return err
}

func (adminAPI) call(w http.ResponseWriter, r *http.Request) error {
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
	return nil, apiError(http.StatusNotFound, fmt.Errorf("no strategy in service has the id %.200q: GET /discount/strategies lists those that are", id))
}

func listStrategies(w http.ResponseWriter, _ *http.Request, _ string) error {
	all := []adminapi.Strategy{}
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
	records := slices.Clone(past.Records[max(0, len(past.Records)-maxRecords):])
	for i := range records {
		records[i].Reason = brief.Text(records[i].Reason, maxShownReason) // earlier versions kept all of it
	}
	return answerAdmin(w, adminapi.History{Total: len(past.Records), Records: records, Snapshots: describeSnapshots(past.Snapshots)})
}

// What bounds an answer; the log on disk has it all.
const (
	maxRecords     = 1000
	maxShownReason = 4096 // bytes
)

// overlong is the answer to a body that is longer than its bound; nil if that is
// not what the error says.
func overlong(err error) error {
	var long *http.MaxBytesError
	if !errors.As(err, &long) {
		return nil
	}
	return apiError(http.StatusRequestEntityTooLarge, fmt.Errorf("the body is longer than %d bytes", long.Limit))
}

// answerAdmin answers with JSON. It is called when everything else is done: a client that
// does not read holds nothing but its connection.
func answerAdmin(w http.ResponseWriter, value any) error {
	var answer bytes.Buffer
	encoder := json.NewEncoder(&answer)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return err
	}
	return sendAdmin(w, answer.Bytes())
}

// sendAdmin answers with a text that is JSON.
func sendAdmin(w http.ResponseWriter, answer []byte) error {
	limitWriting(w)
	w.Header().Set("Content-Type", "application/json")
	_, err := w.Write(answer)
	return err
}

// answerTimeout is how long a client may take to read an answer.
const answerTimeout = 30 * time.Second

// limitWriting ends the connection of a client that does not read its answer. Caddy's
// admin endpoint has no time-out for writing of its own, and Go resets this one with the
// next request.
func limitWriting(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(answerTimeout)) // what has no connection has no deadline
}
