package discount

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/legacy"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/cart/preset"
	"github.com/promogate/caddy-discount/internal/adminapi"
	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/strategy/document"
)

// adminDescription is docs/admin-api.yaml, which every answer is held against.
type adminDescription struct {
	t      *testing.T
	doc    *openapi3.T
	router routers.Router
	asked  map[string]bool // calls that were answered with 200
}

func describedAdmin(t *testing.T) *adminDescription {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromFile("docs/admin-api.yaml")
	if err != nil {
		t.Fatal(err)
	}
	doc.Servers = nil
	if err := doc.Validate(t.Context()); err != nil {
		t.Fatal(err)
	}
	router, err := legacy.NewRouter(doc)
	if err != nil {
		t.Fatal(err)
	}
	openapi3filter.RegisterBodyDecoder("application/toml", openapi3filter.FileBodyDecoder)
	t.Cleanup(func() { openapi3filter.UnregisterBodyDecoder("application/toml") })
	return &adminDescription{t: t, doc: doc, router: router, asked: make(map[string]bool)}
}

// checkAnswer is what is found of a strategy that was sent along.
type checkAnswer struct {
	Valid    bool                  `json:"valid"`
	Errors   []document.Diagnostic `json:"errors"`
	Warnings []document.Diagnostic `json:"warnings"`

	// How many there are beside those listed.
	MoreErrors   int `json:"more_errors,omitempty"`
	MoreWarnings int `json:"more_warnings,omitempty"`

	Version  string `json:"version,omitempty"`
	SHA256   string `json:"sha256,omitempty"`
	Texts    string `json:"texts_sha256,omitempty"` // of what rules say to people
	Rules    int    `json:"rules"`
	Currency string `json:"currency,omitempty"`
	Live     bool   `json:"in_service"` // it means what is in service
}

// serveAdmin asks the admin API as Caddy's admin endpoint does.
func serveAdmin(w http.ResponseWriter, r *http.Request) error {
	return adminServer.Routes()[0].Handler.ServeHTTP(w, r)
}

var adminServer = adminapi.NewServer(adminEngines)

// call asks the admin API as Caddy would and holds request and answer against the
// description.
func (a *adminDescription) call(method, path, body string, headers ...string) *httptest.ResponseRecorder {
	a.t.Helper()
	request := func() *http.Request {
		r := httptest.NewRequest(method, path, strings.NewReader(body))
		if strings.HasSuffix(path, "/check") {
			r.Header.Set("Content-Type", "application/toml")
		} else if body != "" {
			r.Header.Set("Content-Type", "application/json")
		}
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		return r
	}
	w := httptest.NewRecorder()
	if err := serveAdmin(w, request()); err != nil {
		answerError(a.t, w, err)
	}
	a.hold(request(), w)
	return w
}

// answerError writes an error as Caddy does.
func answerError(t *testing.T, w *httptest.ResponseRecorder, err error) {
	t.Helper()
	var api caddy.APIError
	if !errors.As(err, &api) {
		t.Fatalf("it is no APIError: %v", err)
	}
	text, err := json.Marshal(map[string]string{"error": api.Err.Error()})
	if err != nil {
		t.Fatal(err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(api.HTTPStatus)
	_, _ = w.Write(text)
}

func (a *adminDescription) hold(r *http.Request, w *httptest.ResponseRecorder) {
	a.t.Helper()
	route, pathParams, err := a.router.FindRoute(r)
	if err != nil {
		if w.Code != http.StatusNotFound && w.Code != http.StatusMethodNotAllowed {
			a.t.Errorf("%s %s is not described, and is answered with %d", r.Method, r.URL.Path, w.Code)
		}
		return
	}
	in := &openapi3filter.RequestValidationInput{Request: r, PathParams: pathParams, Route: route}
	if w.Code == http.StatusOK {
		a.asked[route.Operation.OperationID] = true
		if err := openapi3filter.ValidateRequest(r.Context(), in); err != nil {
			a.t.Errorf("what is taken is not as described: %v", err)
		}
	}
	if err := openapi3filter.ValidateResponse(r.Context(), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in, Status: w.Code, Header: w.Header(), Body: io.NopCloser(bytes.NewReader(w.Body.Bytes())),
	}); err != nil {
		a.t.Errorf("%s %s: the answer is not as described: %v\n%s", r.Method, r.URL.Path, err, w.Body)
	}
}

func TestAnswersOfTheAdminAPIAreAsDescribed(t *testing.T) {
	a := describedAdmin(t)
	s := open(t, drinks, proxied)
	id := runningEngines()[0].Key().ID()
	at := "/discount/strategies/" + id
	first := runningEngines()[0].Live().Fingerprint
	s.saved(takes("v2", "0.6"), "v2")
	s.save("version = \"v3\"\nrule = 1")
	eventually(t, "a refusal", func() bool { return runningEngines()[0].Status().Refusal.Active })
	second := runningEngines()[0].Live().Fingerprint
	eventually(t, "a record", func() bool { return strings.Contains(a.call("GET", at+"/history", "").Body.String(), "refused") })
	a.call("GET", "/discount/strategies", "")
	a.call("GET", at, "")
	a.call("POST", at+"/explain", tenYuan)
	a.call("POST", at+"/check", takes("v4", "0.7"))
	a.call("POST", at+"/check", "version = 7\n[rule.x]\ndiscount_rat = 0.1")
	const named = `"strategy": "version = 'v4'\nproducts = { file = 'a.csv' }\nrule.x.discount_rate = 0.1", "files": {"a.csv": "sku,price\nlatte,18\n"}`
	if w := a.call("POST", at+"/check", "{"+named+"}", "Content-Type", "application/json"); !strings.Contains(w.Body.String(), `"valid": true`) {
		t.Errorf("a spreadsheet that was sent along: %s", w.Body)
	}
	if w := a.call("POST", at+"/explain", `{"cart": {"items": [{"sku": "latte", "quantity": 1}]}, `+named+"}"); !strings.Contains(w.Body.String(), `"subtotal":1800`) {
		t.Errorf("a spreadsheet that was sent along: %s", w.Body)
	}
	a.call("POST", at+"/rollback", `{"sha256": "`+first+`", "reason": "test"}`, "If-Match", `"`+second+`"`)
	s.save("activate_at = 2099-01-01T00:00:00Z\n" + takes("v5", "0.7"))
	eventually(t, "a staged one", func() bool { return strings.Contains(a.call("GET", at, "").Body.String(), `"staged"`) })
	a.askOfQuotas(s, at)
	for path, item := range a.doc.Paths.Map() {
		for method, operation := range item.Operations() {
			if !a.asked[operation.OperationID] {
				t.Errorf("%s %s is described and was never asked", method, path)
			}
		}
	}
}

// askOfQuotas asks about quotas and an order, and changes them.
func (a *adminDescription) askOfQuotas(s *shop, at string) {
	a.t.Helper()
	ledger, order := quota.NewMemory(time.Now), quota.NewID()
	counted(a.t, ledger)
	s.saved(limitedTwice, "limited")
	q := quota.Request{Order: order, Attempt: order, Terms: quota.Terms{Hold: time.Hour}, Takes: []quota.Take{
		{Key: quota.Counter{Kind: quota.Units, Name: "limited"}.Key(), Amount: 1, Limit: 5},
	}}
	if _, _, err := ledger.Reserve(a.t.Context(), q); err != nil {
		a.t.Fatal(err)
	}
	if _, err := ledger.Settle(a.t.Context(), []quota.Settlement{{Order: order, Attempt: order, Outcome: quota.Unknown}}); err != nil {
		a.t.Fatal(err)
	}
	a.call("GET", at+"/quotas", "")
	a.call("POST", at+"/quotas/customer", `{"customer": "c-1"}`)
	a.call("POST", at+"/quotas/adjust", `{"quota": "limited.units", "by": 9, "reason": "test"}`, "If-Match", "*")
	a.call("GET", at+"/reservations", "")
	a.call("POST", at+"/reservations/settle", `{"id": "`+order.String()+`", "outcome": "commit", "reason": "test"}`)
}

func TestReadProofHasItsEarlierNameToo(t *testing.T) {
	a := describedAdmin(t)
	open(t, drinks, proxied)
	var list []adminapi.Strategy
	if err := json.Unmarshal(a.call("GET", "/discount/strategies", "").Body.Bytes(), &list); err != nil {
		t.Fatal(err)
	}
	if watch := list[0].Watch; watch.ReadProof == "none" || watch.Guard != watch.ReadProof {
		t.Errorf("the files are watched as %+v", watch)
	}
}

func TestExplainIsByTheStrategyInServiceOrTheOneSentAlong(t *testing.T) {
	a := describedAdmin(t)
	open(t, drinks, proxied)
	at := "/discount/strategies/" + runningEngines()[0].Key().ID() + "/explain"
	sent, err := json.Marshal(takes("sent", "0.25"))
	if err != nil {
		t.Fatal(err)
	}
	night, err := json.Marshal(takes("night", "0.5") + "\nvalid_from = 2030-01-01T00:00:00Z")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, body string
		want       []string
	}{
		{name: "a cart", body: tenYuan, want: []string{`"version":"v1"`, `"rejected":[`, `"next":[`}},
		{name: "a cart in an object", body: `{"cart":` + tenYuan + `}`, want: []string{`"version":"v1"`, `"subtotal":1000`}},
		{name: "prices in yuan", body: `{"cart":{"items":[{"quantity":1,"unit_price":10.5}]},"prices":"major"}`, want: []string{`"subtotal":1050`}},
		{name: "another strategy", body: `{"cart":` + tenYuan + `,"strategy":` + string(sent) + `}`, want: []string{`"version":"sent"`, `"discount":250`}},
		{name: "before its time", body: `{"cart":` + tenYuan + `,"strategy":` + string(night) + `,"now":"2029-12-31T23:59:59Z"}`, want: []string{`"discount":0`, `"reason":"valid_from"`}},
		{name: "in its time", body: `{"cart":` + tenYuan + `,"strategy":` + string(night) + `,"now":"2030-01-01T00:00:00Z"}`, want: []string{`"discount":500`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := a.call("POST", at, c.body)
			for _, want := range c.want {
				if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
					t.Errorf("no %s in %d %s", want, w.Code, w.Body)
				}
			}
		})
	}
	if v := runningEngines()[0].Live().Version; v != "v1" {
		t.Errorf("%s is in service after asking", v)
	}
}

// mappedSite has handlers of one strategy that read carts differently.
const mappedSite = `
handle /orders* {
	discount STRATEGY
	reverse_proxy UPSTREAM
}
handle /shop* {
	discount STRATEGY {
		map {
			items order.lines
			quantity qty
			unit_price price
		}
		prices major
		fractional line
	}
	reverse_proxy UPSTREAM
}
handle /estimate* {
	discount_quote STRATEGY {
		source headers
	}
}
`

func TestStrategyListsItsHandlers(t *testing.T) {
	a := describedAdmin(t)
	s := open(t, drinks, mappedSite)
	at := "/discount/strategies/" + runningEngines()[0].Key().ID()
	listed := func() []adminapi.Handler {
		t.Helper()
		var answer adminapi.Strategy
		if err := json.Unmarshal(a.call("GET", at, "").Body.Bytes(), &answer); err != nil {
			t.Fatal(err)
		}
		return answer.Handlers
	}
	lines := cart.Paths{"order.lines"}
	want := []adminapi.Handler{
		{Number: 1, Module: "discount", Source: "auto", Prices: "minor", MaxLines: 500},
		{Number: 2, Module: "discount", Source: "auto", Prices: "major", Fractional: "line", MaxLines: 500, Map: preset.Map{
			Mapping: cart.Mapping{Items: lines, Quantity: cart.Paths{"qty"}, UnitPrice: cart.Paths{"price"}},
		}},
		{Number: 3, Module: "discount_quote", Source: "headers", Prices: "minor", MaxLines: 500},
	}
	slices.SortFunc(want, func(a, b adminapi.Handler) int {
		return cmp.Compare(a.Module+a.Map.Items.String(), b.Module+b.Map.Items.String())
	})
	got := listed()
	slices.SortFunc(got, func(a, b adminapi.Handler) int {
		return cmp.Compare(a.Module+a.Map.Items.String(), b.Module+b.Map.Items.String())
	})
	for i := range got {
		got[i].Number = want[i].Number
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("handlers = %+v, want %+v", got, want)
	}
	if strings.Contains(a.call("GET", "/discount/strategies", "").Body.String(), "handlers") {
		t.Error("the list of strategies has handlers")
	}

	// What is rejected leaves no trace, and what takes over leaves none of what was.
	bad := strings.Replace(mappedSite, "source headers", "on_invalid pass\n\t\tsign HS256 short", 1)
	if err := caddy.Load(s.config(bad), true); err == nil {
		t.Fatal("a short key was taken")
	}
	if n := len(listed()); n != 3 {
		t.Errorf("%d handlers after a configuration was rejected, want 3", n)
	}
	if n, _ := engines.References(runningEngines()[0].Key()); n != 3 {
		t.Errorf("%d handlers hold the strategy after a configuration was rejected, want 3", n)
	}
	if err := caddy.Load(s.config(proxied), true); err != nil {
		t.Fatal(err)
	}
	if left := listed(); len(left) != 1 || left[0].Number != 1 {
		t.Errorf("handlers of the next configuration = %+v", left)
	}
}

func TestExplainReadsCartsAsAHandlerDoes(t *testing.T) {
	a := describedAdmin(t)
	open(t, drinks, mappedSite)
	at := "/discount/strategies/" + runningEngines()[0].Key().ID() + "/explain"
	var answer adminapi.Strategy
	if err := json.Unmarshal(a.call("GET", strings.TrimSuffix(at, "/explain"), "").Body.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	number := func(of func(adminapi.Handler) bool) string {
		return strconv.Itoa(answer.Handlers[slices.IndexFunc(answer.Handlers, of)].Number)
	}
	shop := number(func(h adminapi.Handler) bool { return h.Prices == "major" })
	headers := number(func(h adminapi.Handler) bool { return h.Source == "headers" })
	const order = `{"order":{"lines":[{"qty":"2","price":"10.50"},{"qty":0.5,"price":"8.00"}]}}`
	const oneMap = `"map":{"items":"order.lines","quantity":"qty","unit_price":["price"]}`
	for _, c := range []struct {
		name, body string
		status     int
		want       string
	}{
		{name: "a handler", body: `{"cart":` + order + `,"handler":` + shop + `}`, status: 200, want: `"subtotal":2500`},
		{name: "a map", body: `{"cart":` + order + `,` + oneMap + `,"prices":"major","fractional":"line"}`, status: 200, want: `"subtotal":2500`},
		{name: "a preset", body: `{"cart":{"line_items":[{"quantity":2,"price":"10.50"}]},"preset":"shopify-order"}`, status: 200, want: `"subtotal":2100`},
		{name: "a preset in a map", body: `{"cart":{"goods":[{"quantity":2,"price":"10.50"}]},"map":{"preset":"shopify-order","items":"goods"}}`, status: 200, want: `"subtotal":2100`},
		{name: "a map and not all that it takes", body: `{"cart":` + order + `,` + oneMap + `,"prices":"major"}`, status: 400, want: "fractional line takes it"},
		{name: "no cart by the handler", body: `{"cart":` + tenYuan + `,"handler":` + shop + `}`, status: 400, want: "there are no items at order.lines"},
		{name: "a line without a price", body: `{"cart":{"order":{"lines":[{"qty":1}]}},"handler":` + shop + `}`, status: 400, want: "/order/lines/0/price: the line has no price"},
		{name: "a handler of headers", body: `{"cart":` + order + `,"handler":` + headers + `}`, status: 400, want: "reads carts from headers alone"},
		{name: "no handler of the number", body: `{"cart":` + order + `,"handler":4}`, status: 400, want: "handler is 4, and the strategy has 3 handlers"},
		{name: "a handler before the first", body: `{"cart":` + order + `,"handler":0}`, status: 400, want: "handler is 0"},
		{name: "a handler and a map", body: `{"cart":` + order + `,"handler":1,` + oneMap + `}`, status: 400, want: "leave one of them out"},
		{name: "a preset that is not there", body: `{"cart":` + order + `,"preset":"shopify-ordr"}`, status: 400, want: "shopify-order"},
		{name: "two presets", body: `{"cart":` + order + `,"preset":"shopify-order","map":{"preset":"odoo-order"}}`, status: 400, want: `preset is \"shopify-order\", and that of map is \"odoo-order\"`},
		{name: "a path that cannot be", body: `{"cart":` + order + `,"map":{"items":"a..b"}}`, status: 400, want: "empty segment"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := a.call("POST", at, c.body)
			if w.Code != c.status || !strings.Contains(w.Body.String(), c.want) {
				t.Errorf("answer %d %s, want %d with %s", w.Code, w.Body, c.status, c.want)
			}
		})
	}
}

func TestCheckSaysWhatIsWrongAndChangesNothing(t *testing.T) {
	a := describedAdmin(t)
	open(t, takes("v1", "0.5"), proxied)
	at := "/discount/strategies/" + runningEngines()[0].Key().ID() + "/check"
	check := func(text string) (found checkAnswer) {
		t.Helper()
		w := a.call("POST", at, text)
		if err := json.Unmarshal(w.Body.Bytes(), &found); err != nil || w.Code != http.StatusOK {
			t.Fatalf("%v: %d %s", err, w.Code, w.Body)
		}
		return found
	}
	same := check("# the same, written otherwise\n" + takes("v1", "0.50"))
	if !same.Valid || !same.Live || same.Rules != 1 || len(same.Errors)+len(same.Warnings) > 0 {
		t.Errorf("what is in service: %+v", same)
	}
	odd := check(takes("v2", "0.8"))
	if !odd.Valid || odd.Live || len(odd.Warnings) != 1 || odd.Warnings[0].Line != 3 {
		t.Errorf("what is probably not meant: %+v", odd)
	}
	wrong := check("version = \"v2\"\n[rule.x]\ndiscount_rat = 0.1")
	if wrong.Valid || len(wrong.Errors) == 0 {
		t.Fatalf("what is wrong: %+v", wrong)
	}
	if e := wrong.Errors[0]; e.File != "strategy.toml" || e.Line != 3 || e.Column != 1 || !strings.Contains(e.Reason+e.Hint, "discount_rate") {
		t.Errorf("error = %+v", e)
	}
	if s := runningEngines()[0].Status(); s.Live.Version != "v1" || s.Refusal.Err != nil {
		t.Errorf("after checking: %+v", s)
	}
}

func TestAdminRefuses(t *testing.T) {
	a := describedAdmin(t)
	open(t, half, proxied)
	at := "/discount/strategies/" + runningEngines()[0].Key().ID()
	long := strings.Repeat(" ", 4<<20+1)
	for _, c := range []struct {
		name, method, path, body string
		status                   int
	}{
		{name: "a GET of check", method: "GET", path: at + "/check", body: "", status: http.StatusMethodNotAllowed},
		{name: "a PUT of explain", method: "PUT", path: at + "/explain", body: tenYuan, status: http.StatusMethodNotAllowed},
		{name: "a DELETE of the list", method: "DELETE", path: "/discount/strategies", body: "", status: http.StatusMethodNotAllowed},
		{name: "another call", method: "POST", path: at + "/publish", body: "", status: http.StatusNotFound},
		{name: "another id", method: "POST", path: "/discount/strategies/other/explain", body: tenYuan, status: http.StatusNotFound},
		{name: "another id to check by", method: "POST", path: "/discount/strategies/other/check", body: half, status: http.StatusNotFound},
		{name: "a long strategy", method: "POST", path: at + "/check", body: half + long, status: http.StatusRequestEntityTooLarge},
		{name: "a long cart", method: "POST", path: at + "/explain", body: tenYuan + long, status: http.StatusRequestEntityTooLarge},
		{name: "nothing to check", method: "POST", path: at + "/check", body: "", status: http.StatusBadRequest},
		{name: "nothing to explain", method: "POST", path: at + "/explain", body: "\n", status: http.StatusBadRequest},
		{name: "no JSON", method: "POST", path: at + "/explain", body: "cart", status: http.StatusBadRequest},
		{name: "an array", method: "POST", path: at + "/explain", body: "[" + tenYuan + "]", status: http.StatusBadRequest},
		{name: "no cart", method: "POST", path: at + "/explain", body: `{"hello": "world"}`, status: http.StatusBadRequest},
		{name: "an invalid cart", method: "POST", path: at + "/explain", body: `{"items":[{"quantity":-1,"unit_price":1}]}`, status: http.StatusBadRequest},
		{name: "more beside the cart", method: "POST", path: at + "/explain", body: `{"cart":` + tenYuan + `,"colour":"red"}`, status: http.StatusBadRequest},
		{name: "a wrong instant", method: "POST", path: at + "/explain", body: `{"cart":` + tenYuan + `,"now":"noon"}`, status: http.StatusBadRequest},
		{name: "a wrong unit", method: "POST", path: at + "/explain", body: `{"cart":` + tenYuan + `,"prices":"gold"}`, status: http.StatusBadRequest},
		{name: "a wrong strategy", method: "POST", path: at + "/explain", body: `{"cart":` + tenYuan + `,"strategy":"rule = 1"}`, status: http.StatusBadRequest},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := a.call(c.method, c.path, c.body)
			if w.Code != c.status {
				t.Errorf("status = %d, want %d: %s", w.Code, c.status, w.Body)
			}
			if allow := w.Header().Get("Allow"); (allow != "") != (c.status == http.StatusMethodNotAllowed) {
				t.Errorf("Allow: %s", allow)
			}
		})
	}
}
