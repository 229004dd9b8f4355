// Package quota counts what promotions give, so that a limit holds across orders.
//
// A quota is a limit that is counted. The ledger counts it: it is a [Ledger], which an engine
// implements. A reservation is what one order holds of the counts until its outcome is known.
//
// The limit is not in the ledger. It is in the strategy and comes with every reservation.
//
// [Machine] is the state machine of every engine, over a [Tx] that only keeps values. An order is
// held, and then committed, released, lapsed or returned:
//
//	(none) ─reserve→ held ─commit→ committed ─return→ returned
//	                  ├ release, no other attempt → released
//	                  └ deadline → lapsed
//	lapsed, released, forgotten ─commit→ committed, whatever the limit says
//
// Time is an argument. It decides deadlines alone: the window of a count is in its [Key].
package quota
