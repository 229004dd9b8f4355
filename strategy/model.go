package strategy

import (
	"time"

	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy/document"
)

// Source is one file. Several TOML files are read in order as one document. A companion file is
// not part of the document: the document may name it.
type Source = document.Source

// Model is a strategy that was read and is valid, before it is compiled.
type Model struct {
	version      string
	environments []string
	activateAt   time.Time
	currency     money.Currency
	location     *time.Location
	zone         string // as written; used by the canonical form
	arithmetic   arithmetic
	limits       limits
	zeroCounts   bool // articles at 0.00 count
	spelling     spelling
	unknown      unknownSKUs
	products     []product
	codes        []*codeSet  // by name
	steps        []orderStep // [[discounts]]
	ladder       *rule       // the rule of the steps; nil without steps
	rules        []*rule
	quotas       []*quotaSpec // [quota.NAME]
	warnings     []document.Diagnostic
	moreWarnings int
	pause        document.Pause
	linter       *linter // nil unless Lint is asked for
}

// Parser reads strategies for one environment. With an empty Env it applies no overlay.
type Parser struct {
	Env string

	// Lint keeps what [Model.Lint] needs: the text and the position of every member.
	Lint bool

	// InService is a strategy whose files of codes are taken over where their bytes are the
	// same, since reading millions of codes takes long; nil for none. If Draft is true, a file
	// of codes that is not among the sources is that of InService, too.
	InService *Strategy
	Draft     bool

	// Pause is called every few tens of microseconds while a strategy is parsed and compiled;
	// nil for no call.
	Pause func()
}

// Parse is [Parser.Parse] without pauses.
func Parse(env string, sources ...Source) (*Model, error) {
	return Parser{Env: env}.Parse(sources...)
}

// Parse reads and checks a strategy. The error is a *[document.Diagnostics] that lists every
// mistake with its position. Parse opens no file: a file that the strategy names has to be one
// of the sources.
func (p Parser) Parse(sources ...Source) (*Model, error) {
	sources, companions := splitCompanions(sources)
	doc, err := document.ParsePausing(p.Pause, sources...)
	if err != nil {
		return nil, err
	}
	r := newReader(doc, companions)
	r.inService, r.draft = p.InService, p.Draft
	if len(doc.Root.Fields) == 0 {
		r.report.Add(doc.Root.Pos, "", "the file is empty", "a strategy has a version and at least one rule")
		return nil, r.report.Err()
	}
	root, environments := r.chooseEnv(doc.Root, p.Env)
	m := &Model{pause: p.Pause, environments: environments}
	if root != nil {
		m.decode(r, root)
	}
	if err := r.report.Err(); err != nil {
		return nil, err
	}
	m.warnings, m.moreWarnings = r.report.Warnings()
	if p.Lint {
		m.linter = &linter{doc: doc, root: root}
	}
	return m, nil
}

// Load is [Parse] and [Compile].
func Load(env string, sources ...Source) (*Strategy, error) {
	m, err := Parse(env, sources...)
	if err != nil {
		return nil, err
	}
	return Compile(m), nil
}

// decode reads the top level. Settings come first: amounts need the currency and local times
// need the time zone.
func (m *Model) decode(r *reader, root *document.Node) {
	top := r.section(root)
	m.decodeSettings(top)
	m.spelling = decodeSpelling(top)
	r.spelling = m.spelling
	m.activateAt = decodeActivation(top)
	m.arithmetic = decodeArithmetic(top)
	m.limits = decodeLimits(top)
	m.zeroCounts = decodeZeroPriced(top)
	before := r.report.Count()
	m.products = decodeProducts(top, m.pause)
	m.decodeUnknown(top, r.report.Count() == before)
	if !r.halfRead {
		r.known = wordsOf(m.products, m.spelling)
	}
	m.codes = m.decodeCodeSets(top)
	m.decodeSteps(top)
	m.decodeQuotas(top)
	m.rules = m.decodeRules(top)
	m.checkCodes(top)
	m.checkQuotas(top)
	m.checkReach(top)
	m.checkCombined(top)
	top.Done()
	if len(m.rules) == 0 && len(m.steps) == 0 && m.arithmetic.payable.unit == 0 && r.report.Count() == 0 {
		r.report.Add(root.Pos, "", "the strategy has no rule", "write a [rule.\"name\"] or a [[discounts]] step")
	}
}
