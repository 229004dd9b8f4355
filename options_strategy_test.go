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
		{"off", false}, {"", false}, {"remembered", false}, {"./of", false}, {"/var/lib/of", false}, {"state", false}, {"offers", false}, {"shop", false},
		{"of", true}, {"Off", true}, {"OFF", true}, {"ofd", true}, {"on", true}, {"none", true}, {"No", true}, {"false", true}, {"0", true}, {"disabled", true},
	} {
		s := StateOptions{Dir: c.dir}
		err := s.expand()
		if (err != nil) != c.refused || err != nil && !strings.Contains(err.Error(), "want off or a directory") {
			t.Errorf("%q: %v", c.dir, err)
		}
	}
}
