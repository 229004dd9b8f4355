package reload_test

import (
	"testing"

	"github.com/promogate/caddy-discount/reload"
)

// Fault 1: a rename, which is complete by construction, from wherever. Across
// file systems mv cannot rename: it removes the file and copies.
func TestFault01Rename(t *testing.T) {
	t.Parallel()
	onceAndWhole(t, []way{
		{name: "in the same directory", script: `cp "$N" x; mv x "$F"`, kind: reload.KindRename},
		{name: "from another directory", script: `mv "$N" "$F"`, kind: reload.KindRename},
		{
			name: "out of memory onto the disk", from: inMemory, home: outsideTmp,
			script: `[ $(stat -c %d "$N") != $(stat -c %d .) ]; mv "$N" "$F"`, needs: []string{"stat"},
			kind: reload.KindInPlace,
		},
		{
			name: "from the disk into memory", from: outsideTmp, home: inMemory,
			script: `[ $(stat -c %d "$N") != $(stat -c %d .) ]; mv "$N" "$F"`, needs: []string{"stat"},
			kind: reload.KindInPlace,
		},
		{name: "after a removal", script: `rm "$F"; mv "$N" "$F"`, kind: reload.KindRename},
		{name: "ln over", script: `ln -f "$N" "$F"`, kind: reload.KindRename},
	})
}
