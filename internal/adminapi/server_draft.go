package adminapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"mime"
	"net/http"
	"slices"

	"github.com/promogate/caddy-discount/strategy"
)

// draftFiles are the files that were sent with a strategy, by the names that the strategy uses
// for them.
type draftFiles map[string]string

// draft is a strategy that was sent in a request.
type draft struct {
	strategy []byte
	files    draftFiles
}

// maxFileName is the longest name of a file on the file systems in use, in bytes. Every problem
// in a file quotes its name.
const maxFileName = 255

// newDraft returns a draft. It refuses file names that no file system allows.
func newDraft(text []byte, files draftFiles) (draft, error) {
	for name := range files {
		if len(name) > maxFileName {
			return draft{}, apiError(http.StatusBadRequest, fmt.Errorf("files: the name %.40q… has %d bytes, want at most %d", name, len(name), maxFileName))
		}
	}
	return draft{strategy: text, files: files}, nil
}

// sources are the files of the draft. A file that the strategy names is one that was sent with
// it or one that the strategy in service names. No file is opened.
func (d draft) sources(inService []strategy.Source) []strategy.Source {
	sources := []strategy.Source{{Name: sentName, Data: d.strategy}}
	for _, name := range slices.Sorted(maps.Keys(d.files)) {
		sources = append(sources, strategy.Source{Name: name, Data: []byte(d.files[name]), Companion: true})
	}
	return append(sources, inService...)
}

// readDraft reads a strategy as TOML, or a JSON object with the strategy and the files that it
// names.
func readDraft(r *http.Request) (draft, error) {
	text, err := readBody(r.Body)
	if err != nil {
		return draft{}, err
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // no valid type means TOML
	if kind != "application/json" {
		return draft{strategy: text}, nil
	}
	var sent struct {
		Strategy *string    `json:"strategy"`
		Files    draftFiles `json:"files"`
	}
	from := json.NewDecoder(bytes.NewReader(text))
	from.DisallowUnknownFields()
	if err := from.Decode(&sent); err != nil || sent.Strategy == nil {
		return draft{}, apiError(http.StatusBadRequest,
			errors.New(`the body is not a draft, want one object such as {"strategy": "…", "files": {"catalogue.csv": "…"}}`))
	}
	return newDraft([]byte(*sent.Strategy), sent.Files)
}
