package discount

import (
	"fmt"
	"net/http"
	"testing"
)

// shown is tenYuan, which costs 500 with half, after the customer was shown another sum.
func shown(sum string) string {
	return `{"items":[{"quantity":1,"unit_price":1000}],"shown":` + sum + `}`
}

func TestPriceChange(t *testing.T) {
	for name, c := range map[string]struct {
		reaction string
		cart     string
		status   int
	}{
		"as shown":               {reaction: "reject", cart: shown("500"), status: http.StatusOK},
		"less than shown":        {reaction: "reject", cart: shown("501"), status: http.StatusOK},
		"more than shown":        {reaction: "reject", cart: shown("499"), status: http.StatusConflict},
		"shown as nothing":       {reaction: "reject", cart: shown("0"), status: http.StatusConflict},
		"nothing was shown":      {reaction: "reject", cart: shown("null"), status: http.StatusOK},
		"passed on all the same": {reaction: "pass", cart: shown("499"), status: http.StatusOK},
	} {
		t.Run(name, func(t *testing.T) {
			s := open(t, half, "discount STRATEGY {\n\tmap {\n\t\texpected_payable shown\n\t}\n\ton_price_change "+c.reaction+"\n}\nreverse_proxy UPSTREAM")
			a := s.send(jsonRequest(c.cart))
			if a.StatusCode != c.status {
				t.Fatalf("status %d: %s", a.StatusCode, a.body)
			}
			if c.status == http.StatusOK {
				if got := s.upstream.last(t).Get("X-Discount-Payable"); got != "500" {
					t.Errorf("payable is %q", got)
				}
				return
			}
			if n := s.upstream.count(); n != 0 {
				t.Errorf("%d orders reached the order service", n)
			}
			p := decode(t, a.body)
			if a.Header.Get("Content-Type") != "application/problem+json" || p["title"] != "Price changed" || p["status"] != float64(409) ||
				p["payable"] != float64(500) || fmt.Sprint(p["expected_payable"]) != fmt.Sprint(decode(t, c.cart)["shown"]) || p["currency"] != "CNY" {
				t.Errorf("%s", a.body)
			}
		})
	}
}

// A quote is an answer to the question what a cart costs: whatever was shown before, it says so.
func TestQuotesAreNoPriceChange(t *testing.T) {
	s := open(t, half, "discount_quote STRATEGY {\n\tmap {\n\t\texpected_payable shown\n\t}\n\ton_price_change reject\n}")
	if a := s.send(jsonRequest(shown("1"))); a.StatusCode != http.StatusOK || decode(t, a.body)["payable"] != float64(500) {
		t.Errorf("status %d: %s", a.StatusCode, a.body)
	}
}
