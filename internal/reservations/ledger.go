package reservations

import (
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
}

// NewLedger begins to count orders in a ledger that was opened. log returns the present log.
func NewLedger(o quota.Opened, log func() *zap.Logger) *Ledger {
	measured := telemetry.MeasureLedger(o.Ledger)
	o.Ledger = measured
	return &Ledger{Opened: o, measured: measured, settler: newSettler(measured, o.Terms.Keep, log)}
}

// Measured is the ledger, with calls that are measured.
func (l *Ledger) Measured() *telemetry.Ledger { return l.measured }

// Close waits until the ledger was told what became of orders, for so long at most. It returns how
// much it was not told. It does not close the ledger that was opened.
func (l *Ledger) Close(wait time.Duration) int {
	defer l.measured.End()
	return l.settler.close(wait)
}
