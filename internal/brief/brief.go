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
	tail := len(text) - room/3
	for tail < len(text) && !utf8.RuneStart(text[tail]) {
		tail++
	}
	return Beginning(text, room-room/3) + mark + text[tail:]
}

// Beginning is the beginning of a text, of at most so many bytes. No character is cut.
func Beginning(text string, most int) string {
	if len(text) <= most {
		return text
	}
	for most > 0 && !utf8.RuneStart(text[most]) {
		most--
	}
	return text[:most]
}
