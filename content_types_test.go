package discount

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"
)

// The same bytes are another cart in another charset: UTF-7 writes quotes so that
// UTF-8 does not see them, and in GBK a lead byte swallows the backslash.
func TestACartInAnotherCharsetIsInvalid(t *testing.T) {
	s := open(t, half, proxied)
	const hidden = `{"items":[{"sku":"a","quantity":1,"unit_price":1000,"note":"+ACI-}],+ACI-items+ACI-:[{+ACI-quantity+ACI-:1,+ACI-unit+AF8-price+ACI-:1,+ACI-x+ACI-:+ACI-"}]}`
	for _, c := range []struct{ contentType, body, status string }{
		{"application/json; charset=utf-8", tenYuan, "applied"},
		{`application/json;charset="UTF-8"`, tenYuan, "applied"},
		{"Application/JSON; Charset=utf8", tenYuan, "applied"},
		{"application/json; profile=cart", tenYuan, "applied"},
		{"application/vnd.cart+json; charset=utf-8", tenYuan, "applied"},
		{"application/json; charset=utf-7", hidden, "invalid"},
		{`application/json; charset="utf-7"`, hidden, "invalid"},
		{"application/json; charset*=us-ascii''utf-7", hidden, "invalid"},
		{"application/vnd.cart+json; charset=UTF-7", hidden, "invalid"},
		{"application/json; charset=gbk", "{\"items\":[{\"quantity\":1,\"unit_price\":1000,\"note\":\"\xe5\x92\x96\\\"}]}     \"}]}", "invalid"},
		{"application/json; charset=utf-16", tenYuan, "invalid"},
		{"application/json; charset=iso-8859-1", tenYuan, "invalid"},
		{"application/json; charset=", tenYuan, "invalid"},
		{"text/plain; charset=iso-8859-1", "hello", "bypass"},
		{"application/json\r\nContent-Type: text/plain", tenYuan, "invalid"},
		{"text/plain\r\nContent-Type: application/json; charset=utf-7", hidden, "invalid"},
		{"application/json\r\nContent-Type: application/json", tenYuan, "invalid"},
		{"text/plain\r\nContent-Type: text/html", "hello", "bypass"},
	} {
		t.Run(c.contentType, func(t *testing.T) {
			s.send(fmt.Sprintf("POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s", c.contentType, len(c.body), c.body))
			got := s.upstream.last(t)
			if got.Get("X-Discount-Status") != c.status || got.body != c.body {
				t.Errorf("%s", owned(got.Header))
			}
			if c.status == "invalid" && got.Get("X-Discount-Reason") == "" {
				t.Error("does not say why")
			}
		})
	}
}

// A body that a more lenient reader than ours takes for a cart is another cart
// beside the one in the headers, whatever its type says.
func TestABodyThatMayBeReadAsJSONIsACartBesideTheHeaders(t *testing.T) {
	s := open(t, half, proxied)
	wide := func(text string, bigEndian bool, mark string) string {
		b := []byte(mark)
		for _, u := range utf16.Encode([]rune(text)) {
			if bigEndian {
				b = append(b, byte(u>>8), byte(u))
			} else {
				b = append(b, byte(u), byte(u>>8))
			}
		}
		return string(b)
	}
	var wider strings.Builder
	for _, c := range tenYuan {
		wider.WriteString("\x00\x00\x00" + string(c))
	}
	for _, c := range []struct{ name, contentType, body, status string }{
		{"UTF-16, big-endian", "text/plain", wide(tenYuan, true, ""), "invalid"},
		{"UTF-16, big-endian, marked", "text/plain", wide(tenYuan, true, "\xfe\xff"), "invalid"},
		{"UTF-16, little-endian", "text/plain", wide(tenYuan, false, ""), "invalid"},
		{"UTF-16, little-endian, marked", "text/plain", wide(tenYuan, false, "\xff\xfe"), "invalid"},
		{"UTF-16 as octets", "application/octet-stream", wide(tenYuan, true, ""), "invalid"},
		{"UTF-16 as a form", "application/x-www-form-urlencoded", wide(tenYuan, true, ""), "invalid"},
		{"UTF-32", "text/plain", wider.String(), "invalid"},
		{"a comment before it", "text/plain", "/* cart */" + tenYuan, "invalid"},
		{"two comments before it", "text/plain", "// a\r\n  // b\n" + tenYuan, "invalid"},
		{"a comment of a shell before it", "text/plain", "#x\n" + tenYuan, "invalid"},
		{"a prefix against inclusion", "text/plain", ")]}'\n" + tenYuan, "invalid"},
		{"another prefix against inclusion", "text/plain", "for(;;);" + tenYuan, "invalid"},
		{"a form feed before it", "text/plain", "\f" + tenYuan, "invalid"},
		{"a wide space before it", "text/plain", "\u00a0\u2003" + tenYuan, "invalid"},
		{"NUL before it", "text/plain", "\x00" + tenYuan, "invalid"},
		{"names without quotes", "text/plain", "{items:[{quantity:1}]}", "invalid"},
		{"a comment inside it", "text/xml", "{/**/\"items\":[]}", "invalid"},
		{"a message that begins with the byte", "application/x-protobuf", "\n{caf\xc3\xa9", "applied"},
		{"a form", "application/x-www-form-urlencoded", "note={1}", "applied"},
		{"a page", "text/html", "<html>{}</html>", "applied"},
		{"words", "text/plain", "leave it at the {back} door", "applied"},
		{"nothing but a comment", "text/plain", "/* {", "applied"},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.send(fmt.Sprintf("POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Type: %s\r\nX-Cart-Items: \"a\";q=1;p=1000\r\nContent-Length: %d\r\n\r\n%s", c.contentType, len(c.body), c.body))
			if got := s.upstream.last(t); got.Get("X-Discount-Status") != c.status || got.body != c.body {
				t.Errorf("%s", owned(got.Header))
			}
		})
	}
}

// Backends that fold marks take X~Cart~Items for X-Cart-Items, and a trailer may end
// up among the headers: both are a cart beside the one that is priced.
func TestCartHeadersThatAreNotReadDoNotArrive(t *testing.T) {
	s := openWith(t, "\tservers {\n\t\texpected_underscore_headers X_Cart_Items\n\t}\n", half, proxied)
	s.send(fmt.Sprintf("POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nX~Cart~Items: zz\r\nX_Cart_Items: zz\r\nX-Cartoon: 1\r\nX-Cart-Note: mine\r\nContent-Length: %d\r\n\r\n%s", len(tenYuan), tenYuan))
	got := s.upstream.last(t)
	for name := range got.Header {
		if strings.Contains(strings.ToLower(name), "items") {
			t.Errorf("%s arrives", name)
		}
	}
	if got.Get("X-Discount-Status") != "applied" || got.Get("X-Cartoon") != "1" || got.Get("X-Cart-Note") != "mine" {
		t.Errorf("%v", got.Header)
	}
	s.send("POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nTrailer: Foo, X-Cart-Items\r\n\r\n" +
		chunks(tenYuan, 10) + "0\r\nFoo: 1\r\nX-Cart-Items: z\r\nX_cart_items: z\r\n\r\n")
	if got := s.upstream.last(t); got.Get("X-Discount-Status") != "applied" || len(got.trailer) != 1 || got.trailer.Get("Foo") != "1" {
		t.Errorf("%s, trailer %v", owned(got.Header), got.trailer)
	}
}
