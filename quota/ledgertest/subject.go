// Package ledgertest holds any ledger to the state machine of package quota: it runs the same random
// sequences on both, and races many callers for few.
package ledgertest

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/quota"
)

// Subject is a new, empty ledger that is tested.
type Subject struct {
	Ledger quota.Ledger

	// Now is the ledger's clock. It may go on by itself, by less than a second in one sequence.
	Now func() time.Time

	// Advance puts the clock forward.
	Advance func(time.Duration)

	// Restart closes the ledger and returns it as it is opened again. It is nil for a ledger that
	// keeps nothing.
	Restart func() quota.Ledger
}

// TB is what both a test and one run of a property have.
type TB interface {
	rapid.TB
	Cleanup(func())
}

// Open opens a subject, and closes it in the end by Cleanup.
type Open func(TB) Subject

// Run runs all tests of a ledger.
func Run(t *testing.T, open Open) {
	t.Run("sequences", func(t *testing.T) { rapid.Check(t, func(t *rapid.T) { sequence(t, open) }) })
	t.Run("race for a limit", func(t *testing.T) { raceForLimit(t, open(t)) })
	t.Run("race of one order", func(t *testing.T) { raceOfOneOrder(t, open(t)) })
	t.Run("race for two limits", func(t *testing.T) { raceForTwoLimits(t, open(t)) })
	t.Run("race of outcomes", func(t *testing.T) { raceOfOutcomes(t, open(t)) })
	t.Run("race of commits and returns", func(t *testing.T) { raceOfReturns(t, open(t)) })
	t.Run("closed", func(t *testing.T) { closed(t, open(t)) })
}
