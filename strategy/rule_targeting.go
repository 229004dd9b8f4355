package strategy

import "github.com/promogate/caddy-discount/money"

// targeting is what a rule reduces, and how many units of it.
//
//	applies_to    = "items"       # the goods it is about, "shipping", or "all" of both
//	max_units     = 5             # no more units than this
//	max_units_per = "rule"        # over all lines, or of each "line"
//	pick          = "cheapest"    # which units: "cheapest", "dearest", or in the order of the "cart"
//	fresh_units   = true          # only units that no rule has reduced
type targeting struct {
	appliesTo appliesTo
	maxUnits  int64 // 0 when absent
	perLine   bool
	pick      pick
	usual     pick // the default of pick: dearest with unit_rates, else cheapest
	fresh     bool
}

type appliesTo uint8

const (
	toItems appliesTo = iota
	toShipping
	toAll
)

type pick uint8

const (
	cheapest pick = iota
	dearest
	inCartOrder
)

var (
	appliesToWords = []string{"items", "shipping", "all"}
	perWords       = []string{"rule", "line"}
	pickWords      = []string{"cheapest", "dearest", "cart"}
)

func decodeTargeting(s *section) targeting {
	var sc targeting
	sc.appliesTo = appliesTo(s.word("applies_to", 0, appliesToWords))
	sc.maxUnits, _ = s.Integer("max_units", 1, money.Max)
	sc.perLine = s.word("max_units_per", 0, perWords) == 1
	for i := range rewardKinds {
		if kind := &rewardKinds[i]; kind.dearestFirst && s.Has(kind.key) {
			sc.usual = dearest
		}
	}
	sc.pick = pick(s.word("pick", int(sc.usual), pickWords))
	sc.fresh = s.Bool("fresh_units", false)
	if s.Has("max_units_per") && sc.maxUnits == 0 {
		s.Wrong(s.Node.Get("max_units_per"), "max_units_per", "there is no max_units for it", "")
	}
	if sc.maxUnits != 0 && sc.appliesTo != toItems {
		s.Wrong(s.Node.Get("max_units"), "max_units", "shipping has no units", `use applies_to = "items"`)
	}
	if sc.fresh && sc.appliesTo != toItems {
		s.Wrong(s.Node.Get("fresh_units"), "fresh_units", "shipping has no units", `use applies_to = "items"`)
	}
	return sc
}

func (sc *targeting) encode(o *object) {
	o.choice("applies_to", int(sc.appliesTo), 0, appliesToWords)
	if sc.fresh {
		o.key("fresh_units")
		o.raw("true")
	}
	if sc.maxUnits != 0 {
		o.key("max_units")
		o.integer(sc.maxUnits)
	}
	if sc.perLine {
		o.key("max_units_per")
		o.text("line")
	}
	o.choice("pick", int(sc.pick), int(sc.usual), pickWords)
}
