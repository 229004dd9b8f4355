// Package ruletest runs tests of rules. A test has a cart and the expected quote. The authors of a
// strategy write its tests in TOML files beside it.
//
//	[[test]]
//	name   = "three coffees before ten"
//	now    = 2026-11-11T09:30:00+08:00
//	cart   = { items = [{ sku = "americano-iced", quantity = 3, unit_price = 18.00 }] }
//	expect = { discount = 6.00, applied = ["coffee-morning"], rejected = { "late-night" = "time_window" } }
//
// A test has a cart and the instant at which the cart is priced. Its result depends on nothing
// else, so it is the same on every machine and every day. Amounts and rules that expect leaves out
// are not checked.
package ruletest
