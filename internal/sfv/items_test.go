package sfv

import (
	"testing"

	"github.com/dunglas/httpsfv"
	"pgregory.net/rapid"
)

// The short way writes what the library would.
func TestItemIsWrittenAsTheLibraryWould(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		id := rapid.OneOf(rapid.StringMatching(`[ -~]{0,20}`), rapid.String()).Draw(t, "id")
		want, wantErr := httpsfv.Marshal(httpsfv.NewItem(Bare(id)))
		got, err := Items([]string{"first", id}, func(int) {})
		if (err == nil) != (wantErr == nil) {
			t.Fatalf("%v, want %v", err, wantErr)
		}
		if err == nil && (got[0] != `"first"` || got[1] != want) {
			t.Fatalf("items %s, want %s", got, want)
		}
	})
}
