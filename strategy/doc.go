// Package strategy is the promotion language. TOML text becomes a checked [Model]. The
// model becomes an immutable compiled [Strategy]. The strategy turns a cart and an instant
// into a [Quote].
//
// Everything is exact and deterministic. Amounts are integers of minor units (fen, cents),
// rates are decimal fractions, and time is an argument. The same strategy, cart and instant
// give the same quote on every machine.
//
// Each key of the language has its own file with the code that decodes, checks, encodes and
// applies it. Files on one subject share a prefix: reward_discount_rate.go is
// discount_rate, reward_discounts.go is [[discounts]], time_window.go is time_window.
package strategy
