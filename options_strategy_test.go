package discount

import (
	"strings"
	"testing"
)

// A word that is nearly off, or says the same or its opposite, is no directory.
func TestStateIsOffOrADirectory(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		dir     string
		refused bool
	}{
		{dir: "off", refused: false}, {dir: "", refused: false}, {dir: "remembered", refused: false}, {dir: "./of", refused: false}, {dir: "/var/lib/of", refused: false}, {dir: "state", refused: false}, {dir: "offers", refused: false}, {dir: "shop", refused: false},
		{dir: "of", refused: true}, {dir: "Off", refused: true}, {dir: "OFF", refused: true}, {dir: "ofd", refused: true}, {dir: "on", refused: true}, {dir: "none", refused: true}, {dir: "No", refused: true}, {dir: "false", refused: true}, {dir: "0", refused: true}, {dir: "disabled", refused: true},
	} {
		s := StateOptions{Dir: c.dir}
		err := s.expand()
		if (err != nil) != c.refused || err != nil && !strings.Contains(err.Error(), "want off or a directory") {
			t.Errorf("%q: %v", c.dir, err)
		}
	}
}
