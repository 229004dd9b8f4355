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

// draftFiles are files that were sent along with a strategy, by the names that it has
// for them.
type draftFiles map[string]string

// draft is a strategy that was sent along.
type draft struct {
	strategy []byte
	files    draftFiles
}

// maxFileName is how long the name of a file may be on the file systems in use. A name is
// in every problem that is found in the file.
const maxFileName = 255

// newDraft is a draft with files that could be beside the strategy.
func newDraft(text []byte, files draftFiles) (draft, error) {
	for name := range files {
		if len(name) > maxFileName {
			return draft{}, apiError(http.StatusBadRequest, fmt.Errorf("files: the name %.40q… has %d bytes, want at most %d", name, len(name), maxFileName))
		}
	}
	return draft{strategy: text, files: files}, nil
}

// sources are the files of the draft. What it names is what came with it, or what the
// strategy in service names: nothing is opened for it.
func (d draft) sources(inService []strategy.Source) []strategy.Source {
	sources := []strategy.Source{{Name: sentName, Data: d.strategy}}
	for _, name := range slices.Sorted(maps.Keys(d.files)) {
		sources = append(sources, strategy.Source{Name: name, Data: []byte(d.files[name]), Companion: true})
	}
	return append(sources, inService...)
}

// readDraft reads a strategy: TOML, or as JSON an object with it and the files that it
// names.
func readDraft(r *http.Request) (draft, error) {
	text, err := readBody(r.Body)
	if err != nil {
		return draft{}, err
	}
	kind, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type")) // what is none is TOML
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
