package httpbody

import (
	"errors"
	"io"

	"github.com/klauspost/compress/zstd"
)

// maxWindow is the largest window of a zstd frame, in bytes; RFC 9659 allows no more in
// HTTP.
const maxWindow = 8 << 20

func (d *Decoders) unzstd(body []byte) ([]byte, error) {
	size, err := oneFrame(body)
	if err != nil {
		return nil, err
	}
	z := d.zstd.Get().(*zstd.Decoder)
	defer d.zstd.Put(z)
	// The capacity has one block more than the limit: a text that fills it is too long.
	text, err := z.DecodeAll(body, make([]byte, 0, min(size, d.most+mostOfBlock)))
	switch {
	case int64(len(text)) > d.most, size > d.most && errors.Is(err, zstd.ErrDecoderSizeExceeded):
		return nil, ErrTooLong
	case err != nil:
		return nil, err
	}
	return text, nil
}

// mostOfBlock is the most bytes that a block of zstd decodes to.
const mostOfBlock = 128 << 10

// oneFrame checks that a body is one zstd frame from end to end (RFC 8878, section 3.1.1), and
// returns the most bytes that its text can have. The decoder would also decode further frames and
// skip skippable ones.
func oneFrame(body []byte) (most int64, err error) {
	var h zstd.Header
	if err := h.Decode(body); err != nil {
		return 0, err
	}
	if h.Skippable {
		return 0, ErrMore
	}
	tail := body[h.HeaderSize:]
	for last := false; !last; {
		if len(tail) < 3 {
			return 0, io.ErrUnexpectedEOF
		}
		head := uint32(tail[0]) | uint32(tail[1])<<8 | uint32(tail[2])<<16
		size := int(head >> 3)
		if head>>1&3 == 1 { // one byte that is repeated
			size = 1
		}
		if tail = tail[3:]; len(tail) < size {
			return 0, io.ErrUnexpectedEOF
		}
		tail, last = tail[size:], head&1 == 1
		most += mostOfBlock
	}
	if h.HasCheckSum {
		tail = tail[min(4, len(tail)):] // the decoder misses what is not there
	}
	if len(tail) > 0 {
		return 0, ErrMore
	}
	if h.HasFCS && h.FrameContentSize < uint64(most) {
		most = int64(h.FrameContentSize)
	}
	return most, nil
}
