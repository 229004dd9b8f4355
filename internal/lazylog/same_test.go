package lazylog_test

import (
	"context"
	"crypto/tls"
	"errors"
	"math"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"pgregory.net/rapid"
)

// Whatever fields loggers get, in whatever order, and however they are derived from each other:
// their entries are those of the encoder without lazy, byte for byte.
func TestEntriesAreTheSame(t *testing.T) {
	t.Parallel()
	for name, pair := range pairs {
		plain, lazy := load(t, pair.plain), load(t, pair.lazy)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(rt *rapid.T) { sameEntries(rt, plain.Clone(), lazy.Clone()) })
		})
	}
}

// outer is an encoder of another module, which has the parts of an object encoded through itself, as
// a filter does, and passes requests on.
type outer struct{ zapcore.Encoder }

func (o outer) Clone() zapcore.Encoder { return outer{o.Encoder.Clone()} }

func (o outer) AddObject(key string, object zapcore.ObjectMarshaler) error {
	if _, ok := object.(caddyhttp.LoggableHTTPRequest); ok {
		return o.Encoder.AddObject(key, object)
	}
	return o.Encoder.AddObject(key, zapcore.ObjectMarshalerFunc(func(zapcore.ObjectEncoder) error { return object.MarshalLogObject(o) }))
}

func TestEntriesAreTheSameWithinAnyEncoder(t *testing.T) {
	t.Parallel()
	plain, lazy := load(t, pairs["json"].plain), load(t, pairs["json"].lazy)
	rapid.Check(t, func(rt *rapid.T) { sameEntries(rt, outer{plain.Clone()}, outer{lazy.Clone()}) })
}

// sameEntries does the same with two encoders and with clones of them, and of these.
func sameEntries(t *rapid.T, plain, lazy zapcore.Encoder) {
	encoders := [][2]zapcore.Encoder{{plain, lazy}}
	for range rapid.IntRange(1, 12).Draw(t, "steps") {
		both := rapid.SampledFrom(encoders).Draw(t, "encoders")
		fields, change := someFields(t)
		switch rapid.SampledFrom([]string{"with", "with", "add", "write"}).Draw(t, "step") {
		case "with":
			both = [2]zapcore.Encoder{both[0].Clone(), both[1].Clone()}
			encoders = append(encoders, both)
			fallthrough
		case "add":
			for _, encoder := range both {
				for _, field := range fields {
					field.AddTo(encoder)
				}
			}
		case "write":
			sameEntry(t, both, fields)
		}
		change()
	}
	for _, both := range encoders {
		sameEntry(t, both, nil)
	}
}

func sameEntry(t *rapid.T, both [2]zapcore.Encoder, fields []zapcore.Field) {
	entry := zapcore.Entry{
		Level: rapid.SampledFrom([]zapcore.Level{zap.DebugLevel, zap.InfoLevel, zap.ErrorLevel}).Draw(t, "level"),
		Time:  time.Date(2026, 11, 30, 0, 0, 0, 5e8, time.UTC), LoggerName: "http.log", Message: "told\n",
		Stack: rapid.SampledFrom([]string{"", "main.main"}).Draw(t, "stack"),
	}
	var lines [2]string
	for i, encoder := range both {
		buffer, err := encoder.EncodeEntry(entry, slices.Clone(fields))
		if err != nil {
			t.Fatal(err)
		}
		lines[i] = buffer.String()
		buffer.Free()
	}
	if lines[0] != lines[1] {
		t.Fatalf("with lazy:\n%s\nwithout:\n%s", lines[1], lines[0])
	}
}

// changing is an object that is no longer the same when an entry is written. It adds what fields
// have no kind for, too.
type changing struct {
	text    string
	inner   zapcore.Field
	failure error
}

func (c *changing) MarshalLogObject(encoder zapcore.ObjectEncoder) error {
	encoder.AddString("a", c.text)
	c.inner.AddTo(encoder)
	encoder.AddInt("int", len(c.text))
	encoder.AddUint("uint", uint(len(c.text)))
	encoder.AddTime("time", time.Date(2026, 11, 30, 1, 2, 3, 4, time.FixedZone("here", 3600)))
	return c.failure
}

func (c *changing) MarshalLogArray(encoder zapcore.ArrayEncoder) error {
	encoder.AppendString(c.text)
	return encoder.AppendObject(c)
}

func (c *changing) String() string { return c.text }

var instant = time.Date(2026, 11, 30, 1, 2, 3, 4, time.UTC)

// someFields are up to four fields, and a function that changes what is in them.
func someFields(t *rapid.T) (fields []zapcore.Field, change func()) {
	var changes []func()
	for range rapid.IntRange(0, 4).Draw(t, "fields") {
		field, change := someField(t, 2)
		fields, changes = append(fields, field), append(changes, change)
	}
	return fields, func() {
		for _, change := range changes {
			change()
		}
	}
}

func someField(t *rapid.T, depth int) (field zapcore.Field, change func()) {
	key := rapid.SampledFrom([]string{"text", "b", "request", "", `"`}).Draw(t, "key")
	kinds := 5
	if depth == 0 {
		kinds = 3
	}
	switch rapid.IntRange(1, kinds).Draw(t, "kind") {
	case 1:
		return rapid.SampledFrom(constants(key)).Draw(t, "constant"), func() {}
	case 2:
		r, change := someRequest(t)
		return zap.Object(key, r), change
	case 3:
		bytes := []byte("bytes")
		reflected := map[string]int{"a": 1}
		change := func() { bytes[0], reflected["a"] = 'B', 2 }
		return rapid.SampledFrom([]zapcore.Field{
			zap.Binary(key, bytes), zap.ByteString(key, bytes), zap.Reflect(key, reflected), zap.Reflect(key, make(chan int)), zap.Reflect(key, nil),
		}).Draw(t, "data"), change
	}
	inner, innerChange := someField(t, depth-1)
	object := &changing{text: rapid.StringN(0, 3, 9).Draw(t, "text"), inner: inner}
	if rapid.IntRange(0, 3).Draw(t, "failure") == 0 {
		object.failure = errors.New("cannot be told")
	}
	change = func() { object.text = "changed"; innerChange() }
	return rapid.SampledFrom([]zapcore.Field{
		zap.Object(key, object), zap.Inline(object), zap.Array(key, object), zap.Stringer(key, object), zap.Dict(key, inner), zap.Any(key, inner.Interface),
	}).Draw(t, "object"), change
}

// constants are a field of each kind that cannot change.
func constants(key string) []zapcore.Field {
	return []zapcore.Field{
		zap.String(key, "text\x00\xff"), zap.Bool(key, true), zap.Namespace(key), zap.Skip(), zap.Error(errors.New("wrong")),
		zap.Duration(key, 1500*time.Millisecond), zap.Time(key, instant), zap.Time(key, time.Time{}),
		zap.Time(key, instant.In(time.FixedZone("there", -5*3600))),
		zap.Int(key, -1), zap.Int64(key, math.MinInt64), zap.Int32(key, -2), zap.Int16(key, -3), zap.Int8(key, -4),
		zap.Uint(key, 1), zap.Uint64(key, math.MaxUint64), zap.Uint32(key, 2), zap.Uint16(key, 3), zap.Uint8(key, 4), zap.Uintptr(key, 5),
		zap.Float64(key, math.NaN()), zap.Float64(key, 0.1), zap.Float32(key, 0.1), zap.Complex128(key, 1i), zap.Complex64(key, 2-1i),
	}
}

// someRequest is a request with at most one header, since a log has those in any order, and a
// function that changes all that a log shows of it.
func someRequest(t *rapid.T) (r caddyhttp.LoggableHTTPRequest, change func()) {
	variables := map[string]any{"other": 1}
	if ip := rapid.SampledFrom([]any{nil, "192.0.2.7", 7}).Draw(t, "client_ip"); ip != nil {
		variables[caddyhttp.ClientIPVarKey] = ip
	}
	ctx := context.Background()
	if rapid.Bool().Draw(t, "variables") {
		ctx = context.WithValue(ctx, caddyhttp.VarsCtxKey, variables)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://shop.example/orders", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	request.RequestURI = "/orders?q=1&p=2"
	request.RemoteAddr = rapid.SampledFrom([]string{"192.0.2.1:4711", "", "[2001:db8::1]:4711", "@"}).Draw(t, "remote")
	request.TransferEncoding = rapid.SampledFrom([][]string{nil, {}, {"chunked"}}).Draw(t, "coding")
	if rapid.Bool().Draw(t, "tls") {
		request.TLS = &tls.ConnectionState{Version: tls.VersionTLS13, ServerName: "shop.example"}
	}
	if rapid.IntRange(0, 3).Draw(t, "no header") == 0 {
		request.Header = nil
	} else if name := rapid.SampledFrom([]string{"", "X-Secret", "Cookie", "Authorization", "X-A"}).Draw(t, "header"); name != "" {
		request.Header[name] = rapid.SampledFrom([][]string{{"1"}, {"1", "2", "1"}, {}, nil, {""}}).Draw(t, "values")
	}
	change = func() {
		for name, values := range request.Header {
			if len(values) > 0 {
				values[0] = "changed"
			}
			delete(request.Header, name)
			request.Header.Set("X-Changed", "1")
			break
		}
		variables[caddyhttp.ClientIPVarKey] = "192.0.2.8"
		request.Host, request.Method, request.RequestURI, request.RemoteAddr = "changed", "CHANGED", "/changed", "changed"
		if len(request.TransferEncoding) > 0 {
			request.TransferEncoding[0] = "changed"
		}
	}
	return caddyhttp.LoggableHTTPRequest{Request: request, ShouldLogCredentials: rapid.Bool().Draw(t, "credentials")}, change
}
