package discount

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// boasting is an order service that says something under owned names wherever a
// response has room for it, and something under a name of its own beside it.
func boasting(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	h := w.Header()
	boast := func(mark string) {
		for _, name := range []string{"X-Discount-Amount", "X-Discount-Vip", "x_discount_amount", "X+Discount+Amount", "X-Discount", "x.discount"} {
			h[mark+name] = []string{forged, forged}
		}
		for _, name := range []string{"X-Discount-Reservation", "x_discount.reservation", "X-Discount-Exhausted"} {
			h[mark+name] = []string{secretive}
		}
		h[mark+"X_Discount"] = []string{`status=none, reservation="` + secretive + `";until=@1800000000, exhausted=("` + secretive + `")`}
	}
	switch r.URL.Path {
	case "/hints":
		boast("")
		h.Set("Link", "</own>")
		w.WriteHeader(http.StatusEarlyHints)
	case "/announced":
		h.Set("Trailer", "X-Discount-Amount, X-Own, X-Discount, X-Discount-Reservation")
		stream(w)
		boast("")
	case "/announced-alone":
		h.Add("Trailer", "X-Discount-Amount")
		h.Add("Trailer", "x-discount-vip")
		stream(w)
		boast("")
	case "/unannounced":
		stream(w)
		boast(http.TrailerPrefix)
	case "/large":
		boast("")
		_, _ = io.WriteString(w, strings.Repeat("own", 100_000))
	case "/no-content":
		boast("")
		h.Set("X-Own", "own")
		w.WriteHeader(http.StatusNoContent)
	default:
		boast("")
	}
	h.Set("X-Own", "own")
}

// secretive is in what an order service says to the gateway alone.
const secretive = "secretive"

// stream sends a body without its length, which leaves room for a trailer.
func stream(w http.ResponseWriter) {
	_, _ = io.WriteString(w, "own")
	_ = http.NewResponseController(w).Flush()
}

var boasts = []string{"/plain", "/hints", "/announced", "/announced-alone", "/unannounced", "/large", "/no-content"}

// readH1 sends an order over HTTP/1.1 and returns all that comes back as it is.
func readH1(t *testing.T, s *shop, path string, r request, _ attack) (int, string) {
	t.Helper()
	conn := s.dial()
	defer conn.Close()
	if _, err := fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: shop\r\nConnection: close\r\nTE: trailers\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", path, r.contentType, len(r.body), r.body); err != nil {
		t.Fatal(err)
	}
	all, err := io.ReadAll(conn)
	if err != nil {
		t.Fatal(err)
	}
	return 0, string(all)
}

// lines are those of an answer in any version, names in lower case.
func lines(answer string) []string {
	var all []string
	for line := range strings.Lines(answer) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		all = append(all, strings.ToLower(name)+":"+value)
	}
	return all
}

func TestTheResponseHasUnderOwnedNamesWhatIsAskedFor(t *testing.T) {
	behind := serve(t, http.HandlerFunc(boasting))
	directive, client := secured(t)
	for version, c := range map[string]struct {
		tls  string
		send sender
	}{
		"HTTP/1.1": {tls: "", send: readH1}, "HTTP/2": {tls: "", send: sendH2}, "HTTP/3": {tls: directive, send: sendH3(client)},
	} {
		for _, scheme := range []string{"", "h2c://"} {
			for _, respond := range []string{"off", "on", "upstream", ""} {
				option := strings.TrimSpace("respond " + respond)
				if respond == "" {
					option, respond = "", "off"
				}
				s := openWith(t, roomy, fromFive, c.tls+signed(option)+"reverse_proxy "+scheme+behind)
				for _, path := range boasts {
					t.Run(fmt.Sprintf("%s, from %sthe upstream, %s, %s", version, scheme, option, path), func(t *testing.T) {
						_, answer := c.send(t, s, path, requests[0], attack{})
						judge(t, respond, path, answer)
					})
				}
				s.close()
			}
		}
	}
}

// judge wants an answer to have what the option asks for, and all else.
func judge(t *testing.T, respond, path, answer string) {
	t.Helper()
	if found := strings.Contains(answer, forged); found != (respond == "upstream") {
		t.Errorf("what the upstream sent arrives: %v", found)
	}
	if strings.Contains(answer, secretive) {
		t.Error("what is for the gateway alone arrives")
	}
	if !strings.Contains(answer, "own") {
		t.Error("something else is missing")
	}
	got := lines(answer)
	if slices.ContainsFunc(got, func(line string) bool {
		return strings.HasPrefix(line, "trailer:") && strings.Contains(strings.ToLower(line), "reservation")
	}) {
		t.Error("a reservation is announced as a trailer")
	}
	if respond != "upstream" && slices.ContainsFunc(got, func(line string) bool {
		return strings.HasPrefix(line, "trailer:") && strings.Contains(strings.ToLower(line), "discount")
	}) {
		t.Error("an owned name is announced as a trailer")
	}
	var ours []string
	for _, line := range got {
		if strings.HasPrefix(line, "x-discount-") && !strings.HasSuffix(line, forged) {
			ours = append(ours, line)
		}
	}
	slices.Sort(ours)
	const want = `x-discount-amount: 500
x-discount-currency: CNY
x-discount-lines: (500)
x-discount-payable: 500
x-discount-rules: "half";amount=500
x-discount-shipping: 0
x-discount-status: applied
x-discount-strategy: `
	switch have := strings.Join(ours, "\n"); {
	case respond == "on" && !strings.HasPrefix(have, want), respond == "on" && len(ours) != 9, respond != "on" && have != "":
		t.Errorf("of the handler's own there is\n%s", have)
	}
	if t.Failed() {
		t.Logf("%s\n%.2000s", path, answer)
	}
}

func TestAnUpgradedResponseHasUnderOwnedNamesWhatIsAskedFor(t *testing.T) {
	behind := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		conn, stream, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Discount-Amount: "+forged+"\r\nX-Own: own\r\n\r\n")
		_, _ = io.Copy(conn, stream)
	}))
	for _, log := range []string{"", "log\n"} {
		for respond, want := range map[string]string{"off": "", "on": "bypass", "upstream": forged} {
			t.Run(log+respond, func(t *testing.T) {
				s := open(t, half, log+signed("respond "+respond)+"reverse_proxy "+behind)
				conn := s.dial()
				if _, err := io.WriteString(conn, "GET /chat HTTP/1.1\r\nHost: shop\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"); err != nil {
					t.Fatal(err)
				}
				reader := bufio.NewReader(conn)
				a, err := http.ReadResponse(reader, nil)
				if err != nil || a.StatusCode != http.StatusSwitchingProtocols {
					t.Fatalf("%+v, %v", a, err)
				}
				if got := a.Header.Get("X-Discount-Status") + a.Header.Get("X-Discount-Amount"); got != want || a.Header.Get("X-Own") != "own" {
					t.Errorf("%v", a.Header)
				}
				exchange(t, conn, reader, "hello")
				if _ = conn.Close(); log != "" {
					// Caddy counts the bytes of a tunnel that it closes itself while
					// they may still be on their way.
					s.logs(`"status":101`)
				}
			})
		}
	}
}

// With an access log there is one more writer below, which does not flush
// before it has seen a status.
func TestEventsArriveOneByOneWithAnAccessLog(t *testing.T) {
	next := make(chan struct{})
	behind := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.Header().Set("X-Discount-Amount", forged)
		for i := range 3 {
			_, _ = fmt.Fprintf(w, "data: %d\n\n", i)
			_ = http.NewResponseController(w).Flush()
			<-next // the client has it
		}
	}))
	for _, respond := range []string{"off", "on", "upstream"} {
		t.Run("respond "+respond, func(t *testing.T) {
			s := open(t, half, "log\n"+signed("respond "+respond)+"reverse_proxy "+behind)
			conn := s.dial()
			if _, err := io.WriteString(conn, jsonRequest(tenYuan)); err != nil {
				t.Fatal(err)
			}
			text := bufio.NewScanner(conn)
			found := false
			for seen := 0; seen < 3 && text.Scan(); {
				found = found || strings.Contains(text.Text(), forged)
				if text.Text() == fmt.Sprintf("data: %d", seen) {
					seen++
					next <- struct{}{}
				}
			}
			if err := text.Err(); err != nil || found != (respond == "upstream") {
				t.Errorf("%v, what the upstream sent arrives: %v", err, found)
			}
		})
	}
}

// The writer of the access log does not flush before it has seen a status: what
// is set until then is sent.
func TestAFlushThatComesToNothingIsNotTheEndOfTheHeader(t *testing.T) {
	for respond, want := range map[RespondMode]string{"off": "", "on": "bypass"} {
		t.Run("respond "+string(respond), func(t *testing.T) {
			h := provisioned(t, half, Options{Respond: respond})
			client := httptest.NewRecorder()
			w := caddyhttp.NewResponseRecorder(client, nil, nil)
			err := h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil), caddyhttp.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
				if err := http.NewResponseController(w).Flush(); err != nil {
					return err
				}
				w.Header().Set("X-Discount-Status", forged)
				_, err := io.WriteString(w, "own")
				return err
			}))
			if got := client.Result().Header.Get("X-Discount-Status"); err != nil || got != want {
				t.Errorf("%q, want %q, %v", got, want, err)
			}
		})
	}
}

// What was set and not written is written by another handler in the end.
func TestARouteForErrorsDoesNotSendWhatTheUpstreamSet(t *testing.T) {
	behind := serve(t, http.HandlerFunc(boasting))
	for respond, want := range map[string]bool{"off": false, "on": false, "upstream": true} {
		t.Run("respond "+respond, func(t *testing.T) {
			s := open(t, half, signed("respond "+respond)+"reverse_proxy "+behind+` {
	@all status 2xx
	handle_response @all {
		copy_response_headers
		error 503
	}
}
handle_errors {
	respond "sorry" 503
}`)
			a := s.send(jsonRequest(tenYuan))
			if found := strings.Contains(fmt.Sprint(a.Header), forged); a.StatusCode != http.StatusServiceUnavailable || a.Header.Get("X-Own") != "own" || found != want {
				t.Errorf("%d %v", a.StatusCode, a.Header)
			}
		})
	}
}

func TestTheLastHandlerOnTheWaySaysWhatTheResponseHas(t *testing.T) {
	behind := serve(t, http.HandlerFunc(boasting))
	for _, c := range []struct{ first, last, want string }{
		{first: "off", last: "on", want: "500"}, {first: "on", last: "off", want: ""}, {first: "off", last: "upstream", want: forged}, {first: "upstream", last: "off", want: ""}, {first: "upstream", last: "on", want: "500"}, {first: "on", last: "upstream", want: forged},
	} {
		t.Run(c.first+", then "+c.last, func(t *testing.T) {
			s := open(t, half, "log\nroute {\n"+signed("respond "+c.first)+"encode\n"+signed("respond "+c.last)+"reverse_proxy "+behind+"\n}")
			a := s.send(jsonRequest(tenYuan))
			if got := a.Header.Get("X-Discount-Amount"); got != c.want {
				t.Errorf("%q, want %q: %v", got, c.want, a.Header)
			}
		})
	}
	t.Run("each for its own names", func(t *testing.T) {
		s := open(t, half, "route {\n"+signed("respond on")+signed("respond off", "header_prefix X-Promo-")+"reverse_proxy "+behind+"\n}")
		if a := s.send(jsonRequest(tenYuan)); a.Header.Get("X-Discount-Amount") != "500" || a.Header.Get("X-Promo-Amount") != "" {
			t.Errorf("%v", a.Header)
		}
	})
}

// The site's own directives for headers come after all handlers when they are
// deferred, and say what the operator wants.
func TestADeferredHeaderOfTheSiteIsSent(t *testing.T) {
	s := open(t, half, "header >X-Discount-Docs here\n"+signed()+"reverse_proxy UPSTREAM")
	if a := s.send(jsonRequest(tenYuan)); a.Header.Get("X-Discount-Docs") != "here" {
		t.Errorf("%v", a.Header)
	}
}

func TestAFileIsServedWhole(t *testing.T) {
	dir := t.TempDir()
	content := strings.Repeat("0123456789", 100_000)
	if err := os.WriteFile(filepath.Join(dir, "orders"), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, respond := range []string{"off", "on", "upstream"} {
		t.Run("respond "+respond, func(t *testing.T) {
			s := open(t, half, signed("respond "+respond)+"root "+dir+"\nfile_server")
			a := s.send("GET /orders HTTP/1.1\r\nHost: shop\r\n\r\n")
			if a.body != content || a.ContentLength != int64(len(content)) {
				t.Errorf("%d bytes, %v", len(a.body), a.Header)
			}
		})
	}
}

// whole is a response writer that notes what it is told to send as a whole.
type whole struct {
	*httptest.ResponseRecorder
	from io.Reader
}

func (w *whole) ReadFrom(r io.Reader) (int64, error) {
	w.from = r
	return io.Copy(w.ResponseRecorder, r)
}

func TestAFileReachesTheServerAsAFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte("content"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, respond := range []RespondMode{"off", "on", "upstream"} {
		t.Run("respond "+string(respond), func(t *testing.T) {
			h := provisioned(t, half, Options{Respond: respond})
			file, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			w := &whole{ResponseRecorder: httptest.NewRecorder()}
			err = h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/", nil), caddyhttp.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
				_, err := io.Copy(w, struct{ io.Reader }{file}) // not by the file's own WriteTo
				return err
			}))
			if from, ok := w.from.(struct{ io.Reader }); err != nil || !ok || from.Reader != file || w.Body.String() != "content" {
				t.Errorf("from %T, %v", w.from, err)
			}
		})
	}
}

func TestKeepingAResponseCleanCostsOneAllocation(t *testing.T) {
	next := caddyhttp.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) error {
		w.WriteHeader(http.StatusOK)
		return nil
	})
	count := func(respond RespondMode) float64 {
		h := provisioned(t, half, Options{Respond: respond})
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		header := http.Header{}
		return testing.AllocsPerRun(1000, func() {
			clear(r.Header)
			if err := h.ServeHTTP(bare{header}, r, next); err != nil {
				t.Fatal(err)
			}
		})
	}
	if off, upstream := count(respondOff), count(respondUpstream); off-upstream > 1 {
		t.Errorf("%v allocations, %v without", off, upstream)
	}
}

// bare is a response writer that allocates nothing.
type bare struct{ header http.Header }

func (w bare) Header() http.Header       { return w.header }
func (bare) Write(p []byte) (int, error) { return len(p), nil }
func (bare) WriteHeader(int)             {}
