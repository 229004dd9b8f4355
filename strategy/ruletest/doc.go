// Package ruletest runs tests of rules: carts with what a strategy must make of
// them, written in TOML beside the strategy by the people who write it.
//
//	[[test]]
//	name   = "three coffees before ten"
//	now    = 2026-11-11T09:30:00+08:00
//	cart   = { items = [{ sku = "americano-iced", quantity = 3, unit_price = 18.00 }] }
//	expect = { discount = 6.00, applied = ["coffee-morning"], rejected = { "late-night" = "time_window" } }
//
// A test says at which instant which cart is priced; nothing else is known to
// it, so it comes out alike on every machine and on every day. What it leaves
// out of expect is not looked at.
package ruletest
