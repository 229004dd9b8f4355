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

// Decode turns the bytes of a spreadsheet into UTF-8 without a byte order mark, with a
// line feed at the end of every line. Without a mark they are UTF-8 if they can be, and
// else GB 18030: what Excel in Chinese writes as "CSV", a superset of GBK and GB 2312.
// pause is called now and then; nil for none. The error is an *[Error], of which the
// offset is that in data.
func Decode(data []byte, pause func()) ([]byte, error) {
	text, err := decode(data, pause)
	if err != nil {
		return nil, err
	}
	if bytes.IndexByte(text, 0) >= 0 {
		return nil, errNUL
	}
	if bytes.IndexByte(text, '\n') < 0 && bytes.IndexByte(text, '\r') >= 0 { // as Excel for Mac ends lines
		text = bytes.ReplaceAll(text, []byte("\r"), []byte("\n"))
	}
	return text, nil
}

const saveAsUTF8 = `save it as "CSV UTF-8"`

// errWorkbook is of what begins as .xlsx or .xls do.
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

// translate decodes all of data, a few kilobytes at a time. It reports false where
// something in it has no meaning in the encoding.
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

// notUTF8 finds the first byte that is not UTF-8, and reports whether most of what is
// beyond ASCII is, so that the text is UTF-8 with a fault rather than another encoding.
// Two bytes of another encoding are UTF-8 by chance now and then, three next to never.
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

// hasHanzi reports whether a text in GB 18030 has a character of GB 2312, which has most
// of those in use, or one of four bytes. Texts in the encodings of Western Europe, where
// letters with accents stand alone, have none.
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
