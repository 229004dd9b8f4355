package discount

import (
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/promogate/caddy-discount/proof"
	"github.com/promogate/caddy-discount/reload"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/ruletest"
)

// Which files belong to a strategy.
const (
	strategySuffix = ".toml"
	testSuffix     = ".test.toml"
)

// isMember reports whether a file in the directory of a strategy is a part of
// it or a test of it, and not what an editor leaves there.
func isMember(name string) bool {
	return strings.HasSuffix(name, strategySuffix) && !strings.HasPrefix(name, ".") && !strings.HasPrefix(name, "#")
}

// testBeside is the file of tests that belongs to a strategy in one file.
func testBeside(name string) []string {
	return []string{strings.TrimSuffix(name, strategySuffix) + testSuffix}
}

// load makes an edition of a content and proves that it may replace the one in
// service.
func (l *live) load(c reload.Content, inService *reload.Edition[*edition]) (reload.Candidate[*edition], error) {
	sources, tests := split(c)
	if len(sources) == 0 {
		return reload.Candidate[*edition]{}, fmt.Errorf("%s: there is no *%s file in the directory", c.Path, strategySuffix)
	}
	m, e, err := l.build(sources)
	if err != nil {
		return reload.Candidate[*edition]{}, err
	}
	candidate := reload.Candidate[*edition]{Value: e, Fingerprint: e.fingerprint, Version: e.Version(), Due: m.ActivateAt()}
	if c.Proved {
		return candidate, nil
	}
	err = l.test(tests, e.Strategy)
	if err == nil && inService != nil {
		candidate.Note, err = l.compare(inService.Value.Strategy, e.Strategy, m.ActivateAt())
	}
	return candidate, err
}

// build makes an edition, giving way to orders.
func (l *live) build(sources []strategy.Source) (m *strategy.Model, e *edition, err error) {
	l.yields.during(func() {
		m, err = strategy.Parser{Env: l.key.env, Pause: l.yields.pause}.Parse(sources...)
		if err != nil {
			return
		}
		logCautions(l.key, m)
		e, err = newEdition(strategy.Compile(m), l.yields.pause)
	})
	return m, e, err
}

// split tells the tests of a strategy from the strategy. A file that was named
// as the strategy is one whatever its name.
func split(c reload.Content) (sources, tests []strategy.Source) {
	for i, f := range c.Files {
		source := strategy.Source{Name: filepath.Join(c.Dir, f.Name), Data: f.Data}
		named := i == 0 && source.Name == c.Path
		if strings.HasSuffix(f.Name, testSuffix) && !named {
			tests = append(tests, source)
		} else {
			sources = append(sources, source)
		}
	}
	return sources, tests
}

// compare replays the last carts with both strategies, as of now or of the
// instant at which the candidate is to replace the other.
func (l *live) compare(before, after *strategy.Strategy, due time.Time) (note string, err error) {
	at := time.Now()
	if due.After(at) {
		at = due
	}
	figures := proof.Replay(before, after, l.sample.Carts(), at, l.key.rails.Evaluation, time.Now)
	abstained, err := l.key.rails.Judge(figures)
	if err != nil {
		return "", &reload.Unproved{Against: l.key.rails.String(), Err: err}
	}
	note = figures.String()
	if abstained != "" {
		note += "; " + abstained
	}
	return note, nil
}

// test runs the tests of rules beside the strategy.
func (l *live) test(tests []strategy.Source, s *strategy.Strategy) error {
	if len(tests) == 0 {
		return nil
	}
	suite, err := ruletest.Parse(tests...)
	if err != nil {
		return err
	}
	return suite.Run(s, l.key.env).Err()
}
