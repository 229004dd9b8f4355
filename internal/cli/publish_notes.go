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

// noteChange notes the tests of the target that the new files do not have. It reports whether the
// target already has a strategy of the same meaning.
func (p *published) noteChange(to publish.Target, tests []strategy.Source) (same bool) {
	sources, before, err := strategyfile.Read(to.Path())
	if err != nil {
		return false // the target has no strategy
	}
	if gone := missingFrom(tests, before); len(gone) > 0 {
		p.Notes = append(p.Notes, "tests that "+p.Source+" no longer has: "+strings.Join(gone, ", "))
	}
	return p.SHA256 == p.fingerprintOf(sources)
}

// noteDirectory notes that the target is one file of a directory whose files are a valid strategy
// together. The file was then checked by itself, and not with the others.
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

// fingerprintOf returns the fingerprint of a strategy; "" if the strategy is not valid.
func (p *published) fingerprintOf(sources []strategy.Source) string {
	s, err := strategy.Load(p.Env, sources...)
	if err != nil {
		return ""
	}
	sum := s.Fingerprint()
	return hex.EncodeToString(sum[:])
}

// missingFrom returns the names of the files in before that come does not have.
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
