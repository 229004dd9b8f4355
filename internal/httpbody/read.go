// Package httpbody tells by method and type what the body of a request is, reads it up to a limit,
// hands it back to the request unchanged, decodes it, and guesses whether other readers take a body for
// JSON.
package httpbody

import (
	"errors"
	"io"
)

// How much memory a body starts with, in bytes: its declared length up to mostAtOnce, firstRead for
// a longer one and for one of unknown length. Memory grows with what has arrived. If it grew with
// the declared length, a thousand clients that send nothing would take a thousand times max_body.
const (
	firstRead  = 4 << 10
	mostAtOnce = 16 << 10
)

// readUpTo reads to the end, or one byte past most, into memory that m lends. It takes at most twice
// the memory of what has arrived, besides what it starts with. The declared length is negative if
// it is not known. It returns with the memory what m takes back once it is no longer read.
func readUpTo(body io.Reader, most, declared int64, m *memory) (buf []byte, lent *[]byte, err error) {
	size, limit := int64(firstRead), most+1 // one more, to see the end
	if declared >= 0 {
		limit = min(limit, declared+1)
		if declared <= mostAtOnce {
			size = declared + 1 // without growing
		}
	}
	buf, lent = m.lend(size)
	for {
		n, err := body.Read(buf[len(buf):min(int64(cap(buf)), most+1)])
		buf = buf[:len(buf)+n]
		if errors.Is(err, io.EOF) {
			return buf, lent, nil
		}
		if err != nil || int64(len(buf)) > most {
			return buf, lent, err
		}
		if len(buf) == cap(buf) {
			buf, lent = m.grown(buf, lent, limit)
		}
	}
}

// grown is buf with twice the capacity, but at most the limit unless it has that already.
func (m *memory) grown(buf []byte, lent *[]byte, limit int64) ([]byte, *[]byte) {
	size := 2 * int64(cap(buf))
	if limit > int64(cap(buf)) {
		size = min(size, limit)
	}
	next, nextLent := m.lend(size)
	next = append(next, buf...)
	m.takeBack(lent)
	return next, nextLent
}
