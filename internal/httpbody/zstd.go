package httpbody

import (
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"
)

// maxWindow is what a zstd frame may want to be remembered of what came before;
// RFC 9659 allows no more in HTTP.
const maxWindow = 8 << 20

func (d *Decoders) unzstd(body []byte) ([]byte, error) {
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
		return nil, ErrTooLong
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
		return 0, ErrMore
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
		return 0, ErrMore
	}
	if h.HasFCS && h.FrameContentSize < uint64(most) {
		most = int64(h.FrameContentSize)
	}
	return most, nil
}
