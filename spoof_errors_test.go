package discount

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/internal/fields"
	"github.com/promogate/caddy-discount/internal/httpheader"
)

// What a route for errors proxies to is an order service like any other.
func TestNothingForgedArrivesThroughARouteForErrors(t *testing.T) {
	for name, site := range map[string]string{
		"after an upstream that is down":      signed() + "reverse_proxy 127.0.0.1:1\nhandle_errors {\n\treverse_proxy WIRE\n}",
		"after an error with the body unread": signed() + "error 503\nhandle_errors {\n\treverse_proxy WIRE\n}",
		"that prices what was never priced":   "error 503\nhandle_errors {\n\t" + signed() + "\treverse_proxy WIRE\n}",
		"that prices a second time":           signed() + "error 503\nhandle_errors {\n\t" + signed() + "\treverse_proxy WIRE\n}",
	} {
		t.Run(name, func(t *testing.T) {
			to := startWire(t)
			s := openWith(t, roomy, fromFive, strings.ReplaceAll(site, "WIRE", to.address))
			withstandsErrors(t, s, to)
		})
	}
}

// withstandsErrors is withstands for answers that are never 200.
func withstandsErrors(t *testing.T, s *shop, to *wire) {
	t.Helper()
	accept := func(t *testing.T, s *shop, path string, r request, a attack) (int, string) {
		status, answer := sendH1(t, s, path, r, a)
		if status == http.StatusServiceUnavailable || status == http.StatusBadGateway {
			status = http.StatusOK
		}
		return status, answer
	}
	withstands(t, s, to, httpheader.DefaultPrefix, accept, append(attacks(httpheader.DefaultPrefix), inConnection(httpheader.DefaultPrefix)...))
}

// A handler such as tracing passes a copy of the request on. The route for
// errors gets the request that was copied, with the body as it came: nothing
// that happened to the copy's body guards its trailer.
func TestNothingForgedArrivesThroughARouteForErrorsThatPricesOfACopiedRequest(t *testing.T) {
	to := startWire(t)
	s := openWith(t, roomy, fromFive, "tracing\n"+signed()+"error 503\nhandle_errors {\n\t"+signed()+"\treverse_proxy "+to.address+"\n}")
	for _, r := range requests[:5] {
		for _, a := range append(attacks(httpheader.DefaultPrefix), inConnection(httpheader.DefaultPrefix)...) {
			t.Run(fmt.Sprintf("%s, %s", r.status, a.name), func(t *testing.T) {
				status, answer := sendH1(t, s, "/orders", r, a)
				unforged(t, status, to.take(), answer)
			})
		}
	}
	if to.count() == 0 {
		t.Error("nothing reached the order service")
	}
}

func TestAQuoteIsAnsweredWithNothingThatIsForged(t *testing.T) {
	to := startWire(t)
	site := strings.Replace(signed(), "discount", "discount_quote", 1) + "reverse_proxy " + to.address + "\nhandle_errors {\n\treverse_proxy " + to.address + "\n}"
	s := openWith(t, roomy, fromFive, site)
	for _, r := range requests {
		if r.status == fields.StatusUnavailable {
			s.breakDown()
		}
		honest, _ := sendH1(t, s, "/orders", r, attack{})
		for _, a := range append(attacks(httpheader.DefaultPrefix), inConnection(httpheader.DefaultPrefix)...) {
			t.Run(fmt.Sprintf("%s, %s", r.status, a.name), func(t *testing.T) {
				status, answer := sendH1(t, s, "/orders", r, a)
				if text := to.take(); status != honest || text != "" || strings.Contains(answer, forged) || len(ours(answer, httpheader.DefaultPrefix)) > 0 {
					t.Errorf("status %d and not %d, there arrives\n%.2000s\nthe answer is\n%.2000s", status, honest, text, answer)
				}
			})
		}
	}
}
