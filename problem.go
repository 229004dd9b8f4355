package discount

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// problem is a problem document (RFC 9457).
type problem struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
	// Pointer is the place as a JSON Pointer into the body, or a header's name.
	Pointer string `json:"pointer,omitempty"`
}

// answer sends the problem in place of what was asked for.
func (p *problem) answer(w http.ResponseWriter, r *http.Request) error {
	if r.Header.Get("Expect") != "" {
		// The body was not asked for and will not be. Without this the server
		// would wait for it first, since Caddy's access log hides what it is.
		w.Header().Set("Connection", "close")
	}
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return answerJSON(w, p.Status, "application/problem+json", text)
}

func answerJSON(w http.ResponseWriter, status int, contentType string, text []byte) error {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(text)+1))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, err := w.Write(append(text, '\n'))
	return err
}
