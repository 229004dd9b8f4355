package lazylog

import (
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/buffer"
	"go.uber.org/zap/zapcore"

	"github.com/caddyserver/caddy/v2/modules/caddyhttp"
)

// waiting is an encoder that keeps the fields that cannot change, and a copy of a request, until
// an entry is written. A field that may change is encoded at once, after those that are kept, so
// that the order of the fields stays. What is encoded in the end is what wrapped encodes without
// waiting.
//
// An encoder is cloned for each logger, and most of them write nothing. So a clone costs little: it
// shares wrapped until it has a field to encode.
type waiting struct {
	wrapped zapcore.Encoder
	own     bool // wrapped has fields of this encoder, and no other encoder has it
	nested  bool // an object or array is being encoded, which may call this encoder
	kept    []zapcore.Field
	first   [3]zapcore.Field // of kept: as many as reverse_proxy gives to a logger
}

// Clone returns an encoder with the same fields.
func (w *waiting) Clone() zapcore.Encoder {
	clone := &waiting{wrapped: w.wrapped, own: w.own}
	if w.own {
		clone.wrapped = w.wrapped.Clone()
	}
	clone.kept = append(clone.first[:0], w.kept...)
	return clone
}

// EncodeEntry encodes an entry with the fields that are kept, and then fields.
func (w *waiting) EncodeEntry(entry zapcore.Entry, fields []zapcore.Field) (*buffer.Buffer, error) {
	if len(w.kept) > 0 {
		all := make([]zapcore.Field, 0, len(w.kept)+len(fields))
		for _, field := range w.kept {
			all = append(all, given(field))
		}
		fields = append(all, fields...)
	}
	return w.wrapped.EncodeEntry(entry, fields)
}

// keep keeps a field that cannot change. Within an object it is encoded at once: it belongs there.
func (w *waiting) keep(field zapcore.Field) {
	if w.nested {
		given(field).AddTo(w.wrapped)
		return
	}
	if w.kept == nil {
		w.kept = w.first[:0]
	}
	w.kept = append(w.kept, field)
}

// now is the wrapped encoder with all fields so far, for one more that has to be encoded at once.
func (w *waiting) now() zapcore.Encoder {
	if !w.own {
		w.wrapped, w.own = w.wrapped.Clone(), true
	}
	for _, field := range w.kept {
		given(field).AddTo(w.wrapped)
	}
	clear(w.kept)
	w.kept = w.kept[:0]
	return w.wrapped
}

// encodeNested encodes an object or array, whose parts may be added through this encoder: filter
// does so if it wraps lazy.
func (w *waiting) encodeNested(add func(zapcore.Encoder) error) error {
	outer := w.nested
	defer func() { w.nested = outer }()
	wrapped := w.now()
	w.nested = true
	return add(wrapped)
}

// AddObject keeps a copy of a request, and encodes any other object.
func (w *waiting) AddObject(key string, object zapcore.ObjectMarshaler) error {
	if r, ok := object.(caddyhttp.LoggableHTTPRequest); ok {
		w.keep(zapcore.Field{Key: key, Type: zapcore.ObjectMarshalerType, Interface: copyOf(r)})
		return nil
	}
	return w.encodeNested(func(wrapped zapcore.Encoder) error { return wrapped.AddObject(key, object) })
}

// AddArray encodes an array.
func (w *waiting) AddArray(key string, array zapcore.ArrayMarshaler) error {
	return w.encodeNested(func(wrapped zapcore.Encoder) error { return wrapped.AddArray(key, array) })
}

// What may change is encoded.

func (w *waiting) AddBinary(key string, value []byte)     { w.now().AddBinary(key, value) }
func (w *waiting) AddByteString(key string, value []byte) { w.now().AddByteString(key, value) }
func (w *waiting) AddReflected(key string, value any) error {
	return w.now().AddReflected(key, value)
}

// A field has no kind for these two: only objects that are inline add them.

func (w *waiting) AddInt(key string, value int)   { w.now().AddInt(key, value) }
func (w *waiting) AddUint(key string, value uint) { w.now().AddUint(key, value) }

// What cannot change is kept.

func (w *waiting) OpenNamespace(key string)                 { w.keep(zap.Namespace(key)) }
func (w *waiting) AddBool(key string, value bool)           { w.keep(zap.Bool(key, value)) }
func (w *waiting) AddComplex128(key string, v complex128)   { w.keep(zap.Complex128(key, v)) }
func (w *waiting) AddComplex64(key string, value complex64) { w.keep(zap.Complex64(key, value)) }
func (w *waiting) AddDuration(key string, v time.Duration)  { w.keep(zap.Duration(key, v)) }
func (w *waiting) AddFloat64(key string, value float64)     { w.keep(zap.Float64(key, value)) }
func (w *waiting) AddFloat32(key string, value float32)     { w.keep(zap.Float32(key, value)) }
func (w *waiting) AddInt64(key string, value int64)         { w.keep(zap.Int64(key, value)) }
func (w *waiting) AddInt32(key string, value int32)         { w.keep(zap.Int32(key, value)) }
func (w *waiting) AddInt16(key string, value int16)         { w.keep(zap.Int16(key, value)) }
func (w *waiting) AddInt8(key string, value int8)           { w.keep(zap.Int8(key, value)) }
func (w *waiting) AddString(key, value string)              { w.keep(zap.String(key, value)) }
func (w *waiting) AddTime(key string, value time.Time)      { w.keep(timeField(key, value)) }
func (w *waiting) AddUint64(key string, value uint64)       { w.keep(zap.Uint64(key, value)) }
func (w *waiting) AddUint32(key string, value uint32)       { w.keep(zap.Uint32(key, value)) }
func (w *waiting) AddUint16(key string, value uint16)       { w.keep(zap.Uint16(key, value)) }
func (w *waiting) AddUint8(key string, value uint8)         { w.keep(zap.Uint8(key, value)) }
func (w *waiting) AddUintptr(key string, value uintptr)     { w.keep(zap.Uintptr(key, value)) }

// timeField is a field with exactly this time: zap.Time takes a part of it away.
func timeField(key string, value time.Time) zapcore.Field {
	return zapcore.Field{Key: key, Type: zapcore.TimeFullType, Interface: value}
}
