package cart

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// step is one segment of a path.
type step struct {
	kind     stepKind
	name     string // of a member; as it is written for the others
	position int
	embedded bool // the value there is a text, and the path goes on in the JSON of it
}

// stepKind says what of a value a step goes to.
type stepKind uint8

const (
	stepMember   stepKind = iota // the member of an object
	stepPosition                 // the element of a list
	stepEach                     // every value of an object, or every element of a list
)

const (
	eachStep       = "*"
	embeddedSuffix = "!json"
	commaMark      = "," // behind paths: cut texts at commas
)

// maxSteps bounds a path, so that the lines and their fields fit into a document of [maxDepth].
const maxSteps = 16

// split takes a path apart.
func split(path string) ([]step, error) {
	switch {
	case path == "":
		return nil, errors.New("the path is empty")
	case !utf8.ValidString(path):
		return nil, fmt.Errorf("path %s is not valid UTF-8", quote(path))
	}
	segments := strings.Split(path, ".")
	if len(segments) > maxSteps {
		return nil, fmt.Errorf("path %s has %d segments, at most %d can be followed", quote(path), len(segments), maxSteps)
	}
	steps, embedded := make([]step, len(segments)), 0
	for i, segment := range segments {
		s, err := splitStep(segment)
		if err != nil {
			return nil, fmt.Errorf("path %s %w", quote(path), err)
		}
		if s.embedded {
			embedded++
		}
		steps[i] = s
	}
	if embedded > 1 {
		return nil, fmt.Errorf("path %s has %d %s, at most one can be followed", quote(path), embedded, embeddedSuffix)
	}
	return steps, nil
}

// splitStep reads one segment.
func splitStep(segment string) (step, error) {
	name, embedded := strings.CutSuffix(segment, embeddedSuffix)
	s := step{name: name, embedded: embedded}
	switch {
	case strings.Contains(name, embeddedSuffix):
		return s, fmt.Errorf("has %s inside segment %s, want it once, at the end of a name", embeddedSuffix, quote(segment))
	case name == "" && embedded:
		return s, fmt.Errorf("has %s without a name before it", embeddedSuffix)
	case name == "":
		return s, errors.New("has an empty segment")
	case name == eachStep:
		s.kind = stepEach
	case strings.Contains(name, eachStep):
		return s, fmt.Errorf("has * beside other characters in segment %s, want it alone", quote(segment))
	case strings.IndexByte(name, 0) >= 0:
		return s, fmt.Errorf("has a NUL in segment %s", quote(segment))
	case onlyDigits(name):
		position, err := strconv.Atoi(name)
		if err != nil || name != strconv.Itoa(position) || position > maxPosition {
			return s, fmt.Errorf("has the position %s, want a number from 0 to %d", quote(name), maxPosition)
		}
		s.kind, s.position = stepPosition, position
	}
	return s, nil
}

// maxPosition bounds a position in a path.
const maxPosition = 9999

func onlyDigits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return text != ""
}

// written is a path as it is written.
func written(steps []step) string {
	segments := make([]string, len(steps))
	for i, s := range steps {
		segments[i] = s.name
		if s.embedded {
			segments[i] += embeddedSuffix
		}
	}
	return strings.Join(segments, ".")
}
