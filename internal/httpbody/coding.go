package httpbody

import "strings"

// Decodes reports whether bodies in a coding, as [Coding] returns it, are decoded. A body in
// two codings, one around the other, is not: no known upstream reads it, and it multiplies
// what a small body may cost here.
func Decodes(coding string) bool {
	switch coding {
	case "gzip", "br", "zstd":
		return true
	}
	return false
}

// Coding is the coding that the values of Content-Encoding name, in lower case: empty if
// there is none, and a list if there are several.
func Coding(values []string) string {
	var codings []string
	for _, value := range values {
		for name := range strings.SplitSeq(value, ",") {
			switch name = strings.ToLower(strings.Trim(name, " \t")); name {
			case "", "identity":
			case "x-gzip": // RFC 9110, section 8.4.1.3
				codings = append(codings, "gzip")
			default:
				codings = append(codings, name)
			}
		}
	}
	return strings.Join(codings, ", ")
}
