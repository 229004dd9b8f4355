package cart

import (
	"cmp"
	"io"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/promogate/caddy-discount/money"
)

// seenNames is the memory of the check for names that are alike.
type seenNames struct {
	at    []span
	table []int32
}

// reset empties it, and keeps memory for so many names at most.
func (n *seenNames) reset(most int) {
	if cap(n.at) > most {
		n.at = nil
	}
	if cap(n.table) > most {
		n.table = nil
	}
	n.at, n.table = n.at[:0], n.table[:0]
}

// Workspace reads large bodies, one after the other. It pauses while it reads, and keeps its memory
// for the next body, up to five times the largest body. The zero value is ready.
type Workspace struct {
	decoder jsontext.Decoder
	text    pieces
	piece   int // tests read in small ones
	names   seenNames
}

// ReadJSON is [Reader.ReadJSON] with pauses: it calls pause every few tens of microseconds. It
// takes a tenth longer.
func (w *Workspace) ReadJSON(r *Reader, body []byte, defaultCurrency money.Currency, into *Cart, pause func()) (found bool, err error) {
	if deep(body) {
		into.Reset()
		return false, tooDeep().invalid()
	}
	mark := markLength(body)
	w.text = pieces{rest: body[mark:], most: cmp.Or(w.piece, onePiece), pause: pause}
	defer func() { w.text = pieces{} }()
	w.decoder.Reset(&w.text, jsontext.AllowDuplicateNames(true))
	if bad := check(&w.decoder, mark); bad != nil {
		into.Reset()
		return false, bad
	}
	w.names.at = w.names.at[:0] // a body that is refused leaves names in it
	return r.readValid(body, defaultCurrency, into, &w.names, pause, nil)
}

// pieces reads a text piece by piece, with a pause before each.
type pieces struct {
	rest  []byte
	most  int // in a piece
	pause func()
}

// onePiece takes some ten microseconds to check.
const onePiece = 16 << 10

func (p *pieces) Read(into []byte) (int, error) {
	if len(p.rest) == 0 {
		return 0, io.EOF
	}
	p.pause()
	n := copy(into, p.rest[:min(len(p.rest), p.most)])
	p.rest = p.rest[n:]
	return n, nil
}

// mostNamed is the depth up to which errors name a position. The library builds its name level by
// level, which takes quadratic time.
const mostNamed = 1000

// deep reports whether a text, JSON or not, is nested deeper than that.
func deep(text []byte) bool {
	depth, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			quoted = !quoted
		case quoted:
			if c == '\\' {
				i++
			}
		case c == '{' || c == '[':
			if depth++; depth > mostNamed {
				return true
			}
		case c == '}' || c == ']':
			depth--
		}
	}
	return false
}
