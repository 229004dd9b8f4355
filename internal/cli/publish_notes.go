package cli

import (
	"encoding/hex"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/promogate/caddy-discount/internal/publish"
	"github.com/promogate/caddy-discount/internal/strategyfile"
	"github.com/promogate/caddy-discount/strategy"
)

// noteChange notes what goes with what is in the place now, and reports whether that
// has the same meaning.
func (p *published) noteChange(to publish.Target, tests []strategy.Source) (same bool) {
	sources, before, err := strategyfile.Read(to.Path())
	if err != nil {
		return false // nothing is there
	}
	if gone := missingFrom(tests, before); len(gone) > 0 {
		p.Notes = append(p.Notes, "tests that "+p.Source+" no longer has: "+strings.Join(gone, ", "))
	}
	return p.SHA256 == p.fingerprintOf(sources)
}

// noteDirectory notes that a file is put into a directory by its own name that is
// one strategy as it stands: it was checked by itself then.
func (p *published) noteDirectory(to publish.Target) {
	if !publish.IsOneFile(to) {
		return
	}
	dir := filepath.Dir(to.Path())
	sources, _, err := publish.Members(dir)
	if err != nil || len(sources)-len(strategyfile.Companions(sources)) < 2 || p.fingerprintOf(sources) == "" {
		return
	}
	p.Notes = append(p.Notes, fmt.Sprintf("%s was checked by itself: where a gateway watches the directory as one strategy, publish to %s, which checks all of it",
		filepath.Base(to.Path()), dir))
}

// fingerprintOf is that of a strategy; "" of one that is not valid.
func (p *published) fingerprintOf(sources []strategy.Source) string {
	s, err := strategy.Load(p.Env, sources...)
	if err != nil {
		return ""
	}
	sum := s.Fingerprint()
	return hex.EncodeToString(sum[:])
}

// missingFrom are the names of files that were there and do not come again.
func missingFrom(come, before []strategy.Source) []string {
	var gone []string
	for _, old := range before {
		base := filepath.Base(old.Name)
		if !slices.ContainsFunc(come, func(s strategy.Source) bool { return filepath.Base(s.Name) == base }) {
			gone = append(gone, base)
		}
	}
	return gone
}
