package discount

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestTheBodyArrivesByteForByteInItsFraming(t *testing.T) {
	s := open(t, half, proxied)
	odd := "\n {\"items\" : [ {\"quantity\":1 ,\"unit_price\":1000, \"note\":\"\\u4e2d 文 \\\" \" } ] }\t\r\n"
	const start = "POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json; charset=utf-8\r\n"
	for _, c := range []struct {
		name, request, body string
		length              int64
		chunked             bool
	}{
		{"with its length", start + fmt.Sprintf("Content-Length: %d\r\n\r\n", len(odd)) + odd, odd, int64(len(odd)), false},
		{"in one chunk", start + fmt.Sprintf("Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n\r\n", len(odd), odd), odd, -1, true},
		{"in many chunks", start + "Transfer-Encoding: chunked\r\n\r\n" + chunks(odd, 7) + "0\r\n\r\n", odd, -1, true},
		{"in HTTP/1.0", strings.Replace(start, "1.1", "1.0", 1) + fmt.Sprintf("Content-Length: %d\r\n\r\n", len(odd)) + odd, odd, int64(len(odd)), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			if a := s.send(c.request); a.StatusCode != http.StatusOK {
				t.Fatalf("status %d", a.StatusCode)
			}
			got := s.upstream.last(t)
			if got.body != c.body || got.length != c.length || (len(got.encoding) > 0) != c.chunked {
				t.Errorf("length %d, encoding %v, body %q", got.length, got.encoding, got.body)
			}
			if got.Get("X-Discount-Amount") != "500" {
				t.Errorf("%s", owned(got.Header))
			}
		})
	}
}

func chunks(body string, size int) string {
	var b strings.Builder
	for len(body) > 0 {
		n := min(size, len(body))
		fmt.Fprintf(&b, "%x\r\n%s\r\n", n, body[:n])
		body = body[n:]
	}
	return b.String()
}

func TestBodiesAroundTheLargestThatIsRead(t *testing.T) {
	const most = 2000
	pass := open(t, half, fmt.Sprintf("discount STRATEGY {\n\tmax_body %d\n}\nreverse_proxy UPSTREAM", most))
	padded := func(size int) string { return tenYuan + strings.Repeat(" ", size-len(tenYuan)) }
	for _, c := range []struct {
		size   int
		status string
	}{{most - 1, "applied"}, {most, "applied"}, {most + 1, "oversize"}, {100 * most, "oversize"}} {
		for _, chunked := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d bytes, chunked %v", c.size, chunked), func(t *testing.T) {
				body := padded(c.size)
				request := jsonRequest(body)
				if chunked {
					request = "POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(body, 1500) + "0\r\n\r\n"
				}
				if a := pass.send(request); a.StatusCode != http.StatusOK {
					t.Fatalf("status %d", a.StatusCode)
				}
				got := pass.upstream.last(t)
				if got.Get("X-Discount-Status") != c.status || got.body != body || (got.length < 0) != chunked {
					t.Errorf("%s: %d bytes of %d", got.Get("X-Discount-Status"), len(got.body), len(body))
				}
			})
		}
	}
}

func TestExpectIsContinuedOnce(t *testing.T) {
	s := open(t, half, proxied)
	if a := s.send(jsonRequest(tenYuan, "Expect: 100-continue")); a.continues != 1 || a.StatusCode != http.StatusOK {
		t.Errorf("%d times, then %d", a.continues, a.StatusCode)
	}
	if got := s.upstream.last(t); got.body != tenYuan {
		t.Errorf("body %q", got.body)
	}
}

func TestARefusedBodyIsNeitherAskedForNorWaitedFor(t *testing.T) {
	s := open(t, half, "log\ndiscount STRATEGY {\n\tmax_body 100B\n\ton_oversize reject\n}\nreverse_proxy UPSTREAM")
	a := s.send("POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: 5000\r\n\r\n")
	if a.continues != 0 || a.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("%d times, then %d", a.continues, a.StatusCode)
	}
}

func TestABodyThatBreaksOffIsNotCompletedForTheOrderService(t *testing.T) {
	s := open(t, half, proxied)
	for name, request := range map[string]string{
		"with a length": "POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n" + tenYuan,
		"chunked":       "POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks(tenYuan, 10),
	} {
		t.Run(name, func(t *testing.T) {
			before := s.upstream.count()
			conn, err := net.Dial("tcp", s.address)
			if err != nil {
				t.Fatal(err)
			}
			defer conn.Close()
			if _, err := io.WriteString(conn, request); err != nil {
				t.Fatal(err)
			}
			if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
				t.Fatal(err)
			}
			_ = conn.SetReadDeadline(time.Now().Add(5 * time.Second))
			if text, _ := io.ReadAll(conn); strings.HasPrefix(string(text), "HTTP/1.1 200") {
				t.Errorf("the order was taken: %s", text)
			}
			if s.upstream.count() > before && s.upstream.last(t).err == nil {
				t.Errorf("the order service saw a whole request: %q", s.upstream.last(t).body)
			}
		})
	}
}

func TestARetryAfterADeadUpstreamHasTheWholeBody(t *testing.T) {
	dead := freeAddress(t)
	s := open(t, half, "discount STRATEGY\nreverse_proxy "+dead+" UPSTREAM {\n\tlb_policy first\n\tlb_try_duration 2s\n\tfail_duration 30s\n}")
	if got := s.order(tenYuan); got.body != tenYuan || got.Get("X-Discount-Amount") != "500" {
		t.Errorf("%q, %s", got.body, owned(got.Header))
	}
}
