// Package brief shortens texts for messages and writes numbers with their nouns.
package brief

import "unicode/utf8"

// mark stands for what is left out.
const mark = "…"

// Text is a text of at most so many bytes. A longer text is cut to its beginning and its end, with
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
