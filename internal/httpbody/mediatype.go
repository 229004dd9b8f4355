package httpbody

import (
	"errors"
	"fmt"
	"mime"
	"slices"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// namesJSON reports whether a Content-Type is of JSON.
func namesJSON(contentType string) bool {
	media := mediaType(contentType)
	return media == "application/json" || strings.HasSuffix(media, "+json")
}

// mediaType is a Content-Type in lower case without its parameters, even if those
// cannot be read.
func mediaType(contentType string) string {
	media, _, err := mime.ParseMediaType(contentType)
	if err != nil && !errors.Is(err, mime.ErrInvalidMediaParameter) {
		media, _, _ = strings.Cut(contentType, ";")
		media = strings.ToLower(strings.TrimSpace(media))
	}
	return media
}

// inUTF8 reports whether a Content-Type says that its text is UTF-8, or says nothing,
// which for JSON is the same (RFC 8259, section 8.1).
func inUTF8(contentType string) bool {
	_, params, err := mime.ParseMediaType(contentType)
	if err != nil {
		return false
	}
	charset, given := params["charset"]
	return !given || strings.EqualFold(charset, "utf-8") || strings.EqualFold(charset, "utf8")
}

// mostJSONTypes bounds how many types are read as JSON beside those that say so.
const mostJSONTypes = 16

// CheckJSONTypes checks the media types whose bodies are to be read as JSON, beside those that
// say so. It refuses types whose bodies cannot be JSON, repeated ones, and too many of
// them.
func CheckJSONTypes(types []string) error {
	if len(types) > mostJSONTypes {
		return fmt.Errorf("%d are given, at most %d can be", len(types), mostJSONTypes)
	}
	for i, media := range types {
		if err := checkJSONType(media); err != nil {
			return err
		}
		if slices.ContainsFunc(types[:i], func(other string) bool { return strings.EqualFold(other, media) }) {
			return fmt.Errorf("%s is given twice", media)
		}
	}
	return nil
}

func checkJSONType(media string) error {
	if name, _, has := strings.Cut(media, ";"); has {
		return fmt.Errorf("%q has parameters, want the type alone: %s", media, strings.TrimSpace(name))
	}
	kind, sub, _ := strings.Cut(media, "/")
	// Both are tokens, as names of headers are.
	if !httpguts.ValidHeaderFieldName(kind) || !httpguts.ValidHeaderFieldName(sub) {
		return fmt.Errorf("%q is no media type such as text/plain", media)
	}
	if strings.Contains(media, "*") {
		return fmt.Errorf("%q stands for many types, want each by its name", media)
	}
	if what := otherFormat(strings.ToLower(media)); what != "" {
		return fmt.Errorf("%s cannot be read as JSON: it is the type of %s", media, what)
	}
	return nil
}

// otherFormat is what bodies of a media type in lower case are, if they cannot be JSON.
func otherFormat(media string) string {
	kind, _, _ := strings.Cut(media, "/")
	switch {
	case media == "application/x-www-form-urlencoded":
		return "forms"
	case kind == "multipart":
		return "messages of several parts, such as forms with files"
	case isGRPC(media):
		return "gRPC"
	case kind == "image", kind == "audio", kind == "video", kind == "font":
		return "media files"
	}
	return ""
}

// isGRPC reports whether a Content-Type is of a call of gRPC.
func isGRPC(contentType string) bool { return strings.HasPrefix(contentType, "application/grpc") }
