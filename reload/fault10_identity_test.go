package reload_test

import (
	"testing"

	"github.com/promogate/caddy-discount/reload"
)

// Fault 10: what tells one state of a file from another is not to be trusted.
func TestFault10SaveWithoutNewMeaningSwapsNothing(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, script string
		kind         reload.EventKind // none if only a read is to be expected
	}{
		{"touch", `touch "$F"`, 0},
		{"touch into the past", `touch -d 2001-01-01 "$F"`, 0},
		{"chmod", `chmod 600 "$F"`, 0},
		{"the same content", `cp "$F" x; cat x > "$F"`, 0},
		{"the same content renamed in", `cp "$F" x; mv x "$F"`, 0},
		{"only a comment", `echo "# comment" >> "$F"`, reload.EventUnchanged},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			need(t)
			h := open(t, file(t, "rule\n"), reload.Options{})
			e := h.Live()
			sh(t, tt.script, h.path, "")
			h.awaitRead()
			if tt.kind != 0 {
				h.await(tt.kind)
			}
			h.stillOn(e)
		})
	}
}
