package sheet_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/strategy/sheet"
)

// written are the encodings that Excel writes, by the format of "Save as".
var written = map[string]func(t testing.TB, text string) []byte{
	"CSV UTF-8": func(_ testing.TB, text string) []byte { return []byte("\xef\xbb\xbf" + text) },
	"UTF-8":     func(_ testing.TB, text string) []byte { return []byte(text) },
	"Unicode text": func(t testing.TB, text string) []byte {
		return in(t, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM), text)
	},
	"Unicode text, big-endian": func(t testing.TB, text string) []byte {
		return in(t, unicode.UTF16(unicode.BigEndian, unicode.UseBOM), text)
	},
	"CSV in Chinese": func(t testing.TB, text string) []byte { return in(t, simplifiedchinese.GB18030, text) },
}

func in(t testing.TB, e encoding.Encoding, text string) []byte {
	t.Helper()
	data, err := e.NewEncoder().Bytes([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// long is longer than what is decoded at a time, with characters of all lengths across
// each end.
func long() string {
	var text strings.Builder
	text.WriteString("sku,名称\n")
	for i := range 3_000 {
		fmt.Fprintf(&text, "%d,热拿铁 € ö 𠮷 %s\n", i, strings.Repeat("x", i%7))
	}
	return text.String()
}

func TestWhatExcelWritesIsDecoded(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"a catalogue":    "sku,名称,价格\r\nlatte,热拿铁,18.00\r\n",
		"rare":           "sku,name\n1,镕𠮷 热\n",
		"more than once": long(),
	} {
		for format, write := range written {
			t.Run(name+" as "+format, func(t *testing.T) {
				t.Parallel()
				paused := 0
				got, err := sheet.Decode(write(t, text), func() { paused++ })
				if err != nil || string(got) != text {
					t.Errorf("%.80q, %v", got, err)
				}
				if translated := format != "UTF-8" && format != "CSV UTF-8"; translated && paused == 0 {
					t.Error("it paused never")
				}
			})
		}
	}
}

func TestWhatIsInNoKnownEncodingIsRefused(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		data   string
		offset int
		says   string
	}{
		"Windows-1252":                  {"sku,name\n1,caf\xe9\n", 14, "neither UTF-8"},
		"Windows-1252, as hanzi":        {"sku,name\n1,Cr\xe8me br\xfbl\xe9e\n", 13, "neither UTF-8"},
		"a sign of a currency":          {"sku,price\n1,\xa31.20\n", 12, "neither UTF-8"},
		"UTF-8 that is damaged":         {"sku,name\n1,热拿铁 \xe7\x83 铁\n", 21, "UTF-8, but not here"},
		"UTF-8 that is cut":             {"sku,name\n1,热拿\xe9\x93", 17, "UTF-8, but not here"},
		"a mark of UTF-8 before others": {"\xef\xbb\xbfsku,caf\xe9,\n", 10, "UTF-8, but not here"},
		"UTF-16 without a mark":         {"s\x00k\x00u\x00\n\x00", 0, "UTF-16 without a byte order mark"},
		"UTF-16 that is cut":            {"\xff\xfes\x00k", 0, "not written to its end"},
		"UTF-16 with half a character":  {"\xff\xfes\x00\x00\xd8\n\x00", 0, "not written to its end"},
		"UTF-32":                        {"\xff\xfe\x00\x00s\x00\x00\x00", 0, "NUL"},
		"GB 18030 that is cut":          {"sku,\xc3\xfb\xb3\xc6\n1,\xc8\xc8\xc4", 4, "neither UTF-8"},
		"a workbook":                    {"PK\x03\x04\x14\x00", 0, "workbook"},
		"an old workbook":               {"\xD0\xCF\x11\xE0\xA1\xB1", 0, "workbook"},
		"a program":                     {"\x7fELF\x02\x01\x00", 0, "NUL"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := sheet.Decode([]byte(c.data), nil)
			var wrong *sheet.Error
			if !errors.As(err, &wrong) || wrong.Offset != c.offset || !strings.Contains(wrong.Reason, c.says) {
				t.Errorf("%q, %+v: %v", got, wrong, err)
			}
		})
	}
}

// rowsOf are the rows of a text with their numbers, and the error that ends them, if one
// does.
func rowsOf(text string) (rows []string, err error) {
	r := sheet.NewReader([]byte(text), func(name string) bool { return name == "sku" || name == "price" })
	for {
		if err = r.Next(); err != nil {
			if errors.Is(err, io.EOF) {
				err = nil
			}
			return rows, err
		}
		rows = append(rows, fmt.Sprintf("%d %q", r.Row(), r.Cells()))
	}
}

func TestRowsAreThoseOfASpreadsheet(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"commas":                   {"sku,price\na,1\n", []string{`1 ["sku" "price"]`, `2 ["a" "1"]`}},
		"semicolons":               {"sku;price\r\na;1,5\r\n", []string{`1 ["sku" "price"]`, `2 ["a" "1,5"]`}},
		"tabs":                     {"sku\tprice\t\na\t\t\n", []string{`1 ["sku" "price" ""]`, `2 ["a" "" ""]`}},
		"more commas than names":   {"sku;a,b,c,d,e;price\nx;y;1\n", []string{`1 ["sku" "a,b,c,d,e" "price"]`, `2 ["x" "y" "1"]`}},
		"no known name":            {"a;b\nc;d\n", []string{`1 ["a" "b"]`, `2 ["c" "d"]`}},
		"the separator, as said":   {"sep=;\nsku;a,price,b\n\"1\n2\";x\ny;z", []string{`1 ["sku" "a,price,b"]`, `2 ["1\n2" "x"]`, `3 ["y" "z"]`}},
		"empty lines":              {"\n\nsku,price\n\na,1\n\n\nb,2", []string{`3 ["sku" "price"]`, `5 ["a" "1"]`, `8 ["b" "2"]`}},
		"cells of several lines":   {"sku,\"pri\r\nce\"\r\n\"a\nb\nc\",1\r\n\r\nd,2\r\n", []string{`1 ["sku" "pri\nce"]`, `2 ["a\nb\nc" "1"]`, `4 ["d" "2"]`}},
		"space before quotes":      {"sku, price\na, \"1,5\"\n", []string{`1 ["sku" "price"]`, `2 ["a" "1,5"]`}},
		"marks that have no width": {"\u200bsku\ufeff,price\n\u00a0a\u3000,\u200b1\n", []string{`1 ["sku" "price"]`, `2 ["a" "1"]`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := rowsOf(c.text)
			if err != nil || fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("got %v, %v\nwant %v", got, err, c.want)
			}
		})
	}
}

func TestWhatIsNoRowIsToldWithItsPlace(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text              string
		row, cell, offset int
		says              string
	}{
		"a quote in a cell":       {"sku,price\n\na,7\" plate\n", 3, 1, 14, "does not begin with one"},
		"more after a quote":      {"sku,price\n\"a\"b,1\n", 2, 0, 12, "follows the closing quote"},
		"a quote that stays open": {"sku,price\n\"a\nb\",1\nc,\"d\ne,2\n", 3, 1, 18, "not closed"},
		"after a said separator":  {"sep=;\r\nsku;price\r\na;7\"\r\n", 2, 1, 21, "does not begin with one"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := rowsOf(c.text)
			var wrong *sheet.Error
			if !errors.As(err, &wrong) || wrong.Row != c.row || wrong.Cell != c.cell || wrong.Offset != c.offset || !strings.Contains(wrong.Reason, c.says) {
				t.Errorf("%+v: %v", wrong, err)
			}
		})
	}
}

func TestColumnsHaveLetters(t *testing.T) {
	t.Parallel()
	for column, want := range map[int]string{0: "A", 25: "Z", 26: "AA", 51: "AZ", 52: "BA", 701: "ZZ", 702: "AAA"} {
		if got := sheet.Letters(column); got != want {
			t.Errorf("column %d is %s, want %s", column, got, want)
		}
	}
}

// What a program writes by the rules is what is read, in every encoding, with every
// separator and end of line, and each cell is where it is said to be.
func TestWhatIsWrittenIsRead(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(r *rapid.T) {
		comma := rapid.SampledFrom([]string{",", ";", "\t"}).Draw(r, "comma")
		end := rapid.SampledFrom([]string{"\n", "\r\n"}).Draw(r, "end")
		cell := rapid.OneOf(rapid.StringMatching(`[a-z0-9,;"é热拿铁€𠮷\n ]{0,6}`), rapid.SampledFrom([]string{"", "18.00", "a\"b", "\"", "TRUE"}))
		want := [][]string{{"sku", "price", "热"}}
		for range rapid.IntRange(0, 5).Draw(r, "rows") {
			want = append(want, rapid.SliceOfN(cell, 3, 3).Draw(r, "row"))
		}
		var text strings.Builder
		for _, row := range want {
			for i := range row {
				row[i] = sheet.Trim(row[i])
				if i > 0 {
					text.WriteString(comma)
				}
				text.WriteString(quoted(row[i], comma))
			}
			text.WriteString(end)
		}
		format := rapid.SampledFrom([]string{"CSV UTF-8", "UTF-8", "Unicode text", "Unicode text, big-endian", "CSV in Chinese"}).Draw(r, "format")
		decoded, err := sheet.Decode(written[format](t, text.String()), nil)
		if err != nil {
			r.Fatal(err)
		}
		reader := sheet.NewReader(decoded, func(name string) bool { return name == "sku" || name == "price" })
		for n, row := range want {
			if err := reader.Next(); err != nil || reader.Row() != n+1 || fmt.Sprint(reader.Cells()) != fmt.Sprint(row) {
				r.Fatalf("row %d is %d %q, %v, want %q in %q", n+1, reader.Row(), reader.Cells(), err, row, text.String())
			}
			for i := range row {
				if at := string(decoded[reader.Offset(i):]); !strings.HasPrefix(strings.ReplaceAll(at, "\r\n", "\n"), quoted(row[i], comma)) {
					r.Fatalf("%q is said to be at %q", row[i], at)
				}
			}
		}
		if err := reader.Next(); !errors.Is(err, io.EOF) {
			r.Fatalf("after the last row: %v", err)
		}
	})
}

// quoted is a cell as Excel writes it.
func quoted(cell, comma string) string {
	if strings.ContainsAny(cell, "\"\n"+comma) {
		return `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
	}
	return cell
}
