package browser

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

const strategy = "version = \"v1\"\n[rule.half]\ndiscount_rate = 0.5\n"

// What a page of another origin asks, as an expression that is a text in the end: the
// discount, a status with the title of the problem, or "blocked" where the browser keeps
// the answer from the page.
const (
	asksInJSON = `fetch(QUOTE, {method: 'POST', headers: {'Content-Type': 'application/json'},
		body: JSON.stringify({items: [{sku: 'tea', quantity: 1, unit_price: 1000}]})})`
	asksInHeaders     = `fetch(QUOTE, {headers: {'X-Cart-Items': '"tea";q=1;p=1000'}})`
	asksTraced        = `fetch(QUOTE, {headers: {'X-Cart-Items': '"tea";q=1;p=1000', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'}})`
	asksWithPUT       = `fetch(QUOTE, {method: 'PUT', headers: {'Content-Type': 'application/json'}, body: '{"items":[{"quantity":1,"unit_price":1000}]}'})`
	asksNothing       = `fetch(QUOTE)`
	asksWithCookies   = `fetch(QUOTE, {credentials: 'include', headers: {'X-Cart-Items': '"tea";q=1;p=1000'}})`
	asksWhatIsAllowed = `fetch(QUOTE, {method: 'OPTIONS'})`
)

func TestQuoteForAPageOfAnotherOrigin(t *testing.T) {
	t.Parallel()
	ctx := open(t)
	pages := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = w.Write([]byte("<!DOCTYPE html><title>A shop</title><p>A shop"))
	}))
	t.Cleanup(pages.Close)
	port := portOf(t, strings.TrimPrefix(pages.URL, "http://"))
	shop, other := "http://shop.example:"+port, "http://other.example:"+port

	gateway := freeAddress(t)
	dir := t.TempDir()
	write(t, dir+"/discount.toml", strategy)
	run(t, dir, strings.NewReplacer("PORT", portOf(t, gateway), "SHOP", shop).Replace(`{
	admin off
	persist_config off
}
:PORT {
	bind 127.0.0.1
	discount_quote /quote discount.toml {
		origins SHOP http://shop.example
	}
	discount_quote /credentials discount.toml {
		origins SHOP {
			credentials on
		}
	}
	discount_quote /every discount.toml {
		origins *
	}
	discount_quote /none discount.toml
}
`), gateway)

	for _, c := range []struct {
		name, page, path, asks, want string
	}{
		{name: "a cart in JSON", page: shop, path: "quote", asks: asksInJSON, want: "500"},
		{name: "a cart in headers", page: shop, path: "quote", asks: asksInHeaders, want: "500"},
		{name: "with a header of its own", page: shop, path: "quote", asks: asksTraced, want: "500"},
		{name: "with PUT", page: shop, path: "quote", asks: asksWithPUT, want: "500"},
		{name: "a mistake can be read", page: shop, path: "quote", asks: asksNothing, want: "400 No cart"},
		{name: "what there is", page: shop, path: "quote", asks: asksWhatIsAllowed, want: "204"},
		{name: "cookies are not taken", page: shop, path: "quote", asks: asksWithCookies, want: "blocked"},
		{name: "another origin, in JSON", page: other, path: "quote", asks: asksInJSON, want: "blocked"},
		{name: "another origin, in headers", page: other, path: "quote", asks: asksInHeaders, want: "blocked"},
		{name: "another origin, without a preflight", page: other, path: "quote", asks: asksNothing, want: "blocked"},
		{name: "cookies where they are on", page: shop, path: "credentials", asks: asksWithCookies, want: "500"},
		{name: "cookies of another origin", page: other, path: "credentials", asks: asksWithCookies, want: "blocked"},
		{name: "every origin", page: other, path: "every", asks: asksInJSON, want: "500"},
		{name: "every origin, with cookies", page: other, path: "every", asks: asksWithCookies, want: "blocked"},
		{name: "no origins", page: shop, path: "none", asks: asksInJSON, want: "blocked"},
	} {
		t.Run(c.name, func(t *testing.T) {
			do(ctx, t, chromedp.Navigate(c.page))
			quote := "'http://" + gateway + "/" + c.path + "'"
			got := evaluate[string](ctx, t, strings.ReplaceAll(c.asks, "QUOTE", quote)+`
				.then(async answer => answer.status === 204 ? '204' : answer.ok ? String((await answer.json()).discount)
					: answer.status + ' ' + (await answer.json()).title, () => 'blocked')`)
			if got != c.want {
				t.Errorf("the page gets %q, want %q", got, c.want)
			}
		})
	}
}
