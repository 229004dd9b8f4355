package adminapi

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// ifMatch is the condition of a request on what it changes, such as the strategy in service (RFC 9110,
// section 13.1.1).
type ifMatch struct {
	any  bool     // the value is *, which matches whatever is there
	tags []string // opaque tags, without their quotes; weak ones are left out, since they match nothing
}

// condition says what a request has to send in If-Match, in messages.
type condition struct{ tag, any string }

// inService is the condition on the strategy in service.
func inService(id string) condition {
	return condition{"the ETag of " + pathOf(id), "whatever is in service"}
}

// readIfMatch reads the If-Match header fields of a request.
func readIfMatch(fields []string, want condition) (ifMatch, error) {
	if len(fields) == 0 {
		return ifMatch{}, apiError(http.StatusPreconditionRequired,
			fmt.Errorf("the header If-Match is missing: send %s, or * for %s", want.tag, want.any))
	}
	text := strings.Join(fields, ",") // section 5.2
	if strings.Trim(text, httpSpace) == "*" {
		return ifMatch{any: true}, nil
	}
	tags, err := readTags(text)
	if err != nil {
		return ifMatch{}, apiError(http.StatusBadRequest,
			fmt.Errorf("If-Match: %w: want %s in its double quotes, several of them with commas between, or * for %s", err, want.tag, want.any))
	}
	return ifMatch{tags: tags}, nil
}

// names reports whether the condition allows what has the tag.
func (m ifMatch) names(tag string) bool {
	return m.any || slices.Contains(m.tags, tag)
}

// pathOf is the call that shows a strategy.
func pathOf(id string) string { return "GET /discount/strategies/" + id }

// httpSpace is the white space between the elements of a header field.
const httpSpace = " \t"

// readTags reads a list of entity tags (RFC 9110, sections 5.6.1 and 8.8.3) and returns
// the strong ones.
func readTags(text string) (strong []string, err error) {
	found := false
	for {
		text = strings.TrimLeft(text, httpSpace+",") // elements may be empty
		if text == "" {
			break
		}
		opaque, weak := strings.CutPrefix(text, "W/")
		if opaque == "" || opaque[0] != '"' {
			return nil, fmt.Errorf("%.80q has no double quotes", text)
		}
		tag, rest, closed := strings.Cut(opaque[1:], `"`)
		if !closed || strings.ContainsFunc(tag, notInTag) {
			return nil, fmt.Errorf("%.80q is no entity tag", text)
		}
		text = strings.TrimLeft(rest, httpSpace)
		if text != "" && text[0] != ',' {
			return nil, fmt.Errorf("there is no comma before %.80q", text)
		}
		if found = true; !weak {
			strong = append(strong, tag)
		}
	}
	if !found {
		return nil, errors.New("it is empty")
	}
	return strong, nil
}

// notInTag reports whether a character is not allowed in an entity tag.
func notInTag(c rune) bool { return c <= ' ' || c == 0x7f }
