package adminapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/caddyserver/caddy/v2"

	"github.com/promogate/caddy-discount/internal/brief"
	"github.com/promogate/caddy-discount/internal/engine"
	"github.com/promogate/caddy-discount/internal/languages"
	"github.com/promogate/caddy-discount/reload"
	"github.com/promogate/caddy-discount/reload/history"
)

// Server shows the strategies in service on Caddy's admin endpoint, tries carts and strategies,
// rolls strategies back, and shows and changes what was counted of their quotas.
type Server struct {
	engines func() []Engine
	trying  chan struct{} // has one value while a strategy is tried

	changing *sync.Mutex // is held while a count is changed
}

// An Engine is a running strategy with the methods that the server needs.
type Engine interface {
	Key() engine.Key
	Live() *reload.Revision[*engine.Compiled]
	Status() reload.Status
	SampleSize() (carts, clients int)
	Handlers() []*engine.Handler // of the configurations that run
	History() reload.History
	RollbackOff() bool
	Rollback(fingerprint, inService, reason string) error
	Ledger() (engine.Ledger, bool)
	Record(action history.Action, reason string) error
}

// NewServer returns the server, to be registered as a module of Caddy. engines returns the
// engines in use, in the order of their ids.
func NewServer(engines func() []Engine) Server {
	return Server{engines, make(chan struct{}, 1), new(sync.Mutex)}
}

// CaddyModule returns the Caddy module information.
func (a Server) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{ID: "admin.api.discount", New: func() caddy.Module { return &a }}
}

// maxBody bounds the body of a request in bytes.
const maxBody = 64 << 10

// calls are the calls by path below /discount/strategies; * is an id.
var calls = map[string]struct {
	method string
	most   int64 // bytes of the body
	serve  func(a Server, w http.ResponseWriter, r *http.Request, id string) error
}{
	"":           {http.MethodGet, maxBody, Server.list},
	"*":          {http.MethodGet, maxBody, Server.show},
	"*/history":  {http.MethodGet, maxBody, Server.showHistory},
	"*/explain":  {http.MethodPost, maxTriedBody, Server.explain},
	"*/check":    {http.MethodPost, maxTriedBody, Server.check},
	"*/rollback": {http.MethodPost, maxBody, Server.rollBack},

	"*/quotas":              {http.MethodGet, maxBody, Server.showQuotas},
	"*/quotas/customer":     {http.MethodPost, maxBody, Server.showQuotasOf},
	"*/quotas/adjust":       {http.MethodPost, maxBody, Server.adjust},
	"*/reservations":        {http.MethodGet, maxBody, Server.showReservations},
	"*/reservations/settle": {http.MethodPost, maxBody, Server.settle},
}

// Routes returns the routes of the admin API.
func (a Server) Routes() []caddy.AdminRoute {
	return []caddy.AdminRoute{{Pattern: "/discount/", Handler: caddy.AdminHandlerFunc(a.serve)}}
}

func (a Server) serve(w http.ResponseWriter, r *http.Request) error {
	err := a.call(w, r)
	if err != nil {
		limitWriting(w) // Caddy writes it
	}
	return err
}

func (a Server) call(w http.ResponseWriter, r *http.Request) error {
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
	call, known := calls[path]
	if !ok || !known {
		return apiError(http.StatusNotFound, errors.New("the admin API has no such path; GET /discount/strategies lists the strategies"))
	}
	if r.Method != call.method {
		w.Header().Set("Allow", call.method)
		return apiError(http.StatusMethodNotAllowed, fmt.Errorf("%s is not allowed here, %s is", r.Method, call.method))
	}
	r.Body = http.MaxBytesReader(w, r.Body, call.most)
	return call.serve(a, w, r, id)
}

func apiError(status int, err error) error {
	return caddy.APIError{HTTPStatus: status, Err: err}
}

// find returns the strategy with an id.
func (a Server) find(id string) (Engine, error) {
	for _, eng := range a.engines() {
		if eng.Key().ID() == id {
			return eng, nil
		}
	}
	return nil, apiError(http.StatusNotFound, fmt.Errorf("no strategy in service has the id %.200q: GET /discount/strategies lists those that are", id))
}

func (a Server) list(w http.ResponseWriter, _ *http.Request, _ string) error {
	all := []Strategy{}
	for _, eng := range a.engines() {
		all = append(all, describe(eng))
	}
	return answer(w, all)
}

func (a Server) show(w http.ResponseWriter, r *http.Request, id string) error {
	eng, err := a.find(id)
	if err != nil {
		return err
	}
	d := describe(eng)
	if e := eng.Live(); e.Sequence == d.Live.Number {
		d.Live.RuleIDs = e.Value.Rules()
		texts := languages.Choose(r, e.Value.Strategy)
		d.Live.Texts = texts.All()
		languages.Declare(w.Header(), e.Value.Strategy, texts)
	}
	d.Handlers = describeHandlers(eng)
	w.Header().Set("ETag", `"`+d.Live.SHA256+`"`)
	return answer(w, d)
}

func (a Server) showHistory(w http.ResponseWriter, _ *http.Request, id string) error {
	eng, err := a.find(id)
	if err != nil {
		return err
	}
	past := eng.History()
	records := slices.Clone(past.Records[max(0, len(past.Records)-maxRecords):])
	for i := range records {
		records[i].Reason = brief.Text(records[i].Reason, maxShownReason) // records of earlier versions have longer reasons
	}
	return answer(w, History{Total: len(past.Records), Records: records, Snapshots: describeSnapshots(past.Snapshots)})
}

// The bounds of an answer; the log on disk has all records.
const (
	maxRecords     = 1000
	maxShownReason = 4096 // bytes
)

// overlong returns the answer for a body that is longer than its bound, or nil if err is
// another error.
func overlong(err error) error {
	var long *http.MaxBytesError
	if !errors.As(err, &long) {
		return nil
	}
	return apiError(http.StatusRequestEntityTooLarge, fmt.Errorf("the body is longer than %d bytes", long.Limit))
}

// answer answers with a value as JSON. It is the last step of a call, so that a client that
// does not read keeps only its connection busy.
func answer(w http.ResponseWriter, value any) error {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return err
	}
	return send(w, text.Bytes())
}

// send answers with text that is already JSON.
func send(w http.ResponseWriter, answer []byte) error {
	limitWriting(w)
	w.Header().Set("Content-Type", "application/json")
	_, err := w.Write(answer)
	return err
}

// answerTimeout is how long a client may take to read an answer.
const answerTimeout = 30 * time.Second

// limitWriting ends the connection of a client that does not read its answer. Caddy's admin
// endpoint has no write timeout of its own. Go resets this one with the next request.
func limitWriting(w http.ResponseWriter) {
	_ = http.NewResponseController(w).SetWriteDeadline(time.Now().Add(answerTimeout)) // without a connection there is no deadline
}

// Interface guards
var (
	_ caddy.AdminRouter = (*Server)(nil)
	_ Engine            = (*engine.Engine)(nil)
)
