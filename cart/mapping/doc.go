// Package mapping finds out how the orders of a shop are written: from a few of them
// it proposes a map, by the names and the shapes of what is in them and by what adds
// up, and it says what a map reads of an order and what it passes over.
//
// A proposal is never a guess alone: each is compiled and has read every sample before
// it is made. The same samples give the same proposal.
package mapping
