// Package mapping finds out how the orders of a shop are written. From a few orders it proposes a
// map, by names, by shapes and by what adds up. It also says what a map reads of an order and what
// it skips.
//
// A proposal has been compiled and has read every sample. The same samples give the same proposal.
package mapping
