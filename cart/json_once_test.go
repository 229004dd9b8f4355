package cart

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/money"
)

// checkOnce reads a body in one pass and in two. The first is certain of nothing but JSON, comes to
// what the second comes to, and is certain of every cart. It returns whether it was certain.
func checkOnce(t tester, r *Reader, body []byte, defaultCurrency money.Currency) bool {
	t.Helper()
	var once, twice, traced Cart
	foundOnce, certain := r.readOnce(body, defaultCurrency, &once)
	if mark := markLength(body); !isJSON(body[mark:]) {
		if certain {
			t.Fatalf("%.2000q is not JSON to the library", body)
		}
		return false
	}
	found, err := r.readValid(body, defaultCurrency, &twice, &twice.names, nil, nil)
	switch {
	case !certain && found:
		t.Fatalf("%.2000q is a cart, and one pass is not certain of it", body)
	case !certain:
		return false
	case foundOnce != found || err != nil || !reflect.DeepEqual(visible(once), visible(twice)):
		t.Fatalf("%.2000q\nonce:  %v, %+v\ntwice: %v, %v, %+v", body, foundOnce, once, found, err, twice)
	}
	if _, found, err := r.Trace(body, defaultCurrency, &traced); foundOnce != found || err != nil || !reflect.DeepEqual(visible(once), visible(traced)) {
		t.Fatalf("%.2000q\nonce:   %v, %+v\ntraced: %v, %v, %+v", body, foundOnce, once, found, err, traced)
	}
	return true
}

// Carts of every mapping in every spelling, and with one byte changed.
func TestOnePassReadsWhatTwoRead(t *testing.T) {
	defaultCurrency := currency(t, "CNY")
	certain, bodies := 0, 0
	rapid.Check(t, func(t *rapid.T) {
		in := drawOptions(t)
		routes, err := plainRoutes(in.Map)
		if err != nil {
			return
		}
		r := reader(t, in)
		body := respelled(t, drawBody(t, drawDocument(t, in, routes, defaultCurrency)))
		bodies++
		if checkOnce(t, r, body, defaultCurrency) {
			certain++
		}
		for range 20 {
			checkOnce(t, r, mutated(t, body), defaultCurrency)
		}
	})
	if t.Logf("%d of %d bodies were read in one pass", certain, bodies); certain < bodies/4 {
		t.Errorf("one pass read %d of %d bodies: that shows little", certain, bodies)
	}
}

// respelled is a body with other white space and escapes, and with members that no mapping reads.
// A body that is no JSON stays as it is.
func respelled(t *rapid.T, body []byte) []byte {
	space := rapid.SampledFrom([]string{"", "", "", " ", "\n\t", "\r\n    ", strings.Repeat(" ", 40)})
	d := jsontext.NewDecoder(bytes.NewReader(body), jsontext.AllowDuplicateNames(true))
	var out []byte
	for fresh := 0; ; {
		token, err := d.ReadToken()
		if err != nil {
			break
		}
		kind, length := d.StackIndex(d.StackDepth())
		opens := token.Kind() == '{' || token.Kind() == '['
		isName := kind == '{' && length%2 == 1 && token.Kind() == '"'
		switch last := bytes.TrimRight(out, " \t\r\n"); {
		case len(last) == 0 || bytes.IndexByte([]byte("{[:"), last[len(last)-1]) >= 0 || token.Kind() == '}' || token.Kind() == ']':
		case isName || kind != '{' || opens:
			out = append(out, ',')
		}
		out = append(out, space.Draw(t, "space")...)
		if token.Kind() == '"' {
			out = appendEscaped(t, out, token.String())
		} else {
			out = append(out, token.String()...)
		}
		out = append(out, space.Draw(t, "space")...)
		if isName {
			out = append(out, ':')
		}
		if token.Kind() == '{' && d.PeekKind() != '}' && rapid.IntRange(0, 3).Draw(t, "unknown") == 0 {
			fresh++
			out = fmt.Appendf(out, `"unknown%d":%s,`, fresh, drawUnread(t, 0))
		}
	}
	if jsontext.Value(out).IsValid(jsontext.AllowDuplicateNames(true)) {
		return out
	}
	return body
}

// appendEscaped appends a text in quotes, some of its characters as escapes.
func appendEscaped(t *rapid.T, dst []byte, text string) []byte {
	often := rapid.SampledFrom([]int{0, 0, 0, 2}).Draw(t, "escapes")
	dst = append(dst, '"')
	for i, r := range text {
		switch quoted, _ := jsontext.AppendQuote(nil, string(r)); {
		case often > 0 && i%often == 0 && r < 0x10000:
			dst = fmt.Appendf(dst, `\u%04x`, r)
		case often > 0 && i%often == 0:
			dst = fmt.Appendf(dst, `\u%04X\u%04X`, 0xd800+(r-0x10000)>>10, 0xdc00+(r-0x10000)&0x3ff)
		default:
			dst = append(dst, quoted[1:len(quoted)-1]...)
		}
	}
	return append(dst, '"')
}

// drawUnread is the text of a value that no mapping reads.
func drawUnread(t *rapid.T, depth int) string {
	some := []string{`"notes"`, `"纸袋 \ud83d\ude00\n"`, "-0.5e+3", "0", "true", "null", "{}", "[ ]", "123456789012345678901234567890"}
	if depth == 3 || rapid.Bool().Draw(t, "flat") {
		return rapid.SampledFrom(some).Draw(t, "unread")
	}
	inner := drawUnread(t, depth+1)
	return rapid.SampledFrom([]string{`{"a":` + inner + `,"\u0062":1}`, "[" + inner + ` ,` + inner + "]"}).Draw(t, "nested")
}

// mutated is a body with one byte changed, added or taken out.
func mutated(t *rapid.T, body []byte) []byte {
	if len(body) == 0 {
		return body
	}
	at := rapid.IntRange(0, len(body)-1).Draw(t, "at")
	odd := rapid.SampledFrom([]byte("{}[]\",:\\u0-.eE+tn \x00\x1f\x7f\x80\xc3\xff")).Draw(t, "byte")
	switch rapid.IntRange(0, 3).Draw(t, "how") {
	case 0:
		return slices.Delete(slices.Clone(body), at, at+1)
	case 1:
		return slices.Insert(slices.Clone(body), at, odd)
	case 2:
		return slices.Clone(body[:at])
	}
	body = slices.Clone(body)
	body[at] = odd
	return body
}

// The memory of a body may be used for the next one as soon as a request is over. The currency and
// all of a fault are in memory of their own, since metrics and logs keep them.
func TestACurrencyAndAFaultOutliveTheBody(t *testing.T) {
	defaultCurrency := currency(t, "CNY")
	rapid.Check(t, func(t *rapid.T) {
		in := drawOptions(t)
		routes, err := plainRoutes(in.Map)
		if err != nil {
			return
		}
		body := drawBody(t, drawDocument(t, in, routes, defaultCurrency))
		read := func(body []byte) (Cart, error) {
			var c Cart
			_, err := reader(t, in).ReadJSON(body, defaultCurrency, &c)
			return c, err
		}
		want, wantErr := read(body)
		scribbled := slices.Clone(body)
		got, err := read(scribbled)
		for i := range scribbled {
			scribbled[i] = '#'
		}
		if got.Currency != want.Currency {
			t.Fatalf("the currency %q became %q", want.Currency, got.Currency)
		}
		if got, want := said(err), said(wantErr); got != want {
			t.Fatalf("%+v\nbecame %+v", want, got)
		}
	})
}

// said is all that an error says.
func said(err error) Invalid {
	if bad, is := err.(*Invalid); is {
		return Invalid{Pointer: bad.Pointer, Reason: bad.Reason, Detail: bad.Detail}
	}
	return Invalid{}
}
