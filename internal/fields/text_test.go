package fields

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dunglas/httpsfv"
)

// A long reason is cut after a whole character: a Display String of half a character is none
// (RFC 9651, section 4.2.10).
func TestALongReasonIsCutAfterACharacter(t *testing.T) {
	for _, before := range []string{"", "a", "ab"} {
		reason := before + strings.Repeat("咖", maxReason)
		item, err := httpsfv.UnmarshalItem([]string{Reason(reason)})
		if err != nil {
			t.Errorf("after %q: %v", before, err)
			continue
		}
		text, is := item.Value.(httpsfv.DisplayString)
		if !is || !utf8.ValidString(string(text)) || !strings.HasPrefix(reason, string(text)) || len(text) < maxReason-utf8.UTFMax {
			t.Errorf("after %q: the reason is %q", before, item.Value)
		}
	}
}
