package discount

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/proof"
	"github.com/promogate/caddy-discount/reload"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/ruletest"
)

// Which files belong to a strategy.
const (
	strategySuffix = ".toml"
	testSuffix     = ".test.toml"
	bodySuffix     = ".json" // of orders that tests name
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

// bodiesOf are the orders beside the tests that these name.
func bodiesOf(files []reload.File) []string {
	var tests []strategy.Source
	for _, f := range files {
		if strings.HasSuffix(f.Name, testSuffix) && bytes.Contains(f.Data, []byte("body")) {
			tests = append(tests, strategy.Source{Name: f.Name, Data: f.Data})
		}
	}
	if len(tests) == 0 {
		return nil
	}
	return ruletest.Bodies(tests...)
}

// filesNamed are the files beside a strategy that its files name: the orders of its tests,
// and the spreadsheets of its catalogue.
func filesNamed(files []reload.File) []string {
	var sources []strategy.Source
	for _, f := range files {
		if !strings.HasSuffix(f.Name, testSuffix) && !isBody(f.Name) {
			sources = append(sources, strategy.Source{Name: f.Name, Data: f.Data})
		}
	}
	return append(bodiesOf(files), strategy.Spreadsheets(sources...)...)
}

// strategyFiles are the options by which the files of a strategy are found.
func strategyFiles() reload.Options {
	return reload.Options{Member: isMember, Beside: testBeside, Named: filesNamed, Plain: strategy.IsSpreadsheet}
}

// load makes an edition of a content and proves that it may replace the one in
// service. Its error shows no text that is not the strategy's own.
func (l *live) load(c reload.Content, inService *reload.Edition[*edition]) (reload.Candidate[*edition], error) {
	candidate, err := l.prove(c, inService)
	return candidate, withhold(c, err)
}

func (l *live) prove(c reload.Content, inService *reload.Edition[*edition]) (reload.Candidate[*edition], error) {
	sources, tests := split(c)
	if len(sources) == 0 {
		return reload.Candidate[*edition]{}, fmt.Errorf("%s: there is no *%s file in the directory", c.Path, strategySuffix)
	}
	m, e, err := l.build(sources)
	if err != nil {
		return reload.Candidate[*edition]{}, err
	}
	candidate := reload.Candidate[*edition]{Value: e, Fingerprint: e.fingerprint, Texts: e.texts, Version: e.Version(), Due: m.ActivateAt()}
	if c.Proved {
		return candidate, nil
	}
	err = l.test(tests, e.Strategy, inService == nil)
	if err == nil && inService != nil && e.fingerprint != inService.Value.fingerprint {
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
		if e, err = newEdition(strategy.Compile(m), l.yields.pause); err == nil {
			e.beside = besideAmong(sources)
		}
	})
	return m, e, err
}

// split tells the tests of a strategy, with the bodies that they name, from the
// strategy, with the spreadsheets that it names. A file that was named as the strategy is
// one whatever its name.
func split(c reload.Content) (sources, tests []strategy.Source) {
	for i, f := range c.Files {
		source := strategy.Source{Name: filepath.Join(c.Dir, f.Name), Data: f.Data}
		named := i == 0 && source.Name == c.Path
		if (strings.HasSuffix(f.Name, testSuffix) || isBody(f.Name)) && !named {
			tests = append(tests, source)
			continue
		}
		source.Beside = strategy.IsSpreadsheet(f.Name) && !named
		sources = append(sources, source)
	}
	return sources, tests
}

// besideAmong are the files among those of a strategy that it names.
func besideAmong(sources []strategy.Source) []strategy.Source {
	return slices.DeleteFunc(slices.Clone(sources), func(s strategy.Source) bool { return !s.Beside })
}

// compare replays the last carts with both strategies, as of now or of the
// instant at which the candidate is to replace the other.
func (l *live) compare(before, after *strategy.Strategy, due time.Time) (note string, err error) {
	at := time.Now()
	if due.After(at) {
		at = due
	}
	rails := l.shared().guard.rails()
	carts, clients := l.sample.Carts()
	figures := proof.Replay(before, after, carts, at, rails.Evaluation, time.Now)
	figures.Clients = clients
	judgement, err := rails.Judge(figures)
	if err != nil {
		return "", &reload.Unproved{Against: rails.String(), Err: err}
	}
	if why := judgement.Abstained; len(why) > 0 {
		l.key.logger().Warn("guard rails did not judge an edit", zap.String("version", after.Version()), zap.Strings("why", why))
	}
	return strings.Join(slices.Concat([]string{figures.String()}, judgement.Abstained, judgement.Partly), "; "), nil
}

// isBody reports whether a file is an order that a test names.
func isBody(name string) bool { return strings.HasSuffix(name, bodySuffix) }

// testSuite reads the tests among some files, and the bodies that they name with them.
func testSuite(files []strategy.Source, orders ruletest.Orders) (*ruletest.Suite, error) {
	var tests []strategy.Source
	for _, f := range files {
		if isBody(f.Name) {
			orders.Files = append(orders.Files, f)
		} else {
			tests = append(tests, f)
		}
	}
	suite, err := ruletest.Parse(tests...)
	if err != nil {
		return nil, err
	}
	return suite.With(orders)
}

// test runs the tests of rules beside the strategy. Those with a body are run with how
// the handlers read carts. At the start not all of these are known yet.
func (l *live) test(tests []strategy.Source, s *strategy.Strategy, starting bool) error {
	if len(tests) == 0 {
		return nil
	}
	suite, err := testSuite(tests, ruletest.Orders{Readings: l.handlers.readings(), Lenient: starting})
	if err != nil {
		return err
	}
	report := suite.Run(s, l.key.env)
	logUnread(l.key, report.Unread)
	return report.Err()
}
