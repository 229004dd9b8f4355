package reload_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/promogate/caddy-discount/reload"
)

// Fault 8: the content changes behind the name that is watched.
func TestFault08HardLinkWrittenFromAnotherDirectory(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		o    reload.Options
		kind reload.Kind
	}{
		{"found by the poll", reload.Options{Poll: 50 * time.Millisecond}.WithoutCloses(), reload.KindPoll},
		{"heard at the file itself", reload.Options{Poll: time.Hour}, reload.KindInPlace},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if tt.kind == reload.KindInPlace && !linux {
				t.Skip("closes are told by Linux only")
			}
			h := open(t, file(t, "old"), tt.o)
			link := filepath.Join(t.TempDir(), "link")
			do(t, os.Link(h.path, link))
			write(t, link, "new")
			if e := h.becomes("new"); e.Kind != tt.kind {
				t.Errorf("kind = %v, want %v", e.Kind, tt.kind)
			}
		})
	}
}
