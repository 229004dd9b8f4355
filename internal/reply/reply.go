// Package reply sends what the gateway answers itself: JSON, and problem documents (RFC 9457).
package reply

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// ProblemDetails are a problem document (RFC 9457).
type ProblemDetails struct {
	Title  string `json:"title"`
	Status int    `json:"status"`
	Detail string `json:"detail,omitempty"`
	// Pointer is a JSON Pointer into the body, or the name of a header.
	Pointer string `json:"pointer,omitempty"`

	// What the order costs and what the customer was shown, in minor units, where that is the problem.
	Payable         *int64 `json:"payable,omitempty"`
	ExpectedPayable *int64 `json:"expected_payable,omitempty"`
	Currency        string `json:"currency,omitempty"`
}

// Send sends the problem as the response. The error is that of writing it.
func (p *ProblemDetails) Send(w http.ResponseWriter, r *http.Request) error {
	if r.Header.Get("Expect") != "" {
		// The client has not sent the body. Without this header the server would wait for the body
		// before it answers: Caddy's access log wraps the body, so that the server does not
		// recognize its own.
		w.Header().Set("Connection", "close")
	}
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return send(w, p.Status, "application/problem+json", text)
}

// JSON sends a text of JSON as the response, with status 200. The error is that of writing it.
func JSON(w http.ResponseWriter, text []byte) error {
	return send(w, http.StatusOK, "application/json", text)
}

func send(w http.ResponseWriter, status int, contentType string, text []byte) error {
	h := w.Header()
	h.Set("Content-Type", contentType)
	h.Set("Content-Length", strconv.Itoa(len(text)+1))
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, err := w.Write(append(text, '\n'))
	return err
}
