package discount

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// maxWindow is what a zstd frame may want to be remembered of what came before;
// RFC 9659 allows no more in HTTP.
const maxWindow = 8 << 20

// A body in two codings, one around the other, is read by nobody's order service
// and multiplies what a small body may cost here: it is not decoded.
func decodes(coding string) bool {
	switch coding {
	case "gzip", "br", "zstd":
		return true
	}
	return false
}

// coding is the Content-Encoding of a body in lower case, empty if there is
// none, and a list if there are several.
func coding(h http.Header) string {
	var codings []string
	for _, value := range h["Content-Encoding"] {
		for name := range strings.SplitSeq(value, ",") {
			switch name = strings.ToLower(strings.Trim(name, " \t")); name {
			case "", "identity":
			case "x-gzip": // RFC 9110, section 8.4.1.3
				codings = append(codings, "gzip")
			default:
				codings = append(codings, name)
			}
		}
	}
	return strings.Join(codings, ", ")
}

// decoded is the text of a body that was read. The body itself goes on as it
// came.
func (g *gateway) decoded(r *http.Request, body []byte) ([]byte, *outcome) {
	if !g.decode {
		return body, nil // the gate let no other pass
	}
	name := coding(r.Header)
	if name == "" {
		return body, nil
	}
	text, err := g.decoders.decode(name, body)
	switch {
	case errors.Is(err, errTooLong):
		return nil, tooLarge
	case errors.Is(err, errMore):
		return nil, refuse(statusInvalid, "there is more in the body than one "+name+" text")
	case err != nil: // its words may quote the body
		return nil, refuse(statusInvalid, "the body is not the "+name+" it is said to be")
	}
	return text, nil
}

var (
	errTooLong = errors.New("the text is longer than is read")
	errMore    = errors.New("something follows the end of the text")
)

// decoders decode bodies to texts of no more than most bytes. What they need to
// work is used again.
//
// They are strict where decoders differ: a body is one gzip member, one zstd
// frame or one brotli stream, and nothing after it. Some order services would
// read the second one on, some would not, and some would leave out what follows
// as garbage; each way is another cart.
type decoders struct {
	most               int64
	gzip, brotli, zstd sync.Pool
}

func newDecoders(most int64) *decoders {
	d := &decoders{most: most}
	d.gzip.New = func() any { return new(gunzipper) }
	d.brotli.New = func() any { return new(unbrotler) }
	d.zstd.New = func() any {
		// Alone it decodes on the caller's goroutine and starts none, so it
		// needs no Close when the pool drops it.
		// Its limit of memory is one of windows too, which are larger than most
		// texts in them; what holds a text to its length is the room it is given.
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

func (d *decoders) decode(coding string, body []byte) ([]byte, error) {
	switch coding {
	case "gzip":
		return d.gunzip(body)
	case "br":
		return d.unbrotli(body)
	default:
		return d.unzstd(body)
	}
}

// gunzipper reads byte by byte from source, so that it stops where the member
// ends.
type gunzipper struct {
	source bytes.Reader
	gzip.Reader
}

func (d *decoders) gunzip(body []byte) ([]byte, error) {
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

func (d *decoders) unbrotli(body []byte) ([]byte, error) {
	z := d.brotli.Get().(*unbrotler)
	defer d.brotli.Put(z)
	z.source.Reset(body)
	defer z.source.Reset(nil)
	if err := z.Reset(&z.source); err != nil {
		return nil, err
	}
	return d.readText(&z.Reader, &z.source) // the reader itself refuses what follows
}

// readText reads a text up to the most there may be; decoding stops there.
func (d *decoders) readText(text io.Reader, source *bytes.Reader) ([]byte, error) {
	read, err := readUpTo(text, d.most, -1)
	switch {
	case int64(len(read)) > d.most:
		return nil, errTooLong
	case err != nil:
		return nil, err
	case source.Len() > 0:
		return nil, errMore
	}
	return read, nil
}

func (d *decoders) unzstd(body []byte) ([]byte, error) {
	size, err := oneFrame(body)
	if err != nil {
		return nil, err
	}
	z := d.zstd.Get().(*zstd.Decoder)
	defer d.zstd.Put(z)
	// With room for one block more, what fills the room is too long already.
	text, err := z.DecodeAll(body, make([]byte, 0, min(size, d.most+mostOfBlock)))
	switch {
	case int64(len(text)) > d.most, size > d.most && errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return nil, errTooLong
	case err != nil:
		return nil, err
	}
	return text, nil
}

// mostOfBlock is the most that a block of zstd stands for.
const mostOfBlock = 128 << 10

// oneFrame checks that body is one zstd frame from end to end (RFC 8878, section
// 3.1.1), and gives the most its text can be. The decoder would go on with the
// next frame, and pass over a skippable one, without telling.
func oneFrame(body []byte) (most int64, err error) {
	var h zstd.Header
	if err := h.Decode(body); err != nil {
		return 0, err
	}
	if h.Skippable {
		return 0, errMore
	}
	rest := body[h.HeaderSize:]
	for last := false; !last; {
		if len(rest) < 3 {
			return 0, io.ErrUnexpectedEOF
		}
		head := uint32(rest[0]) | uint32(rest[1])<<8 | uint32(rest[2])<<16
		size := int(head >> 3)
		if head>>1&3 == 1 { // one byte that is repeated
			size = 1
		}
		if rest = rest[3:]; len(rest) < size {
			return 0, io.ErrUnexpectedEOF
		}
		rest, last = rest[size:], head&1 == 1
		most += mostOfBlock
	}
	if h.HasCheckSum {
		rest = rest[min(4, len(rest)):] // the decoder misses what is not there
	}
	if len(rest) > 0 {
		return 0, errMore
	}
	if h.HasFCS && h.FrameContentSize < uint64(most) {
		most = int64(h.FrameContentSize)
	}
	return most, nil
}
