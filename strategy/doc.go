// Package strategy is the promotion language: TOML text becomes a checked
// [Model], the model an immutable compiled [Strategy], and the strategy turns a
// cart and an instant into a [Quote].
//
// Everything is exact and deterministic. Amounts are integers of minor units
// (fen, cents), rates are decimal fractions, and time is an argument: the same
// strategy, cart and instant give the same quote on every machine.
//
// A key of the language has a file of its own, which holds how it is decoded,
// checked, put into the canonical form and applied. Files of one concern share a
// prefix: reward_discount_rate.go is discount_rate, reward_discounts.go is
// [[discounts]], time_window.go is time_window.
package strategy
