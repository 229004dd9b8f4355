package discount

import (
	"bytes"
	"fmt"
	"maps"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/internal/fields"
)

// forged is in every value that a client of these tests sends under a name that
// is not its own, so that one search over the wire finds whatever got through.
const forged = "f0rged"

type field struct{ name, value string }

// attack is what a client adds to an honest request.
type attack struct {
	name     string
	fields   []field // in the order and the spelling they are sent
	trailers []field // after the body, whether or not a field announces them
	asIs     bool    // in a spelling that HTTP/2 and HTTP/3 forbid
	broken   bool    // the server may break the request off, and what arrives is less
}

func forge(names ...string) []field {
	var all []field
	for _, name := range names {
		all = append(all, field{name, forged})
	}
	return all
}

// attacks are those that are the same in every version of HTTP, under a prefix.
func attacks(prefix string) []attack {
	amount, status, bare := prefix+"Amount", prefix+"Status", strings.TrimSuffix(prefix, "-")
	announce := func(names ...string) []field { return []field{{name: "Trailer", value: strings.Join(names, ", ")}} }
	var many []field
	for i := range 3000 {
		many = append(many, field{fmt.Sprintf("%sMany-%d", prefix, i), forged})
	}
	return []attack{
		{name: "a name in use", fields: forge(amount)},
		{name: "every name in use", fields: forge(amount, status, prefix+"Reason", prefix+"Shipping", prefix+"Subtotal", prefix+"Payable",
			prefix+"Currency", prefix+"Rules", prefix+"Lines", prefix+"Gifts", prefix+"Strategy")},
		{name: "an assertion", fields: forge(prefix + "Assertion")},
		{name: "lower case", fields: forge(strings.ToLower(amount))},
		{name: "a name twice", fields: forge(amount, amount)},
		{name: "a name twice, apart", fields: append(append(forge(amount), field{"X-Between", "1"}), forge(amount)...)},
		{name: "the prefix alone", fields: forge(prefix)},
		{name: "the prefix without its hyphen", fields: forge(bare)},
		{name: "the prefix without its hyphen, twice and in other cases", fields: forge(strings.ToUpper(bare), strings.ToLower(bare), bare)},
		{name: "the prefix without its hyphen and with another mark", fields: forge(alias(bare, "~"), bare+"~", alias(bare, "+")+"!")},
		{name: "the prefix without its hyphen as a trailer", fields: announce(bare, "X-Checksum"), trailers: append(forge(bare), field{"X-Checksum", "1"})},
		{name: "the prefix without its hyphen as a trailer that is not announced", fields: announce("X-Checksum"), trailers: append(forge(bare), field{"X-Checksum", "1"})},
		{name: "a name that is not in use", fields: forge(prefix + "Anything-Else")},
		{name: "odd endings", fields: forge(prefix+"-", prefix+"1", prefix+"Amount-", prefix+"Amount~", prefix+"Amount!")},
		{name: "no value", fields: []field{{name: amount, value: ""}, {name: prefix + "Nothing", value: ""}}},
		{name: "three thousand names", fields: many},
		{name: "another mark in place of a hyphen", fields: forge(others(prefix)...)},
		{name: "a trailer that is announced", fields: announce(amount, "X-Checksum"), trailers: append(forge(amount), field{"X-Checksum", "1"})},
		{name: "a trailer that is announced in lower case", fields: announce(strings.ToLower(amount)), trailers: forge(strings.ToLower(amount))},
		{name: "a trailer that is not announced", trailers: forge(amount)},
		{name: "a trailer beside one that is announced", fields: announce("X-Checksum"), trailers: append(forge(amount, status), field{"X-Checksum", "1"})},
		{name: "a trailer that is announced twice", fields: append(announce(amount), announce("X-Checksum", amount)...), trailers: forge(amount, amount)},
		{name: "an aliased trailer", fields: announce(alias(amount, "_"), alias(amount, "."), "X-Checksum"), trailers: forge(alias(amount, "_"), alias(amount, "."))},
		{name: "an assertion as a trailer", fields: announce(prefix + "Assertion"), trailers: forge(prefix + "Assertion")},
		{name: "a header and a trailer", fields: append(announce(amount), forge(amount)...), trailers: forge(amount)},
		{name: "a trailer that is announced and never sent", fields: announce(amount)},
	}
}

// alias is a name with another mark for its hyphens.
func alias(name, mark string) string { return strings.ReplaceAll(name, "-", mark) }

// others are names that a gateway of the CGI kind folds into an owned one.
// Caddy drops those with _ and . unless it is told to expect them.
func others(prefix string) []string {
	var names []string
	for _, mark := range strings.Split("! # $ % & ' * + ^ ` | ~", " ") {
		names = append(names, alias(prefix, mark)+"Amount")
	}
	return names
}

// inConnection are the ways to have the proxy drop the handler's own headers,
// as the next hop's business. HTTP/1.1 alone has them.
func inConnection(prefix string) []attack {
	amount, lower := prefix+"Amount", strings.ToLower(prefix)
	list := func(name string, values ...string) []field {
		var all []field
		for _, value := range values {
			all = append(all, field{name, value})
		}
		return all
	}
	return []attack{
		{name: "in Connection", fields: list("Connection", "close, "+amount)},
		{name: "alone in Connection", fields: list("Connection", amount)},
		{name: "in several Connection fields", fields: list("Connection", lower+"amount", "close", prefix+"Rules, "+prefix+"Assertion")},
		{name: "in Connection with odd spaces and empty tokens", fields: list("cONNECTION", " ,,\t"+strings.ToUpper(amount)+"\t ,  close ,"+lower+"status,")},
		{name: "in Connection under an alias", fields: list("Connection", "close, "+alias(amount, "_")+", "+alias(amount, "."))},
		{name: "in Connection and as a header", fields: append(list("Connection", "close, "+amount), forge(amount)...)},
		{name: "in Proxy-Connection, Keep-Alive and TE", fields: []field{{name: "Proxy-Connection", value: amount}, {name: "Keep-Alive", value: amount}, {name: "TE", value: "trailers, " + amount}}},
		{name: "the prefix without its hyphen in Connection", fields: list("Connection", "close, "+strings.TrimSuffix(lower, "-"), alias(strings.TrimSuffix(prefix, "-"), "_"))},
		{name: "all names in Connection", fields: list("Connection", "close, "+strings.Join([]string{amount, prefix + "Status", prefix + "Payable", prefix + "Strategy", prefix + "Lines"}, ","))},
	}
}

// wire is an order service that also keeps the very bytes that came to it.
type wire struct {
	upstream
	net.Listener
	tap   sync.Mutex
	conns []*tapped
}

func startWire(t *testing.T) *wire {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{Listener: l}
	w.address = l.Addr().String()
	server := &http.Server{Handler: &w.upstream, ReadHeaderTimeout: 10 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(w)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-done
	})
	return w
}

// Accept taps the connection.
func (w *wire) Accept() (net.Conn, error) {
	conn, err := w.Listener.Accept()
	w.tap.Lock()
	defer w.tap.Unlock()
	c := &tapped{Conn: conn, wire: w}
	w.conns = append(w.conns, c)
	return c, err
}

type tapped struct {
	net.Conn
	wire *wire
	came bytes.Buffer
}

func (c *tapped) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.wire.tap.Lock()
	defer c.wire.tap.Unlock()
	c.came.Write(p[:n])
	return n, err
}

// take is what came since it was last taken, one connection after the other.
func (w *wire) take() string {
	w.tap.Lock()
	defer w.tap.Unlock()
	var all strings.Builder
	for _, c := range w.conns {
		_, _ = c.came.WriteTo(&all)
	}
	return all.String()
}

// at is the request to a path in what came. A request that its client broke off
// may still be coming when the next one does.
func at(path, text string) string {
	for part := range strings.SplitSeq(text, http.MethodPost+" ") {
		if strings.HasPrefix(part, path+" ") {
			return part
		}
	}
	return ""
}

var numbers atomic.Int64

// numbered is a path that no other request has.
func numbered(path string) string { return fmt.Sprintf("%s?n=%d", path, numbers.Add(1)) }

// ours lists the lines on the wire whose names anyone could take for the
// handler's, but for the values that change with every request, and those that
// announce such a name as a trailer.
func ours(text, prefix string) []string {
	var lines []string
	for line := range strings.SplitSeq(text, "\r\n") {
		name, value, _ := strings.Cut(line, ":")
		announces := folded(name) == "trailer" && strings.Contains(folded(value), strings.TrimSuffix(folded(prefix), "_"))
		if !strings.HasPrefix(folded(name)+"_", folded(prefix)) && !announces {
			continue
		}
		if strings.EqualFold(name, prefix+"Assertion") && !strings.Contains(value, forged) {
			line = name
		}
		lines = append(lines, line)
	}
	slices.Sort(lines)
	return lines
}

// folded is a header's name as a gateway of the CGI kind has it.
func folded(name string) string {
	return strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= '0' && c <= '9' {
			return c
		}
		return '_'
	}, strings.ToLower(name))
}

// request is an honest one, and what becomes of it.
type request struct {
	status            fields.Status
	contentType, body string
}

// lower is a field's name as HTTP/2 and HTTP/3 want it.
func (a attack) lower(name string) string {
	if a.asIs {
		return name
	}
	return strings.ToLower(name)
}

// head is the header of a request in HTTP/2 and HTTP/3.
func (r request) head(s *shop, path string, a attack) []field {
	head := []field{
		{name: ":method", value: http.MethodPost}, {name: ":scheme", value: "https"}, {name: ":authority", value: s.address}, {name: ":path", value: path},
		{name: "content-type", value: r.contentType}, {name: "content-length", value: fmt.Sprint(len(r.body))},
	}
	for _, f := range a.fields {
		head = append(head, field{a.lower(f.name), f.value})
	}
	return head
}

// onlyNew are attacks on how HTTP/2 and HTTP/3 are written; all are malformed.
func onlyNew(prefix string) []attack {
	amount := prefix + "Amount"
	all := []attack{
		{name: "a name that is not in lower case", asIs: true, fields: forge(amount)},
		{name: "a trailer that is not in lower case", asIs: true, fields: []field{{name: "trailer", value: amount}}, trailers: forge(amount)},
		{name: "a line break in a value", fields: []field{{name: "x-other", value: "a\r\n" + amount + ": " + forged}}},
		{name: "a line break in a name", fields: forge("x-other: a\r\n" + amount)},
		{name: "a line break in a trailer", fields: []field{{name: "trailer", value: "x-other"}}, trailers: []field{{name: "x-other", value: "a\r\n" + amount + ": " + forged}}},
		{name: "a colon before a name", fields: forge(":" + amount)},
		{name: "in connection", fields: append([]field{{name: "connection", value: amount}}, forge(amount)...)},
		{name: "in te", fields: append([]field{{name: "te", value: "trailers, " + amount}}, forge(amount)...)},
	}
	for i := range all {
		all[i].broken = true
	}
	return all
}

// requests has one for every status; the limit of the body is a KiB.
var requests = []request{
	{status: fields.StatusApplied, contentType: "application/json", body: tenYuan},
	{status: fields.StatusNone, contentType: "application/json", body: `{"items":[{"quantity":1,"unit_price":100}]}`},
	{status: fields.StatusBypass, contentType: "text/plain", body: "hello"},
	{status: fields.StatusInvalid, contentType: "application/json", body: `{"items":1}`},
	{status: fields.StatusOversize, contentType: "application/json", body: strings.Repeat("x", 5000)},
	{status: fields.StatusUnavailable, contentType: "application/json", body: tenYuan},
}

// roomy has Caddy read headers past its usual 16 KiB, in every version.
const roomy = "\tservers {\n\t\tprotocols h1 h2 h2c h3\n\t\tmax_header_size 1MB\n\t}\n"

const fromFive = "version = \"v1\"\n[rule.half]\nmin_subtotal = 5\ndiscount_rate = 0.5"

// signed is the directive of the shops under attack, with further options.
func signed(options ...string) string {
	return "discount STRATEGY {\n\tmax_body 1KiB\n\tsign HS256 0123456789abcdef0123456789abcdef\n\t" + strings.Join(options, "\n\t") + "\n}\n"
}

// breakDown has every cart that gets a discount end in a panic from now on.
func (s *shop) breakDown() {
	s.t.Helper()
	for _, l := range runningEngines() {
		l.Live().Value.Header.Rules = nil
	}
	if strings.HasPrefix(s.site, "tls") {
		// What comes by UDP does not order what a server's goroutines read after
		// what is written here; that they are started does.
		s.reconfigure(s.site)
	}
}

// sender sends a request to a path of a shop and returns the status of the
// answer and all that is in it.
type sender func(t *testing.T, s *shop, path string, r request, a attack) (int, string)

// withstands sends every attack with every request of the wanted statuses, and
// wants the same to arrive as arrives without an attack.
func withstands(t *testing.T, s *shop, to *wire, prefix string, send sender, all []attack) {
	t.Helper()
	for _, r := range requests {
		if r.status == fields.StatusUnavailable {
			s.breakDown()
		}
		var honest []string
		want := fmt.Sprintf("%sStatus: %s", prefix, r.status)
		compact := fmt.Sprintf("%s: status=%s", strings.TrimSuffix(prefix, "-"), r.status)
		eventually(t, "without an attack there arrives "+want, func() bool { // servers may just have been started
			path := numbered("/orders")
			send(t, s, path, r, attack{})
			honest = ours(at(path, to.take()), prefix)
			return slices.ContainsFunc(honest, func(line string) bool { return line == want || strings.HasPrefix(line, compact) })
		})
		for _, a := range all {
			t.Run(fmt.Sprintf("%s, %s", r.status, a.name), func(t *testing.T) {
				path := numbered("/orders")
				status, answer := send(t, s, path, r, a)
				text := to.take()
				if got := ours(at(path, text), prefix); status == http.StatusOK && !a.broken && !slices.Equal(got, honest) {
					t.Errorf("there arrives\n%.2000s\nwithout the attack\n%s", strings.Join(got, "\n"), strings.Join(honest, "\n"))
				}
				unforged(t, status, text, answer)
			})
		}
	}
}

func unforged(t *testing.T, status int, arrived, answer string) {
	t.Helper()
	if strings.Contains(arrived, forged) || strings.Contains(answer, forged) {
		t.Errorf("status %d, what is forged is in\n%.2000s\nor in the answer\n%.2000s", status, arrived, answer)
	}
}

// openBeside is a site with a way to the order service beside the handler, at /open.
func openBeside(to *wire) string {
	return "handle /open* {\n\treverse_proxy " + to.address + "\n}\nhandle {\n" + signed() + "reverse_proxy " + to.address + "\n}"
}

// arrives sends every attack past the handler, to see that each is one: that
// what is forged arrives where no handler strips it.
func arrives(t *testing.T, s *shop, to *wire, send sender, all []attack, never map[string]string) {
	t.Helper()
	seen := maps.Clone(never)
	for _, a := range all {
		if !strings.Contains(fmt.Sprint(a.fields, a.trailers), forged) {
			continue
		}
		path := numbered("/open")
		status, _ := send(t, s, path, requests[2], a)
		_, excused := never[a.name]
		delete(seen, a.name)
		if found := strings.Contains(at(path, to.take()), forged); found == excused {
			t.Errorf("%s: answered %d, arrived %v", a.name, status, found)
		}
	}
	if len(seen) > 0 {
		t.Errorf("no such attacks: %v", seen)
	}
}
