package httpbody

import (
	"bytes"
	"mime"
	"strings"
)

// LooksLikeObject reports whether a more lenient reader may take a body that is not JSON
// here for a JSON object: in another Unicode encoding, behind comments or behind a prefix
// that keeps it from being included as a script, with names that have no quotes.
func LooksLikeObject(contentType string, body []byte) bool {
	tail, opens := bytes.CutPrefix(skipPrefixes(body), []byte("{"))
	if !opens {
		return false
	}
	if anyText(contentType) {
		return true
	}
	tail = skipPrefixes(tail)
	return len(tail) > 0 && (tail[0] == '"' || tail[0] == '}')
}

// OpensJSON reports whether a text begins as a JSON object or array does, behind what
// lenient readers skip.
func OpensJSON(text []byte) bool {
	text = skipPrefixes(text)
	return len(text) > 0 && (text[0] == '{' || text[0] == '[')
}

// anyText reports whether a body of this type may be any text. A message of another
// kind, such as a form or Protocol Buffers, may begin with a brace by chance.
func anyText(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	return err != nil || strings.HasPrefix(media, "text/") || strings.Contains(media, "json") ||
		strings.Contains(media, "script") || media == "application/octet-stream"
}

// skipPrefixes is a text without what lenient readers skip in front of a value: white
// space of every kind, NULs of wide encodings, byte order marks, comments, prefixes that
// end a script.
func skipPrefixes(text []byte) []byte {
	for {
		text = bytes.TrimLeftFunc(text, func(c rune) bool { return c <= ' ' || c >= 0x7f })
		switch {
		case bytes.HasPrefix(text, []byte("/*")):
			_, after, ends := bytes.Cut(text[2:], []byte("*/"))
			if !ends {
				return nil
			}
			text = after
		case bytes.HasPrefix(text, []byte("//")), bytes.HasPrefix(text, []byte("#")),
			bytes.HasPrefix(text, []byte(")]}'")), bytes.HasPrefix(text, []byte("&&&START&&&")):
			end := bytes.IndexAny(text, "\r\n{")
			if end < 0 {
				return nil
			}
			text = text[end:]
		case bytes.HasPrefix(text, []byte("for(;;);")), bytes.HasPrefix(text, []byte("while(1);")):
			text = text[bytes.IndexByte(text, ')')+2:]
		default:
			return text
		}
	}
}
