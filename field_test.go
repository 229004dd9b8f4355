package discount

import (
	"testing"

	"github.com/dunglas/httpsfv"
	"pgregory.net/rapid"
)

// The short way writes what the library would.
func TestRuleIsWrittenAsTheLibraryWould(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.OneOf(rapid.StringMatching(`[ -~]{0,20}`), rapid.String()).Draw(t, "id")
		want, wantErr := httpsfv.Marshal(httpsfv.NewItem(fieldText(id)))
		got, err := fieldItem(id)
		if got != want || (err == nil) != (wantErr == nil) {
			t.Fatalf("item = %s, %v, want %s, %v", got, err, want, wantErr)
		}
	})
}
