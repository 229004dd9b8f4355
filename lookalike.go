package discount

import (
	"bytes"
	"mime"
	"strings"
)

// looksLikeObject reports whether a body that is no JSON to us may be read as a JSON
// object by somebody more lenient: in another Unicode encoding, behind comments or
// what keeps it from being included as a script, with names that have no quotes.
func looksLikeObject(contentType string, body []byte) bool {
	rest, opens := bytes.CutPrefix(skimmed(body), []byte("{"))
	if !opens {
		return false
	}
	if anyText(contentType) {
		return true
	}
	rest = skimmed(rest)
	return len(rest) > 0 && (rest[0] == '"' || rest[0] == '}')
}

// opensJSON reports whether a text begins as a JSON object or array does, behind what
// lenient readers pass over.
func opensJSON(text []byte) bool {
	text = skimmed(text)
	return len(text) > 0 && (text[0] == '{' || text[0] == '[')
}

// anyText reports whether a body of this type may be any text. A message of another
// kind, such as a form or Protocol Buffers, may begin with a brace by chance.
func anyText(contentType string) bool {
	media, _, err := mime.ParseMediaType(contentType)
	return err != nil || strings.HasPrefix(media, "text/") || strings.Contains(media, "json") ||
		strings.Contains(media, "script") || media == "application/octet-stream"
}

// skimmed is a text without what lenient readers pass over in front of a value:
// white space of every kind, NULs of wide encodings, marks of byte order, comments,
// prefixes that end a script.
func skimmed(text []byte) []byte {
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
