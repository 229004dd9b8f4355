package reservations

import (
	"sync/atomic"
	"time"

	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/internal/telemetry"
	"github.com/promogate/caddy-discount/quota"
)

// Ledger is a ledger that orders are counted in. All methods are safe for concurrent use.
type Ledger struct {
	quota.Opened
	measured *telemetry.Ledger
	settler  *settler
	open     atomic.Int64 // orders that were granted something and are on their way
}

// NewLedger begins to count orders in a ledger that was opened. log returns the present log.
func NewLedger(o quota.Opened, log func() *zap.Logger) *Ledger {
	measured := telemetry.MeasureLedger(o.Ledger)
	o.Ledger = measured
	return &Ledger{Opened: o, measured: measured, settler: newSettler(measured, o.Terms.Keep, log)}
}

// Measured is the ledger, with calls that are measured.
func (l *Ledger) Measured() *telemetry.Ledger { return l.measured }

// InUse reports whether orders that were granted something are on their way.
func (l *Ledger) InUse() bool { return l.open.Load() > 0 }

// lookEvery is how often an ending ledger looks whether orders are on their way.
const lookEvery = 10 * time.Millisecond

// Close waits until nothing is on its way, for so long at most as orders are, and then until the ledger
// was told what became of them. It returns how much it was not told. It does not close the ledger that
// was opened.
func (l *Ledger) Close(orders, wait time.Duration) int {
	defer l.measured.End()
	for end := time.Now().Add(orders); l.InUse() && time.Now().Before(end); {
		time.Sleep(lookEvery)
	}
	return l.settler.close(wait)
}
