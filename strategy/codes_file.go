package strategy

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/promogate/caddy-discount/strategy/document"
	"github.com/promogate/caddy-discount/strategy/sheet"
)

const (
	// MaxCodes is how many codes a set may have.
	MaxCodes = 5_000_000

	// MaxCodesSize is how large a file of codes may be, in bytes.
	MaxCodesSize = 256 << 20

	// maxCodeLength is how long a code may be, in bytes. A longer one is a sign of another file.
	maxCodeLength = 128

	// maxCodeFindings is how many findings of one kind in a file are listed.
	maxCodeFindings = 20
)

// codeFile reads a file of codes: one a line, or the first column of a spreadsheet. Its problems
// and warnings name lines and no codes.
//
// The codes are read twice where two of them are the same or look alike: the first reading finds
// that there are such codes, and the second one their lines. So no line number is kept for each
// code.
type codeFile struct {
	form   wordForm
	pause  document.Pause
	source [sha256.Size]byte // of the bytes

	folding  folding
	problems []codeFinding
	warnings []codeFinding
	odd      int // codes with characters that are not seen
	wrong    int // lines that are no code
	last     int // number of the line that was read last

	digests []codeDigest
	looks   []uint64 // of each code, without what tells look-alikes apart
}

// codeFinding is what is wrong with a line of a file of codes.
type codeFinding struct {
	line, column int
	reason, hint string
}

func (f *codeFinding) at(file string) document.Position {
	return document.Position{File: file, Line: f.line, Column: f.column}
}

// read reads the codes of a file. It returns nil if there are problems.
func (f *codeFile) read(data []byte) *codeTable {
	text, err := sheet.Decode(data, f.pause)
	if err != nil {
		f.unreadable(data, err)
		return nil
	}
	lines := min(bytes.Count(text, []byte("\n"))+1, MaxCodes+1)
	f.digests, f.looks = make([]codeDigest, 0, lines), make([]uint64, 0, lines)
	f.each(text, f.add)
	f.more(&f.problems, f.wrong-maxCodeFindings, "line", "no code")
	f.more(&f.warnings, f.odd-maxCodeFindings, "code", "with characters that are not seen")
	if len(f.digests) == 0 && len(f.problems) == 0 {
		f.problem(1, "there is no code in the file", "write one code a line")
	}
	if len(f.problems) == 0 {
		f.findTwice(text)
	}
	if len(f.problems) > 0 {
		return nil
	}
	f.findAlike(text)
	table := newCodeTable(slices.Clip(f.digests), f.pause)
	table.source, table.warnings = f.source, f.warnings
	return table
}

// unreadable reports a file that is no text.
func (f *codeFile) unreadable(data []byte, err error) {
	wrong := &sheet.Error{Reason: err.Error()}
	errors.As(err, &wrong)
	before := data[:min(wrong.Offset, len(data))]
	line := bytes.LastIndexByte(before, '\n') + 1
	f.problems = append(f.problems, codeFinding{bytes.Count(before, []byte("\n")) + 1, utf8.RuneCount(before[line:]) + 1, wrong.Reason, wrong.Hint})
}

func (f *codeFile) problem(line int, reason, hint string) {
	f.problems = append(f.problems, codeFinding{line, 1, reason, hint})
}

func (f *codeFile) warning(line int, reason, hint string) {
	f.warnings = append(f.warnings, codeFinding{line, 1, reason, hint})
}

// more adds how many findings are not listed, if any, at the end of the file.
func (f *codeFile) more(to *[]codeFinding, n int, noun, what string) {
	if n > 0 {
		*to = append(*to, codeFinding{max(f.last, 1), 1, document.MoreText(n, noun) + " " + what, ""})
	}
}

// add adds a code. It reports false once there are too many.
func (f *codeFile) add(code []byte, line int) bool {
	switch {
	case len(f.digests) == MaxCodes:
		f.problem(line, fmt.Sprintf("the file has more than %d codes", MaxCodes), "codes that carry a signature need no file: signed = true")
		return false
	case len(code) == 0:
		return f.noCode(line, "the first column is empty")
	}
	if err := checkCode(code); err != nil {
		return f.noCode(line, err.Error())
	}
	if !plain(string(code)) && stray(string(code)) != "" {
		if f.odd++; f.odd <= maxCodeFindings {
			f.warning(line, "the code has a character that is not seen", "")
		}
	}
	folded := f.fold(code)
	f.digests = append(f.digests, digestOf(folded))
	f.looks = append(f.looks, digestOf(sketch(folded)).high)
	return true
}

// CheckCode returns why a text cannot be a code of a file; nil if it can.
func CheckCode(code string) error { return checkCode([]byte(code)) }

func checkCode(code []byte) error {
	switch {
	case len(code) > maxCodeLength:
		return fmt.Errorf("the code has %d bytes, want at most %d", len(code), maxCodeLength)
	case bytes.IndexFunc(code, unicode.IsControl) >= 0:
		return errControl
	}
	return nil
}

var errControl = errors.New("the code has a control character")

// noCode reports a line that is no code.
func (f *codeFile) noCode(line int, reason string) bool {
	if f.wrong++; f.wrong <= maxCodeFindings {
		f.problem(line, reason, "a file of codes has one code a line, or in the first column")
	}
	return true
}

// fold is a code in its compared form, which is valid until the next call.
func (f *codeFile) fold(code []byte) []byte {
	if f.form == asWritten {
		return code
	}
	return f.folding.fold(string(code), f.form)
}

// sketch replaces the characters of a code that look alike, in place: 0 and O, and 1, I and L.
func sketch(code []byte) []byte {
	for i, c := range code {
		switch c {
		case 'o', 'O':
			code[i] = '0'
		case 'i', 'I', 'l', 'L':
			code[i] = '1'
		}
	}
	return code
}

// findTwice sorts the digests and reports the codes that are in the file twice.
func (f *codeFile) findTwice(text []byte) {
	slices.SortFunc(f.digests, document.Comparing(f.pause, compareDigests))
	hint := "leave one of them out"
	if f.form != asWritten {
		hint += `; codes are compared without case, unless coupon_case = "exact" is at the top`
	}
	var twice []uint64
	surplus := 0
	for i := 1; i < len(f.digests); i++ {
		if f.digests[i] == f.digests[i-1] {
			twice, surplus = append(twice, f.digests[i].high), surplus+1
		}
	}
	shown := f.eachAgain(text, twice, func(code []byte) uint64 { return digestOf(f.fold(code)).high }, func(line, before int) {
		f.problem(line, fmt.Sprintf("the code is on line %d, too", before), hint)
	})
	f.more(&f.problems, surplus-shown, "code", "twice in the file")
}

// findAlike warns of codes that look like another one.
func (f *codeFile) findAlike(text []byte) {
	slices.SortFunc(f.looks, document.Comparing(f.pause, cmp.Compare[uint64]))
	var alike []uint64
	for i := 1; i < len(f.looks); i++ {
		if f.looks[i] == f.looks[i-1] {
			alike = append(alike, f.looks[i])
		}
	}
	f.looks = nil
	shown := f.eachAgain(text, alike, func(code []byte) uint64 { return digestOf(sketch(f.fold(code))).high }, func(line, before int) {
		f.warning(line, fmt.Sprintf("the code looks like that on line %d: 0 and O are alike, and so are 1, I and L", before), "")
	})
	f.more(&f.warnings, len(alike)-shown, "code", "like others")
}

// eachAgain calls do for the lines of codes that have a value of an earlier line, with both
// lines. The values are sorted, and only the first of them are looked for. It returns how often
// it called do.
func (f *codeFile) eachAgain(text []byte, values []uint64, of func(code []byte) uint64, do func(line, before int)) int {
	if len(values) == 0 {
		return 0
	}
	values = values[:min(len(values), maxCodeFindings)]
	first, calls := map[uint64]int{}, 0
	f.each(text, func(code []byte, line int) bool {
		value := of(code)
		if _, sought := slices.BinarySearch(values, value); !sought {
			return true
		}
		if before, again := first[value]; again {
			do(line, before)
			calls++
		} else {
			first[value] = line
		}
		return calls < maxCodeFindings
	})
	return calls
}

// each calls do for the first column of every line of a text that is not blank, until do reports
// false. The code is valid during the call, and do may overwrite it.
func (f *codeFile) each(text []byte, do func(code []byte, line int) bool) {
	if bytes.IndexByte(text, '"') >= 0 {
		f.eachRow(text, do)
		return
	}
	var code []byte
	begun := false
	for number := 1; len(text) > 0; number++ {
		f.pause.After(number)
		f.last = max(f.last, number)
		line, tail, _ := bytes.Cut(text, []byte("\n"))
		text = tail
		if number == 1 && isSeparatorLine(line) {
			continue
		}
		if line = trimCode(line); len(line) == 0 {
			continue
		}
		if end := bytes.IndexAny(line, ",;\t"); end >= 0 {
			line = trimCode(line[:end])
		}
		header := !begun && IsCodesColumn(string(line))
		if begun = true; header {
			continue
		}
		if code = append(code[:0], line...); !do(code, number) {
			return
		}
	}
}

// eachRow is each for a text with quotes, which a parser of spreadsheets reads.
func (f *codeFile) eachRow(text []byte, do func(code []byte, line int) bool) {
	rows := sheet.NewReader(text, IsCodesColumn)
	line, counted, begun := 1, 0, false
	var code []byte
	for n := 0; ; n++ {
		f.pause.After(n)
		err := rows.Next()
		var wrong *sheet.Error
		switch {
		case errors.Is(err, io.EOF):
			return
		case errors.As(err, &wrong):
			f.problem(1+bytes.Count(text[:wrong.Offset], []byte("\n")), wrong.Reason, wrong.Hint)
			return
		}
		at := rows.Offset(0)
		line, counted = line+bytes.Count(text[counted:at], []byte("\n")), at
		f.last = max(f.last, line)
		first := rows.Cells()[0]
		header := !begun && IsCodesColumn(first)
		if begun = begun || !rows.Blank(); header || rows.Blank() {
			continue
		}
		if code = append(code[:0], first...); !do(code, line) {
			return
		}
	}
}

// isSeparatorLine reports whether a line is that with which Excel declares a separator.
func isSeparatorLine(line []byte) bool {
	return len(line) >= 5 && len(line) <= 6 && bytes.EqualFold(line[:4], []byte("sep="))
}

// trimCode removes the white space around a code, and the zero-width spaces and byte order marks
// that pasted text may have.
func trimCode(line []byte) []byte {
	if n := len(line); n > 0 && line[0] > ' ' && line[0] < 0x7f && line[n-1] > ' ' && line[n-1] < 0x7f {
		return line
	}
	return bytes.TrimFunc(line, func(c rune) bool { return unicode.IsSpace(c) || c == '\u200b' || c == '\ufeff' })
}

// codesHeaders are the names of a column with codes, which are no codes themselves.
var codesHeaders = []string{"code", "codes", "coupon", "coupons", "coupon_code", "coupon_codes", "voucher", "voucher_code", "promo_code", "promocode",
	"discount_code", "gutscheincode", "券码", "优惠码", "优惠券码", "兑换码", "兑换券码", "クーポンコード"}

// IsCodesColumn reports whether a column is named like codes, as the first row of a spreadsheet has it.
func IsCodesColumn(name string) bool { return slices.Contains(codesHeaders, columnWord(name)) }
