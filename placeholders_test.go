package discount

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// A placeholder that may hold text of a client is marked as such where they are listed.
func TestPlaceholdersWithTextOfClientsAreMarked(t *testing.T) {
	source, err := os.ReadFile("caddymodule.go")
	if err != nil {
		t.Fatal(err)
	}
	var names, marked []string
	for _, row := range regexp.MustCompile("(?m)^// `\\{http\\.discount\\.([a-z0-9]+)\\}` \\| (.*)$").FindAllStringSubmatch(string(source), -1) {
		names = append(names, row[1])
		if strings.Contains(row[2], "may hold text of the client") {
			marked = append(marked, row[1])
		}
	}
	if len(names) != 14 {
		t.Fatalf("the placeholders listed are %q", names)
	}

	var seen strings.Builder
	for _, name := range names {
		seen.WriteString("\theader_up X-Seen-" + name + " \"{http.discount." + name + "}\"\n")
	}
	s := open(t, drinks, "discount STRATEGY {\n\tcustomer headers\n}\nreverse_proxy UPSTREAM {\n"+seen.String()+"}")
	var holding []string
	for _, c := range []struct{ cart, header string }{
		{cart: `{"id":"M","currency":"CNY","items":[{"id":"M","sku":"M","category":"M","subgroup":"M","quantity":9,"unit_price":9900,"attributes":{"M":"M"}}],"coupons":["M"],"channel":"M","region":"M","shipping":[{"id":"M","method":"M","amount":600}]}`, header: "X-Cart-Tier: M"},
		{cart: `{"items":[{"sku":"mug","id":"M","quantity":2,"unit_price":"M"}]}`, header: "X-M: M"},
		{cart: `{"items":[{"sku":"mug","quantity":"M","unit_price":100}]}`, header: "X-M: M"},
		{cart: `{"currency":"M","items":[{"sku":"mug","quantity":1}]}`, header: "X-M: M"},
		{cart: `{"items":[{"sku":"mug","quantity":1,"M":1,"M":2}]}`, header: "X-M: M"},
		{cart: `{"M":1,"items":[{"sku":"M","quantity":1}]}`, header: "X-M: M"},
		{cart: `{"items":[{"sku":"mug","quantity":1}]}`, header: `X-Cart-Tier: M"M`},
		{cart: `{"items":[{"sku":"mug","quantity":1}]}`, header: "Content-Encoding: M"},
		{cart: `{"items":[{"sku":"mug","quantity":1}]}`, header: "X-Cart-Items: M;q=M"},
		{cart: `M`, header: "X-M: M"},
	} {
		mark := strings.NewReplacer("M", forged)
		got := s.order(mark.Replace(c.cart), mark.Replace(c.header))
		for _, name := range names {
			if strings.Contains(got.Get("X-Seen-"+name), forged) && !slices.Contains(holding, name) {
				holding = append(holding, name)
			}
		}
	}
	if !slices.Equal(holding, marked) {
		t.Errorf("text of clients is in %q, marked are %q", holding, marked)
	}
}
