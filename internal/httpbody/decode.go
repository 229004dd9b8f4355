package httpbody

import (
	"bytes"
	"errors"
	"io"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// What is wrong with a body that may be well encoded.
var (
	ErrTooLong = errors.New("the body is longer than the limit")
	ErrMore    = errors.New("something follows the end of the text")
)

// Decoders decode bodies to texts of at most a number of bytes. Their working memory is
// pooled.
//
// They are strict where decoders differ: a body is one gzip member, one zstd frame or one
// brotli stream, and nothing after it. Some order services read a second one, some do not,
// and some ignore what follows as garbage: each reads another cart.
type Decoders struct {
	most               int64
	gzip, brotli, zstd sync.Pool
}

// NewDecoders decode to texts of no more than most bytes.
func NewDecoders(most int64) *Decoders {
	d := &Decoders{most: most}
	d.gzip.New = func() any { return new(gunzipper) }
	d.brotli.New = func() any { return new(unbrotler) }
	d.zstd.New = func() any {
		// With a concurrency of one it decodes on the caller's goroutine and starts
		// none, so it needs no Close when the pool drops it.
		// Its memory limit applies to windows, too, which are larger than most texts. The capacity
		// that DecodeAll is given limits a text.
		z, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
			zstd.WithDecoderMaxMemory(uint64(max(most, maxWindow))), zstd.WithDecoderMaxWindow(maxWindow),
			zstd.WithDecodeAllCapLimit(true))
		if err != nil {
			panic(err) // the options are out of range
		}
		return z
	}
	return d
}

// Decode is the text of a body in one of the codings that [Decodes] accepts. The error is
// [ErrTooLong], [ErrMore], or the decoder's own, which may quote the body.
func (d *Decoders) Decode(coding string, body []byte) ([]byte, error) {
	switch coding {
	case "gzip":
		return d.gunzip(body)
	case "br":
		return d.unbrotli(body)
	default:
		return d.unzstd(body)
	}
}

// gunzipper reads its source byte by byte, so that it stops where the member ends.
type gunzipper struct {
	source bytes.Reader
	gzip.Reader
}

func (d *Decoders) gunzip(body []byte) ([]byte, error) {
	z := d.gzip.Get().(*gunzipper)
	defer d.gzip.Put(z)
	z.source.Reset(body)
	defer z.source.Reset(nil) // nothing of an order stays in the pool
	if err := z.Reset(&z.source); err != nil {
		return nil, err
	}
	z.Multistream(false)
	return d.readText(&z.Reader, &z.source)
}

type unbrotler struct {
	source bytes.Reader
	brotli.Reader
}

func (d *Decoders) unbrotli(body []byte) ([]byte, error) {
	z := d.brotli.Get().(*unbrotler)
	defer d.brotli.Put(z)
	z.source.Reset(body)
	defer z.source.Reset(nil)
	if err := z.Reset(&z.source); err != nil {
		return nil, err
	}
	return d.readText(&z.Reader, &z.source) // the reader itself refuses what follows
}

// readText reads a text up to the limit, where decoding stops.
func (d *Decoders) readText(text io.Reader, source *bytes.Reader) ([]byte, error) {
	read, _, err := readUpTo(text, d.most, -1, nil)
	switch {
	case int64(len(read)) > d.most:
		return nil, ErrTooLong
	case err != nil:
		return nil, err
	case source.Len() > 0:
		return nil, ErrMore
	}
	return read, nil
}
