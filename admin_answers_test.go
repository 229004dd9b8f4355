package discount

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
)

// oneLongLine is a strategy of about so many bytes in one line, in which much is wrong: each
// mistake is in a rule whose id takes half of the line, and six times that in JSON.
func oneLongLine(size int) string {
	var b strings.Builder
	b.WriteString(`rule = { "` + strings.Repeat(`\u0001`, size/12) + `" = { `)
	for i := range size / 16 {
		fmt.Fprintf(&b, "k%d = 1, ", i)
	}
	return b.String() + "} }\n"
}

// mostSaid is how long an answer about one file may be, whatever the file: two hundred
// problems with their texts, in JSON.
const mostSaid = 2 << 20

func TestAnswersAboutAFileAreBounded(t *testing.T) {
	a := describedAdmin(t)
	s := open(t, half, proxied)
	at := "/discount/strategies/" + runningEngines()[0].Key().ID()
	hostile := oneLongLine(78 << 10)

	bounded := func(what, answer string) {
		t.Helper()
		if len(answer) > mostSaid || !strings.Contains(answer, "…") {
			t.Errorf("%s: %d bytes, want up to %d and a mark where they are cut", what, len(answer), mostSaid)
		}
	}
	bounded("check", a.call("POST", at+"/check", hostile).Body.String())
	draft, err := json.Marshal(map[string]any{"cart": json.RawMessage(tenYuan), "strategy": hostile})
	if err != nil {
		t.Fatal(err)
	}
	bounded("explain", a.call("POST", at+"/explain", string(draft)).Body.String())
	s.save(hostile)
	eventually(t, "a refusal", func() bool { return runningEngines()[0].Status().Refusal.Active })
	bounded("the list", a.call("GET", "/discount/strategies", "").Body.String())
	bounded("the strategy", a.call("GET", at, "").Body.String())
	history := a.call("GET", at+"/history", "").Body.String()
	bounded("the history", history)
	if len(history) > 40_000 {
		t.Errorf("the history is %d bytes after one refusal", len(history))
	}
	eventually(t, "a line in the log", func() bool { return strings.Contains(s.logged(), "and ") })
	bounded("the log", s.logged())
	s.saved(takes("v2", "0.6"), "v2")
	bounded("the list after a good save", a.call("GET", "/discount/strategies", "").Body.String())
}

// A reader of an answer may find the column in a text that is cut.
func TestTheColumnInACutTextIsTold(t *testing.T) {
	a := describedAdmin(t)
	open(t, half, proxied)
	var found checkAnswer
	answer := a.call("POST", "/discount/strategies/"+runningEngines()[0].Key().ID()+"/check", oneLongLine(10_000))
	if err := json.Unmarshal(answer.Body.Bytes(), &found); err != nil || len(found.Errors) != 200 {
		t.Fatalf("%d errors, %v", len(found.Errors), err)
	}
	for _, p := range found.Errors {
		if !strings.Contains(p.Reason, "unknown key") || p.TextColumn == 0 {
			continue
		}
		key := p.Key[strings.LastIndex(p.Key, ".")+1:]
		if shown := string([]rune(p.Text)[p.TextColumn-1:]); !strings.HasPrefix(shown, key+" = ") {
			t.Fatalf("%s is not at %d of %q", key, p.TextColumn, p.Text)
		}
	}
}

func TestTheNameOfASentFileIsBounded(t *testing.T) {
	a := describedAdmin(t)
	open(t, half, proxied)
	at := "/discount/strategies/" + runningEngines()[0].Key().ID()
	name := strings.Repeat("a", 256) + ".csv"
	for call, body := range map[string]string{
		"/check":   `{"strategy": "version = 'v'", "files": {"` + name + `": ""}}`,
		"/explain": `{"cart": {"items": []}, "strategy": "version = 'v'", "files": {"` + name + `": ""}}`,
	} {
		w := a.call("POST", at+call, body, "Content-Type", "application/json")
		if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "has 260 bytes, want at most 255") || w.Body.Len() > 300 {
			t.Errorf("%s: %d %s", call, w.Code, w.Body)
		}
	}
}

// slowReader notes how an answer is written to it.
type slowReader struct {
	*httptest.ResponseRecorder
	deadline time.Time // for writing
	at       string    // the path of the strategy
	held     bool      // the bench was held while the answer was written
	hurried  bool      // there was no deadline then
}

func (r *slowReader) SetWriteDeadline(at time.Time) error {
	r.deadline = at
	return nil
}

func (r *slowReader) Write(answer []byte) (int, error) {
	r.held = r.held || benchHeld(r.at)
	r.hurried = r.hurried || r.deadline.IsZero()
	return r.ResponseRecorder.Write(answer)
}

// answerTimeout is how long a client may take to read an answer.
const answerTimeout = 30 * time.Second

// benchHeld reports whether no other strategy can be tried now.
func benchHeld(at string) bool {
	soon, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	r := httptest.NewRequestWithContext(soon, http.MethodPost, at+"/check", strings.NewReader(half))
	return serveAdmin(httptest.NewRecorder(), r) != nil
}

// Every answer has a time-out for writing, and is written when the next strategy can be
// tried already.
func TestAnswersHoldNothingWhileTheyAreWritten(t *testing.T) {
	open(t, half, proxied)
	at := "/discount/strategies/" + runningEngines()[0].Key().ID()
	for name, c := range map[string]struct{ method, path, body string }{
		"list":               {method: "GET", path: "/discount/strategies"},
		"one":                {method: "GET", path: at},
		"history":            {method: "GET", path: at + "/history"},
		"check":              {method: "POST", path: at + "/check", body: half},
		"check, refused":     {method: "POST", path: at + "/check", body: "rule = 1"},
		"explain":            {method: "POST", path: at + "/explain", body: tenYuan},
		"explain by another": {method: "POST", path: at + "/explain", body: `{"cart": ` + tenYuan + `, "strategy": "version = 'v'\nrule.a.discount_rate = 0.1"}`},
		"explain, refused":   {method: "POST", path: at + "/explain", body: `{"cart": ` + tenYuan + `, "strategy": "rule = 1"}`},
		"rollback, refused":  {method: "POST", path: at + "/rollback", body: `{"sha256": "abcdef"}`},
		"unknown":            {method: "GET", path: "/discount/strategies/none"},
		"no call":            {method: "GET", path: "/discount/none"},
		"another method":     {method: "PUT", path: at},
	} {
		t.Run(name, func(t *testing.T) {
			w := &slowReader{ResponseRecorder: httptest.NewRecorder(), at: at}
			began := time.Now()
			if err := serveAdmin(w, httptest.NewRequest(c.method, c.path, strings.NewReader(c.body))); err != nil {
				if w.held = benchHeld(at); w.held || w.deadline.IsZero() {
					t.Errorf("Caddy writes the error while the bench is held: %t, until %s", w.held, w.deadline)
				}
			} else if w.held || w.hurried || w.Body.Len() == 0 {
				t.Errorf("written while the bench is held: %t, without a deadline: %t, %d bytes", w.held, w.hurried, w.Body.Len())
			}
			if w.deadline.Before(began.Add(answerTimeout)) || w.deadline.After(time.Now().Add(answerTimeout)) {
				t.Errorf("the deadline is %s after the call", w.deadline.Sub(began))
			}
		})
	}
}

// narrow are connections with room for little that was not read yet.
type narrow struct{ net.Listener }

const narrowRoom = 4096 // bytes, of which the system may double each

func (l narrow) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return c, c.(*net.TCPConn).SetWriteBuffer(narrowRoom)
}

// servedAdmin is the admin API on a real socket.
func servedAdmin(t *testing.T) string {
	t.Helper()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var failed caddy.APIError
		if err := serveAdmin(w, r); errors.As(err, &failed) {
			w.WriteHeader(failed.HTTPStatus)
		}
	}))
	server.Listener = narrow{server.Listener}
	server.Start()
	t.Cleanup(server.Close)
	return server.Listener.Addr().String()
}

// askMutely sends a request of which only the first line of the answer is read.
func askMutely(t *testing.T, address, path, body string) {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.(*net.TCPConn).SetReadBuffer(narrowRoom); err != nil {
		t.Fatal(err)
	}
	fmt.Fprintf(c, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n%s", path, address, len(body), body)
	if line, err := bufio.NewReaderSize(c, 16).ReadString('\n'); err != nil || !strings.Contains(line, "200") {
		t.Fatalf("%q, %v", line, err)
	}
}

// A client that asks for a long answer and does not read it holds up no other.
func TestAClientThatDoesNotReadHoldsUpNoOther(t *testing.T) {
	open(t, half, proxied)
	address, at := servedAdmin(t), "/discount/strategies/"+runningEngines()[0].Key().ID()
	var rules, lines []string
	for i := range 100 {
		rules = append(rules, fmt.Sprintf("[rule.r%04d]\ndiscount_rate = 0.001\n", i))
	}
	for i := range 500 {
		lines = append(lines, fmt.Sprintf(`{"sku": "s%d", "quantity": 1, "unit_price": 100000000}`, i))
	}
	body, err := json.Marshal(map[string]any{
		"cart": json.RawMessage(`{"items": [` + strings.Join(lines, ",") + `]}`), "strategy": "version = 'v'\n" + strings.Join(rules, ""),
	})
	if err != nil {
		t.Fatal(err)
	}
	askMutely(t, address, at+"/explain", string(body)) // for hundreds of kilobytes
	client := &http.Client{Timeout: answerTimeout / 2} // before the mute one is given up
	defer client.CloseIdleConnections()
	res, err := client.Post("http://"+address+at+"/check", "application/toml", strings.NewReader(half))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		t.Errorf("the other is answered with %d", res.StatusCode)
	}
}
