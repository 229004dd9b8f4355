package discount

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httputil"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/internal/fields"
	"github.com/promogate/caddy-discount/internal/httpheader"
)

// sendH1 writes the request out as HTTP/1.1, chunked if there are trailers.
func sendH1(t *testing.T, s *shop, path string, r request, a attack) (int, string) {
	t.Helper()
	var text strings.Builder
	fmt.Fprintf(&text, "POST %s HTTP/1.1\r\nHost: shop\r\nContent-Type: %s\r\n", path, r.contentType)
	for _, f := range a.fields {
		fmt.Fprintf(&text, "%s: %s\r\n", f.name, f.value)
	}
	if len(a.trailers) == 0 {
		fmt.Fprintf(&text, "Content-Length: %d\r\n\r\n%s", len(r.body), r.body)
	} else {
		fmt.Fprintf(&text, "Transfer-Encoding: chunked\r\n\r\n%x\r\n%s\r\n0\r\n", len(r.body), r.body)
		for _, f := range a.trailers {
			fmt.Fprintf(&text, "%s: %s\r\n", f.name, f.value)
		}
		text.WriteString("\r\n")
	}
	conn := s.dial()
	defer conn.Close()
	go func() { _, _ = io.WriteString(conn, text.String()) }()
	got, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		return 0, err.Error() // refused before the body was read, which may reset the connection
	}
	answer, _ := httputil.DumpResponse(got, true) // as much as there is
	return got.StatusCode, string(answer)
}

// onlyH1 are attacks on how HTTP/1.1 is written.
func onlyH1(prefix string) []attack {
	amount := prefix + "Amount"
	return []attack{
		{name: "odd case", fields: forge(strings.ToLower(prefix)+"aMOUNT", strings.ToUpper(amount))},
		{name: "a continued line under an owned name", fields: []field{{name: amount, value: "1\r\n " + forged}}},
		{name: "a continued line that looks like a header", fields: []field{{name: "X-Other", value: "a\r\n " + amount + ": 1"}}},
		{name: "a continued line in Connection", fields: []field{{name: "Connection", value: "close,\r\n " + amount}}},
		{name: "a line that ends in LF alone", fields: []field{{name: "X-Other", value: "a\n" + amount + ": " + forged}}},
		{name: "a space before the colon", fields: forge(amount + " ")},
		{name: "a continued trailer", fields: []field{{name: "Trailer", value: amount}}, trailers: []field{{name: amount, value: "1\r\n " + forged}}},
		{name: "Trailer over several lines", fields: []field{{name: "Trailer", value: "X-Checksum,\r\n " + amount}}, trailers: forge(amount)},
	}
}

func TestNothingForgedArrivesOverHTTP1(t *testing.T) {
	for name, c := range map[string]struct{ prefix, option string }{
		"the usual prefix": {prefix: httpheader.DefaultPrefix, option: ""},
		"another prefix":   {prefix: "X-Promo-Code-", option: "header_prefix X-Promo-Code-"},
		"one header":       {prefix: httpheader.DefaultPrefix, option: "headers compact"},
	} {
		t.Run(name, func(t *testing.T) {
			to := startWire(t)
			s := openWith(t, roomy, fromFive, signed(c.option)+"reverse_proxy "+to.address)
			withstands(t, s, to, c.prefix, sendH1, append(append(attacks(c.prefix), inConnection(c.prefix)...), onlyH1(c.prefix)...))
		})
	}
}

func TestWhatIsForgedArrivesOverHTTP1WhereNoHandlerStripsIt(t *testing.T) {
	to := startWire(t)
	s := openWith(t, roomy, fromFive, openBeside(to))
	arrives(t, s, to, sendH1, append(append(attacks(httpheader.DefaultPrefix), inConnection(httpheader.DefaultPrefix)...), onlyH1(httpheader.DefaultPrefix)...), map[string]string{
		"a trailer that is not announced": "the server keeps it from handlers",
		"a space before the colon":        "the server refuses it",
		"in Connection and as a header":   "the proxy drops what Connection names",
	})
}

// Caddy drops aliases unless it is told to expect them.
const expectingAliases = `	servers {
		expected_underscore_headers x_discount_* x-discount_amount x.discount_amount x_discount.amount x_discount
		expected_dot_headers x.discount.* x-discount.amount x.discount
	}
`

func TestNothingForgedArrivesUnderAliasesThatCaddyExpects(t *testing.T) {
	var aliases []attack
	for _, name := range []string{"X_Discount_Amount", "x_dISCOUNT_status", "X_Discount_Anything", "X.Discount.Amount", "x.discount.assertion", "X.Discount_Amount", "X_Discount.Amount", "X_Discount", "x.DISCOUNT"} {
		aliases = append(aliases, attack{name: name, fields: forge(name)})
	}
	to := startWire(t)
	s := openWith(t, expectingAliases, fromFive, openBeside(to))
	arrives(t, s, to, sendH1, aliases, nil)
	withstands(t, s, to, httpheader.DefaultPrefix, sendH1, aliases)
}

func TestNothingArrivesWhereTheRequestIsRejected(t *testing.T) {
	to := startWire(t)
	s := openWith(t, roomy, fromFive, signed("on_invalid reject", "on_oversize reject")+"reverse_proxy "+to.address)
	s.breakDown()
	want := map[fields.Status]int{fields.StatusInvalid: http.StatusBadRequest, fields.StatusOversize: http.StatusRequestEntityTooLarge, fields.StatusUnavailable: http.StatusInternalServerError}
	for _, r := range requests {
		if want[r.status] == 0 {
			continue
		}
		for _, a := range append(attacks(httpheader.DefaultPrefix), inConnection(httpheader.DefaultPrefix)...) {
			t.Run(fmt.Sprintf("%s, %s", r.status, a.name), func(t *testing.T) {
				status, answer := sendH1(t, s, "/orders", r, a)
				if text := to.take(); status != want[r.status] || text != "" || strings.Contains(answer, forged) {
					t.Errorf("status %d, there arrives\n%.2000s\nthe answer is\n%.2000s", status, text, answer)
				}
			})
		}
	}
}
