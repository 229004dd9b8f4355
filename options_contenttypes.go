package discount

import (
	"fmt"
	"slices"
	"strings"

	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"golang.org/x/net/http/httpguts"

	"github.com/promogate/caddy-discount/internal/directive"
)

// mostContentTypes bounds what a Content-Type is compared with.
const mostContentTypes = 16

// checkContentTypes wants media types whose bodies can be JSON, each once.
func checkContentTypes(types []string) error {
	if len(types) > mostContentTypes {
		return fmt.Errorf("content_types: %d are given, at most %d can be", len(types), mostContentTypes)
	}
	for i, media := range types {
		if err := checkContentType(media); err != nil {
			return fmt.Errorf("content_types: %w", err)
		}
		if slices.ContainsFunc(types[:i], func(other string) bool { return strings.EqualFold(other, media) }) {
			return fmt.Errorf("content_types: %s is given twice", media)
		}
	}
	return nil
}

// lowered are texts in lower case.
func lowered(texts []string) []string {
	low := make([]string, len(texts))
	for i, text := range texts {
		low[i] = strings.ToLower(text)
	}
	return low
}

func checkContentType(media string) error {
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
	case strings.HasPrefix(media, typeGRPC):
		return "gRPC"
	case kind == "image", kind == "audio", kind == "video", kind == "font":
		return "media files"
	}
	return ""
}

// contentTypes reads at least one media type.
func contentTypes(d *caddyfile.Dispenser, into *[]string) error {
	*into = d.RemainingArgs()
	if len(*into) == 0 {
		return d.Err("content_types takes media types, such as: content_types text/plain")
	}
	return directive.AtLine(d, checkContentTypes(*into))
}
