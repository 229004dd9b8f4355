package httpbody

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestKindOf(t *testing.T) {
	t.Parallel()
	listed := []string{"text/plain", "application/vnd.shop"}
	for _, c := range []struct {
		name, method, body string
		types              []string
		want               Kind
	}{
		{name: "JSON", method: "POST", body: "{}", types: []string{"application/json"}, want: KindJSON},
		{name: "JSON by PUT", method: "PUT", body: "{}", types: []string{"application/json"}, want: KindJSON},
		{name: "JSON by PATCH", method: "PATCH", body: "{}", types: []string{"application/json"}, want: KindJSON},
		{name: "JSON in UTF-8", method: "POST", body: "{}", types: []string{"Application/JSON; charset=UTF-8"}, want: KindJSON},
		{name: "a kind of JSON", method: "POST", body: "{}", types: []string{"application/vnd.order+json"}, want: KindJSON},
		{name: "JSON in another charset", method: "POST", body: "{}", types: []string{"application/json; charset=utf-7"}, want: KindAmbiguous},
		{name: "JSON with a parameter that cannot be read", method: "POST", body: "{}", types: []string{"application/json; charset"}, want: KindAmbiguous},
		{name: "JSON twice", method: "POST", body: "{}", types: []string{"application/json", "application/json"}, want: KindAmbiguous},
		{name: "JSON beside another type", method: "POST", body: "{}", types: []string{"text/html", "application/json"}, want: KindAmbiguous},
		{name: "a listed type", method: "POST", body: "{}", types: []string{"Text/Plain; charset=utf-8"}, want: KindListed},
		{name: "the other listed type", method: "POST", body: "{}", types: []string{"application/vnd.shop"}, want: KindListed},
		{name: "a listed type in another charset", method: "POST", body: "{}", types: []string{"text/plain; charset=gbk"}, want: KindAmbiguous},
		{name: "a listed type beside another", method: "POST", body: "{}", types: []string{"text/html", "text/plain"}, want: KindAmbiguous},
		{name: "another type", method: "POST", body: "{}", types: []string{"text/html"}, want: KindOther},
		{name: "no type", method: "POST", body: "{}", want: KindUntyped},
		{name: "an empty type", method: "POST", body: "{}", types: []string{""}, want: KindUntyped},
		{name: "empty types", method: "POST", body: "{}", types: []string{"", ""}, want: KindOther},
		{name: "a method that gives it no meaning", method: "DELETE", body: "{}", types: []string{"application/json"}, want: KindIgnored},
		{name: "GET with a body", method: "GET", body: "{}", types: []string{"application/json"}, want: KindIgnored},
		{name: "no body", method: "POST", want: KindNone},
		{name: "no body of JSON", method: "POST", types: []string{"application/json"}, want: KindEmpty},
		{name: "no body of a listed type", method: "POST", types: []string{"text/plain"}, want: KindNone},
		{name: "no body of JSON, and a method without one", method: "GET", types: []string{"application/json"}, want: KindNone},
		{name: "gRPC", method: "POST", body: "\x00", types: []string{"application/grpc+proto"}, want: KindGRPC},
		{name: "gRPC without a body", method: "POST", types: []string{"application/grpc"}, want: KindGRPC},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequestWithContext(t.Context(), c.method, "/", http.NoBody)
			if c.body != "" {
				r = httptest.NewRequestWithContext(t.Context(), c.method, "/", strings.NewReader(c.body))
			}
			r.Header["Content-Type"] = c.types
			if got := KindOf(r, listed); got != c.want {
				t.Errorf("%d, want %d", got, c.want)
			}
			if got := KindOf(r, nil); got != c.want && c.want != KindListed && !strings.HasPrefix(c.name, "a listed type") {
				t.Errorf("without listed types: %d, want %d", got, c.want)
			}
		})
	}
}
