package sheet

import (
	"bytes"
	"errors"
	"slices"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// The byte order marks of UTF-8 and UTF-16.
const (
	markUTF8    = "\xef\xbb\xbf"
	markUTF16LE = "\xff\xfe"
	markUTF16BE = "\xfe\xff"
)

// Decode converts the bytes of a spreadsheet to UTF-8 without a byte order mark. If the text has
// carriage returns and no line feeds, line feeds replace them. Bytes without a mark are read as
// UTF-8 if they are valid, and otherwise as GB 18030: a superset of GBK and GB 2312, and the "CSV"
// of Excel in Chinese. Decode calls pause, unless it is nil, from time to time. The error is an
// *[Error] with an offset in data.
func Decode(data []byte, pause func()) ([]byte, error) {
	text, err := decode(data, pause)
	if err != nil {
		return nil, err
	}
	if bytes.IndexByte(text, 0) >= 0 {
		return nil, errNUL
	}
	if bytes.IndexByte(text, '\n') < 0 && bytes.IndexByte(text, '\r') >= 0 { // Excel for Mac
		text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
	}
	return text, nil
}

const saveAsUTF8 = `save it as "CSV UTF-8"`

// errWorkbook is the error for a file that begins as .xlsx or .xls files do.
var errWorkbook = &Error{Reason: "the file is a workbook of a spreadsheet program and no text", Hint: saveAsUTF8}

var errNUL = &Error{Reason: "the file has NUL characters, as UTF-16 without a byte order mark has", Hint: saveAsUTF8}

func decode(data []byte, pause func()) ([]byte, error) {
	utf16 := func(e unicode.Endianness) ([]byte, error) {
		text, ok := translate(unicode.UTF16(e, unicode.IgnoreBOM), data[len(markUTF16LE):], pause)
		if !ok || len(data)%2 != 0 {
			return nil, &Error{Reason: "the file begins as UTF-16 and has what is none, so it was not written to its end or is damaged", Hint: saveAsUTF8}
		}
		return text, nil
	}
	switch {
	case bytes.HasPrefix(data, []byte("PK\x03\x04")), bytes.HasPrefix(data, []byte("\xD0\xCF\x11\xE0")):
		return nil, errWorkbook
	case bytes.HasPrefix(data, []byte(markUTF16LE)):
		return utf16(unicode.LittleEndian)
	case bytes.HasPrefix(data, []byte(markUTF16BE)):
		return utf16(unicode.BigEndian)
	case bytes.IndexByte(data, 0) >= 0:
		return nil, errNUL
	}
	text, marked := bytes.CutPrefix(data, []byte(markUTF8))
	if utf8.Valid(text) {
		return text, nil
	}
	first, damaged := notUTF8(text)
	if marked || damaged {
		return nil, &Error{Offset: len(data) - len(text) + first, Reason: "the file is UTF-8, but not here", Hint: saveAsUTF8}
	}
	if hasHanzi(data) {
		if text, ok := translate(simplifiedchinese.GB18030, data, pause); ok {
			return text, nil
		}
	}
	return nil, &Error{Offset: first, Reason: "the file is neither UTF-8, UTF-16 with a byte order mark nor GB 18030 here", Hint: saveAsUTF8}
}

// translate decodes data, a few kilobytes at a time. It reports false if the data is not valid in
// the encoding.
func translate(from encoding.Encoding, data []byte, pause func()) ([]byte, bool) {
	const part = 4 << 10
	decoder := from.NewDecoder()
	text := make([]byte, 0, len(data)+len(data)/2+utf8.UTFMax)
	for len(data) > 0 {
		text = slices.Grow(text, 2*part)
		n, done, err := decoder.Transform(text[len(text):cap(text)], data[:min(part, len(data))], len(data) <= part)
		text, data = text[:len(text)+n], data[done:]
		switch {
		case err != nil && !errors.Is(err, transform.ErrShortDst) && !errors.Is(err, transform.ErrShortSrc), n+done == 0:
			return nil, false
		case pause != nil:
			pause()
		}
	}
	return text, !bytes.ContainsRune(text, utf8.RuneError)
}

// notUTF8 finds the first byte that is not UTF-8. It reports whether most of the characters beyond
// ASCII are UTF-8, so that the text is damaged UTF-8 and not another encoding. Two bytes of
// another encoding are sometimes valid UTF-8 by chance, three almost never, so longer characters
// count more.
func notUTF8(text []byte) (first int, damaged bool) {
	first, wrong, right := -1, 0, 0
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRune(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			wrong++
			if first < 0 {
				first = i
			}
		case size == 2:
			right++
		case size > 2:
			right += size
		}
		i += size
	}
	return first, right > wrong
}

// hasHanzi reports whether a text, read as GB 18030, has a character of GB 2312 or one of four
// bytes. GB 2312 has most characters in use. A text in an encoding of Western Europe has neither,
// because its letters with accents stand alone.
func hasHanzi(data []byte) bool {
	for i := 0; i+1 < len(data); i++ {
		first, second := data[i], data[i+1]
		switch {
		case first < 0x80:
			continue
		case first >= 0xA1 && second >= 0xA1:
			return true
		case second >= '0' && second <= '9' && i+3 < len(data) && data[i+2] >= 0x81 && data[i+3] >= '0' && data[i+3] <= '9':
			return true
		}
		i++
	}
	return false
}
