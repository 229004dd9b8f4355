package embedded

import (
	"time"

	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/quota"
)

// Seams are what a test replaces.
type Seams struct {
	Now     func() time.Time
	Log     *zap.Logger
	Tick    <-chan time.Time
	MaxSize int
}

// OpenWith opens a ledger. The error says why the file cannot be opened yet.
func OpenWith(path string, d *quota.Digester, s Seams) (*Ledger, error) {
	l := &Ledger{path: path, digester: d, now: s.Now, tick: s.Tick, maxSize: s.MaxSize}
	if s.Log != nil {
		l.log = func() *zap.Logger { return s.Log }
	}
	return open(l)
}

// OpenAt opens a ledger with a clock.
func OpenAt(path string, d *quota.Digester, now func() time.Time) (*Ledger, error) {
	return OpenWith(path, d, Seams{Now: now})
}
