package embedded

import (
	"time"

	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/quota"
)

// OpenAt opens a ledger with a clock. The error says why the file cannot be opened yet.
func OpenAt(path string, d *quota.Digester, now func() time.Time) (*Ledger, error) {
	return open(&Ledger{path: path, digester: d, now: now})
}

// OpenLogged opens a ledger with a log.
func OpenLogged(path string, d *quota.Digester, log *zap.Logger) (*Ledger, error) {
	return open(&Ledger{path: path, digester: d, log: func() *zap.Logger { return log }})
}
