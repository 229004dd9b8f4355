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
		{contentType: "application/json; charset=utf-8", body: tenYuan, status: "applied"},
		{contentType: `application/json;charset="UTF-8"`, body: tenYuan, status: "applied"},
		{contentType: "Application/JSON; Charset=utf8", body: tenYuan, status: "applied"},
		{contentType: "application/json; profile=cart", body: tenYuan, status: "applied"},
		{contentType: "application/vnd.cart+json; charset=utf-8", body: tenYuan, status: "applied"},
		{contentType: "application/json; charset=utf-7", body: hidden, status: "invalid"},
		{contentType: `application/json; charset="utf-7"`, body: hidden, status: "invalid"},
		{contentType: "application/json; charset*=us-ascii''utf-7", body: hidden, status: "invalid"},
		{contentType: "application/vnd.cart+json; charset=UTF-7", body: hidden, status: "invalid"},
		{contentType: "application/json; charset=gbk", body: "{\"items\":[{\"quantity\":1,\"unit_price\":1000,\"note\":\"\xe5\x92\x96\\\"}]}     \"}]}", status: "invalid"},
		{contentType: "application/json; charset=utf-16", body: tenYuan, status: "invalid"},
		{contentType: "application/json; charset=iso-8859-1", body: tenYuan, status: "invalid"},
		{contentType: "application/json; charset=", body: tenYuan, status: "invalid"},
		{contentType: "text/plain; charset=iso-8859-1", body: "hello", status: "bypass"},
		{contentType: "application/json\r\nContent-Type: text/plain", body: tenYuan, status: "invalid"},
		{contentType: "text/plain\r\nContent-Type: application/json; charset=utf-7", body: hidden, status: "invalid"},
		{contentType: "application/json\r\nContent-Type: application/json", body: tenYuan, status: "invalid"},
		{contentType: "text/plain\r\nContent-Type: text/html", body: "hello", status: "bypass"},
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
		{name: "UTF-16, big-endian", contentType: "text/plain", body: wide(tenYuan, true, ""), status: "invalid"},
		{name: "UTF-16, big-endian, marked", contentType: "text/plain", body: wide(tenYuan, true, "\xfe\xff"), status: "invalid"},
		{name: "UTF-16, little-endian", contentType: "text/plain", body: wide(tenYuan, false, ""), status: "invalid"},
		{name: "UTF-16, little-endian, marked", contentType: "text/plain", body: wide(tenYuan, false, "\xff\xfe"), status: "invalid"},
		{name: "UTF-16 as octets", contentType: "application/octet-stream", body: wide(tenYuan, true, ""), status: "invalid"},
		{name: "UTF-16 as a form", contentType: "application/x-www-form-urlencoded", body: wide(tenYuan, true, ""), status: "invalid"},
		{name: "UTF-32", contentType: "text/plain", body: wider.String(), status: "invalid"},
		{name: "a comment before it", contentType: "text/plain", body: "/* cart */" + tenYuan, status: "invalid"},
		{name: "two comments before it", contentType: "text/plain", body: "// a\r\n  // b\n" + tenYuan, status: "invalid"},
		{name: "a comment of a shell before it", contentType: "text/plain", body: "#x\n" + tenYuan, status: "invalid"},
		{name: "a prefix against inclusion", contentType: "text/plain", body: ")]}'\n" + tenYuan, status: "invalid"},
		{name: "another prefix against inclusion", contentType: "text/plain", body: "for(;;);" + tenYuan, status: "invalid"},
		{name: "a form feed before it", contentType: "text/plain", body: "\f" + tenYuan, status: "invalid"},
		{name: "a wide space before it", contentType: "text/plain", body: "\u00a0\u2003" + tenYuan, status: "invalid"},
		{name: "NUL before it", contentType: "text/plain", body: "\x00" + tenYuan, status: "invalid"},
		{name: "names without quotes", contentType: "text/plain", body: "{items:[{quantity:1}]}", status: "invalid"},
		{name: "a comment inside it", contentType: "text/xml", body: "{/**/\"items\":[]}", status: "invalid"},
		{name: "a message that begins with the byte", contentType: "application/x-protobuf", body: "\n{caf\xc3\xa9", status: "applied"},
		{name: "a form", contentType: "application/x-www-form-urlencoded", body: "note={1}", status: "applied"},
		{name: "a page", contentType: "text/html", body: "<html>{}</html>", status: "applied"},
		{name: "words", contentType: "text/plain", body: "leave it at the {back} door", status: "applied"},
		{name: "nothing but a comment", contentType: "text/plain", body: "/* {", status: "applied"},
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
