package discount

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

// What is no exchange of a request and its answer goes through as it comes, in
// both directions, while the client has more to say.

func TestAnUpgradedConnectionIsUntouched(t *testing.T) {
	echo := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Header.Get("X-Discount-Status") != r.Header.Get("X-Expected") || string(body) != r.Header.Get("X-Body") {
			t.Errorf("%q, %s", body, owned(r.Header))
		}
		conn, stream, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n")
		_, _ = io.Copy(conn, stream)
	}))
	const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
	for _, transport := range transports {
		for _, respond := range []string{"off", "on"} {
			s := open(t, half, "discount STRATEGY {\n\trespond "+respond+"\n}\nreverse_proxy "+echo+" {\n\t"+transport+"\n}")
			for _, request := range []struct{ name, text string }{
				{name: "a chat", text: "GET /chat HTTP/1.1\r\nHost: shop\r\nX-Expected: bypass\r\n" + upgrade + "\r\n"},
				{name: "an order", text: jsonRequest(tenYuan, "X-Expected: applied", "X-Body: "+tenYuan, strings.TrimSuffix(upgrade, "\r\n"))},
			} {
				t.Run(transport+", respond "+respond+", "+request.name, func(t *testing.T) {
					conn := s.dial()
					if _, err := io.WriteString(conn, request.text); err != nil {
						t.Fatal(err)
					}
					reader := bufio.NewReader(conn)
					a, err := http.ReadResponse(reader, nil)
					if err != nil || a.StatusCode != http.StatusSwitchingProtocols {
						t.Fatalf("%+v, %v", a, err)
					}
					for _, frame := range []string{"\x81\x85\x01\x02\x03\x04hello", "\x82\x80\x00\x00\x00\x00", tenYuan} {
						exchange(t, conn, reader, frame)
					}
				})
			}
		}
	}
}

// exchange sends a message and wants it back before anything else is sent.
func exchange(t *testing.T, to io.Writer, from io.Reader, message string) {
	t.Helper()
	if _, err := io.WriteString(to, message); err != nil {
		t.Fatal(err)
	}
	back := make([]byte, len(message))
	if _, err := io.ReadFull(from, back); err != nil || string(back) != message {
		t.Fatalf("%q came back as %q, %v", message, back, err)
	}
}

func TestACallOfGRPCIsUntouched(t *testing.T) {
	echo := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("X-Discount-Status") != "bypass" || r.ProtoMajor != 2 || r.Header.Get("Te") != "trailers" {
			t.Errorf("%s %s", r.Proto, owned(r.Header))
		}
		w.Header().Set("Content-Type", "application/grpc+json")
		w.Header().Set("Trailer", "Grpc-Status")
		control := http.NewResponseController(w)
		_ = control.Flush()
		buf := make([]byte, 1024)
		for {
			n, err := r.Body.Read(buf)
			_, _ = w.Write(buf[:n])
			_ = control.Flush()
			if err != nil {
				break
			}
		}
		w.Header().Set("Grpc-Status", "0")
	}))
	s := openWith(t, withH2C, half, "discount STRATEGY\nreverse_proxy h2c://"+echo)
	body, send := io.Pipe()
	r, err := http.NewRequest(http.MethodPost, "http://"+s.address+"/shop.Orders/Chat", body)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/grpc+json")
	r.Header.Set("Te", "trailers")
	a, err := h2cClient(t).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Body.Close()
	for _, message := range []string{tenYuan, "", "{}"} { // each before the next is sent
		framed := append(binary.BigEndian.AppendUint32([]byte{0}, uint32(len(message))), message...)
		exchange(t, send, a.Body, string(framed))
	}
	_ = send.Close()
	if rest, err := io.ReadAll(a.Body); err != nil || len(rest) > 0 || a.Trailer.Get("Grpc-Status") != "0" {
		t.Errorf("%q, %v, %v", rest, err, a.Trailer)
	}
}

func TestEventsArriveOneByOne(t *testing.T) {
	next := make(chan struct{})
	events := serve(t, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for i := range 3 {
			_, _ = fmt.Fprintf(w, "data: %d\n\n", i)
			_ = http.NewResponseController(w).Flush()
			<-next // the client has it
		}
	}))
	for _, c := range []struct{ name, respond, request string }{
		{name: "to a GET", respond: "off", request: "GET /events HTTP/1.1\r\nHost: shop\r\n\r\n"},
		{name: "to an order", respond: "off", request: jsonRequest(tenYuan)},
		{name: "with the headers on the response", respond: "on", request: jsonRequest(tenYuan)},
		{name: "to a body that is not read", respond: "off", request: "POST /events HTTP/1.1\r\nHost: shop\r\nContent-Type: text/plain\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := open(t, half, "discount STRATEGY {\n\trespond "+c.respond+"\n}\nreverse_proxy "+events)
			conn := s.dial()
			if _, err := io.WriteString(conn, c.request); err != nil {
				t.Fatal(err)
			}
			lines := bufio.NewScanner(conn)
			for seen := 0; seen < 3 && lines.Scan(); {
				if strings.HasPrefix(lines.Text(), fmt.Sprintf("data: %d", seen)) {
					seen++
					next <- struct{}{}
				} else if strings.HasPrefix(lines.Text(), "data") {
					t.Fatalf("%q came as number %d", lines.Text(), seen)
				}
			}
			if err := lines.Err(); err != nil {
				t.Fatal(err)
			}
		})
	}
}
