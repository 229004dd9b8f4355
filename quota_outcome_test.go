package discount

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/quota"
)

// raw is an order service that does what the path of an order says, byte by byte.
type raw struct {
	address string
	arrived chan string // paths
}

func startRaw(t *testing.T) *raw {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	u := &raw{address: l.Addr().String(), arrived: make(chan string, 64)}
	var all sync.WaitGroup
	var mu sync.Mutex
	var conns []net.Conn
	all.Go(func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			mu.Lock()
			conns = append(conns, conn)
			mu.Unlock()
			all.Go(func() { u.serve(conn) })
		}
	})
	t.Cleanup(func() {
		_ = l.Close()
		mu.Lock()
		for _, conn := range conns {
			_ = conn.Close()
		}
		mu.Unlock()
		all.Wait()
	})
	return u
}

// serve answers the requests of a connection.
func (u *raw) serve(conn net.Conn) {
	defer conn.Close()
	_ = conn.SetDeadline(time.Now().Add(time.Minute))
	from := bufio.NewReader(conn)
	for {
		r, err := http.ReadRequest(from)
		if err != nil {
			return
		}
		_, _ = io.Copy(io.Discard, r.Body)
		u.arrived <- r.URL.Path
		path := strings.TrimPrefix(r.URL.Path, "/orders/")
		what, word, _ := strings.Cut(path, "/")
		switch what {
		case "break": // before the header is complete
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nX-Half")
			return
		case "break-body":
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
			return
		case "hang": // until the gateway gives up
			_, _ = from.ReadByte()
			return
		case "stream": // a header, and a body that does not end before the gateway gives up
			_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nhalf")
			_, _ = from.ReadByte()
			return
		case "hints":
			_, _ = io.WriteString(conn, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
			what = "200"
		}
		if word != "" {
			word = "X-Discount-Reservation: " + word + "\r\n"
		}
		_, _ = fmt.Fprintf(conn, "HTTP/1.1 %s Status\r\n%sContent-Length: 0\r\n\r\n", what, word)
	}
}

// Each line of the table of outcomes, with a real proxy and an order service that does it.
func TestOutcomesOfOrders(t *testing.T) {
	const proxied, dead = "reverse_proxy UPSTREAM", "reverse_proxy 127.0.0.1:1"
	type result struct {
		state   quota.State
		unknown bool
	}
	released, committed, unknown := result{}, result{state: quota.Committed}, result{state: quota.Held, unknown: true}
	for name, c := range map[string]struct {
		then   string   // what is behind discount
		path   string   // what the order service does
		header []string // of the order
		gone   bool     // the client hangs up once the order has arrived
		open   bool     // the client waits for more
		want   result
	}{
		"200":                               {then: proxied, path: "200", want: committed},
		"201":                               {then: proxied, path: "201", want: committed},
		"303":                               {then: proxied, path: "303", want: committed},
		"a hint before":                     {then: proxied, path: "hints", want: committed},
		"a body that breaks off":            {then: proxied, path: "break-body", want: committed},
		"a body that has not ended":         {then: proxied, path: "stream", open: true, want: committed},
		"400":                               {then: proxied, path: "400", want: released},
		"422":                               {then: proxied, path: "422", want: released},
		"422 with a key":                    {then: proxied, path: "422", header: []string{"Idempotency-Key: k"}, want: unknown},
		"422 with another key":              {then: proxied, path: "422", header: []string{"X-Idempotency-Key: k"}, want: unknown},
		"408":                               {then: proxied, path: "408", want: unknown},
		"409":                               {then: proxied, path: "409", want: unknown},
		"425":                               {then: proxied, path: "425", want: unknown},
		"429":                               {then: proxied, path: "429", want: unknown},
		"302":                               {then: proxied, path: "302", want: unknown},
		"500":                               {then: proxied, path: "500", want: unknown},
		"503":                               {then: proxied, path: "503", want: unknown},
		"a header that breaks off":          {then: proxied, path: "break", want: unknown},
		"no connection":                     {then: dead, path: "200", want: released},
		"no connection, with a key":         {then: dead, path: "200", header: []string{"Idempotency-Key: k"}, want: unknown},
		"no connection, retries":            {then: "reverse_proxy 127.0.0.1:1 {\n\tlb_retries 1\n}", path: "200", want: unknown},
		"no connection, then accepted":      {then: "reverse_proxy 127.0.0.1:1 UPSTREAM {\n\tlb_policy first\n\tlb_retries 1\n\tfail_duration 10s\n}", path: "200", want: committed},
		"no connection, then refused":       {then: "reverse_proxy 127.0.0.1:1 UPSTREAM {\n\tlb_policy first\n\tlb_retries 1\n\tfail_duration 10s\n}", path: "422", want: unknown},
		"a time-out":                        {then: "reverse_proxy UPSTREAM {\n\ttransport http {\n\t\tresponse_header_timeout 50ms\n\t}\n}", path: "hang", want: unknown},
		"a client that hangs up":            {then: proxied, path: "hang", gone: true, want: unknown},
		"no upstream":                       {then: "reverse_proxy {\n\tdynamic a nowhere.invalid 1\n}", path: "200", want: released},
		"an error before any":               {then: "error 500", path: "200", want: released},
		"another handler accepts":           {then: "respond 204", path: "200", want: committed},
		"another handler refuses":           {then: "respond 403", path: "200", want: released},
		"another handler sends on":          {then: "respond 302", path: "200", want: released},
		"nobody answers":                    {then: "vars a b", path: "200", want: released},
		"another status for a refusal":      {then: "reverse_proxy UPSTREAM {\n\t@refused status 422\n\treplace_status @refused 200\n}", path: "422", want: released},
		"another answer for a refusal":      {then: "reverse_proxy UPSTREAM {\n\t@refused status 422\n\thandle_response @refused {\n\t\trespond sorry 200\n\t}\n}", path: "422", want: released},
		"another answer for a success":      {then: "reverse_proxy UPSTREAM {\n\t@done status 200\n\thandle_response @done {\n\t\trespond sorry 500\n\t}\n}", path: "200", want: committed},
		"it says commit":                    {then: proxied, path: "500/commit", want: committed},
		"it says release":                   {then: proxied, path: "200/release", want: released},
		"it says hold":                      {then: proxied, path: "202/hold;for=900", want: result{state: quota.Held}},
		"it says commit, with a key":        {then: proxied, path: "409/commit", header: []string{"Idempotency-Key: k"}, want: committed},
		"it says what nobody knows":         {then: proxied, path: "422/keep", want: released},
		"it says so behind another answer":  {then: "reverse_proxy UPSTREAM {\n\t@any status 202\n\thandle_response @any {\n\t\trespond sorry 500\n\t}\n}", path: "202/release", want: released},
		"an order before the one on errors": {then: dead + "\nhandle_errors {\n\trespond 200\n}", path: "200", want: released},
	} {
		t.Run(name, func(t *testing.T) {
			u := startRaw(t)
			s, ledger := openLimited(t, limited, "discount STRATEGY {\n\tLEDGER\n}\n"+strings.ReplaceAll(c.then, "UPSTREAM", u.address))
			request := strings.Replace(jsonRequest(tenYuan, c.header...), "POST /orders ", "POST /orders/"+c.path+" ", 1)
			conn := s.dial()
			if _, err := io.WriteString(conn, request); err != nil {
				t.Fatal(err)
			}
			switch {
			case c.gone:
				<-u.arrived
			case !c.open:
				from := bufio.NewReader(conn)
				// A client that hangs up after a hint is gone before the answer.
				for res, err := http.ReadResponse(from, nil); err == nil && res.StatusCode < 200; {
					res, err = http.ReadResponse(from, nil)
				}
			}
			if !c.open {
				_ = conn.Close()
			}
			eventually(t, "the outcome is "+fmt.Sprint(c.want), func() bool {
				if ledger.reserves.Load() != 1 {
					return false
				}
				all, err := ledger.Memory.Unresolved(t.Context(), 10)
				if err != nil {
					t.Fatal(err)
				}
				count := ledger.count(t, quota.Units, "flash")
				switch c.want.state {
				case quota.Committed:
					return count.Committed == 1 && count.Held == 0
				case quota.Held:
					return count.Held == 1 && (len(all) == 1) == c.want.unknown
				}
				return count.Used() == 0
			})
			_ = conn.Close()
		})
	}
}
