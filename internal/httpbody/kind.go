package httpbody

import (
	"net/http"
	"slices"
)

// Kind is what the body of a request is, by its method and its type.
type Kind uint8

const (
	KindOther     Kind = iota
	KindIgnored        // its method gives it no meaning
	KindNone           // there is no body
	KindEmpty          // there is none, and the type says that there is JSON
	KindUntyped        // it has no type
	KindJSON           // its type says that it is JSON
	KindListed         // it is of a type that is read as JSON, too
	KindAmbiguous      // it is JSON to some readers and another text to others
	KindGRPC           // it is a call of gRPC
)

// KindOf returns the kind of the body of a request. listed are the media types that are read as JSON
// beside those that say so, in lower case. It reads nothing of the body.
func KindOf(r *http.Request, listed []string) Kind {
	contentType := r.Header.Get("Content-Type")
	if isGRPC(contentType) {
		return KindGRPC
	}
	types := r.Header["Content-Type"]
	if r.Body == nil || r.Body == http.NoBody || r.ContentLength == 0 {
		if len(types) > 0 && Carries(r.Method) && slices.ContainsFunc(types, namesJSON) {
			return KindEmpty
		}
		return KindNone
	}
	switch {
	case !Carries(r.Method):
		return KindIgnored
	case len(types) == 1 && contentType == "application/json":
		return KindJSON // the usual case needs no parser
	case contentType == "" && len(types) < 2:
		return KindUntyped
	case slices.ContainsFunc(types, namesJSON):
		return oneText(types, KindJSON)
	case len(listed) > 0 && slices.ContainsFunc(types, func(t string) bool { return slices.Contains(listed, mediaType(t)) }):
		return oneText(types, KindListed)
	}
	return KindOther
}

// oneText is the kind of a body of which one type says that it is JSON: as, or KindAmbiguous if
// there are several types or another charset than UTF-8.
func oneText(types []string, as Kind) Kind {
	if len(types) > 1 || !inUTF8(types[0]) {
		return KindAmbiguous
	}
	return as
}

// methods are those of requests whose body means something (RFC 9110, section 9.3).
var methods = []string{http.MethodPost, http.MethodPut, http.MethodPatch}

// Methods lists the methods of requests whose body means something.
func Methods() []string { return slices.Clone(methods) }

// Carries reports whether requests of a method hold a body that means something.
func Carries(method string) bool { return slices.Contains(methods, method) }
