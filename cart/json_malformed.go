package cart

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"

	"github.com/go-json-experiment/json/jsontext"
)

// notJSON is the reason where no better one is known.
const notJSON = "is not JSON"

// malformed says where and why body is not JSON as RFC 7493 has it, names given twice aside. It is
// called only for a body that is invalid.
//
// The offsets it names count from the start of body, of which mark bytes are a byte
// order mark.
func malformed(body []byte, mark int) *Invalid {
	if len(body) > math.MaxInt32 {
		return faulty(fmt.Sprintf("is %d bytes long, want at most %d", len(body), math.MaxInt32)).invalid()
	}
	if deep(body) {
		return tooDeep().invalid()
	}
	if bad := check(jsontext.NewDecoder(bytes.NewBuffer(body[mark:]), jsontext.AllowDuplicateNames(true)), mark); bad != nil {
		return bad
	}
	return faulty(notJSON).invalid()
}

// check reads a text to its end, which is to be one value. It returns what is
// wrong with it, or nil. There are mark bytes before the text.
func check(decoder *jsontext.Decoder, mark int) *Invalid {
	_, err := decoder.ReadValue()
	if err == nil {
		end := decoder.InputOffset()
		if _, err := decoder.ReadToken(); errors.Is(err, io.EOF) {
			return nil
		}
		return faulty("has more text after the JSON value").atByte(", at byte", int(end)+mark).invalid()
	}
	if errors.Is(err, io.EOF) { // nothing but white space
		return faulty("is empty, want JSON").invalid()
	}
	var syntactic *jsontext.SyntacticError
	if !errors.As(err, &syntactic) {
		return faulty(notJSON).invalid()
	}
	f := faulty(notJSON).atByte(" at byte", int(syntactic.ByteOffset)+mark).because(syntactic.Err)
	for pointer := syntactic.JSONPointer; pointer != ""; pointer = pointer.Parent() {
		f.under(pointer.LastToken())
	}
	return f.invalid()
}
