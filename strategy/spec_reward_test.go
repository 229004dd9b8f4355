package strategy_test

import (
	"fmt"
	"strings"
)

// rewardSpec is one reward; what each kind uses is in the method pairs.
type rewardSpec struct {
	kind              string
	rate              string
	amount            int64
	per               string
	units             int64
	most              int64
	threshold         int64
	first, additional int64
	steps             []ladderSpec
	byQuantity        bool
	buy, get          selectorSpec
	buyUnits          int64
	wholeGets         bool   // partial = false
	offer             string // of get, where it is amount or unit_price: the key of amount
	reserve           string
	sku               string
	perUnits          int64 // of gift; threshold is the other
	rates             []string
}

type ladderSpec struct {
	threshold, amount int64
	rate              string
}

func (x *rewardSpec) pairs(p *pairs) {
	inside := map[string]func(*pairs){
		"bundle": func(p *pairs) {
			p.integer("units", x.units)
			p.add("price", p.major(x.amount))
			p.integer("max_times", x.most)
		},
		"unit_ladder": func(p *pairs) {
			p.add("first", p.major(x.first))
			p.add("additional", p.major(x.additional))
			p.integer("max_units", x.most)
		},
		"every": func(p *pairs) {
			p.amount("threshold", x.threshold)
			p.integer("units", x.units)
			p.amount("amount", x.amount)
			p.integer("max_times", x.most)
		},
		"groups_of": func(p *pairs) {
			p.integer("size", x.units)
			p.amount("value", x.threshold)
			p.amount("amount", x.amount)
			p.raw("rate", x.rate)
		},
		"gift": func(p *pairs) {
			p.text("sku", x.sku)
			p.integer("quantity", x.units)
			p.table("per", false, func(p *pairs) { p.integer("units", x.perUnits); p.amount("threshold", x.threshold) })
			p.integer("max_times", x.most)
		},
	}
	switch x.kind {
	case "discount_rate":
		p.raw(x.kind, x.rate)
	case "discount_amount":
		p.amount(x.kind, x.amount)
		p.text("per", x.per)
	case "unit_price":
		p.add(x.kind, p.major(x.amount))
	case "ladder":
		x.ladder(p)
	case "get":
		x.buyGet(p)
	case "unit_rates":
		p.add(x.kind, "["+strings.Join(x.rates, ", ")+"]")
		p.integer("max_times", x.most)
	default:
		p.table(x.kind, true, inside[x.kind])
	}
}

func (x *rewardSpec) ladder(p *pairs) {
	tablesOf(p, "ladder", x.steps, func(step *ladderSpec, p *pairs) {
		if x.byQuantity {
			p.add("threshold", fmt.Sprint(step.threshold))
		} else {
			p.add("threshold", p.major(step.threshold))
		}
		p.amount("amount", step.amount)
		p.raw("rate", step.rate)
	})
	if x.byQuantity {
		p.text("ladder_by", "quantity")
	}
}

func (x *rewardSpec) buyGet(p *pairs) {
	p.table("buy", true, func(p *pairs) { x.buy.pairs(p); p.integer("quantity", x.buyUnits) })
	p.table("get", true, func(p *pairs) {
		x.get.pairs(p)
		p.integer("quantity", x.units)
		p.raw("rate", x.rate)
		if x.offer != "" {
			p.add(x.offer, p.major(x.amount))
		}
	})
	p.integer("repeat", x.most)
	if x.wholeGets {
		p.add("partial", "false")
	}
	p.text("reserve", x.reserve)
}
