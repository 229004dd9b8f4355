// Package brief keeps what is said of a text bounded, however long the text is.
package brief

import "unicode/utf8"

// mark stands for what is left out.
const mark = "…"

// Text is a text of at most so many bytes: of a longer one its beginning and its end, with
// a mark between them. No character is cut.
func Text(text string, most int) string {
	if len(text) <= most {
		return text
	}
	room := max(most-len(mark), 0)
	end, tail := room-room/3, len(text)-room/3
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	for tail < len(text) && !utf8.RuneStart(text[tail]) {
		tail++
	}
	return text[:end] + mark + text[tail:]
}
