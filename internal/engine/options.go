package engine

import (
	"time"

	"github.com/promogate/caddy-discount/internal/guardrail"
	"github.com/promogate/caddy-discount/reload"
	"github.com/promogate/caddy-discount/reload/history"
)

// Options are the options of a strategy. All its handlers in a configuration have the same.
type Options struct {
	Settle time.Duration // see [reload.Options]
	Poll   time.Duration // likewise

	State  string // the directory of this strategy's state; "" for none
	LogKey string // signs the log there; "" for a generated key
	Keep   int    // how many snapshots are kept there

	Limits     guardrail.Limits // of edits
	NoRollback bool             // the admin API refuses rollbacks
}

// settings are the options in the form of package reload.
func (o *Options) settings(key Key) reload.Settings {
	return reload.Settings{
		Settle: o.Settle, Poll: o.Poll,
		State:        o.State,
		StateOptions: history.Options{Name: key.ID(), Key: o.LogKey, Keep: o.Keep},
		Policy:       o.Limits.String(),
	}
}
