package adminapi

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// maxReason bounds the reason of a change in bytes. Every later answer about the history has it.
const maxReason = 1000

func overlongReason(reason string) error {
	return apiError(http.StatusBadRequest, fmt.Errorf("the reason has %d bytes, at most %d are kept: shorten it", len(reason), maxReason))
}

// readObject reads a body that is one object such as the example. It does not return the decoder's
// errors, since they expose Go types.
func readObject(body io.Reader, into any, example string) error {
	from := json.NewDecoder(body)
	from.DisallowUnknownFields()
	err := from.Decode(into)
	if err == nil {
		if _, more := from.Token(); !errors.Is(more, io.EOF) {
			err = errors.New("there is more after it")
		}
	}
	if long := overlong(err); long != nil {
		return long
	}
	if err != nil {
		return notObject(example)
	}
	return nil
}

func notObject(example string) error {
	return apiError(http.StatusBadRequest, fmt.Errorf("the body has to be one object such as %s, and nothing else", example))
}
