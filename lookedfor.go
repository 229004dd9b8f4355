package discount

import (
	"github.com/caddyserver/caddy/v2"

	"github.com/promogate/caddy-discount/internal/strategyfile"
)

// lookedForStrategy adds to an error where a relative path was looked for, see
// [strategyfile.LookedFor], for the path of a strategy as a configuration has it.
func lookedForStrategy(configured string, err error) error {
	return strategyfile.LookedFor(caddy.NewReplacer().ReplaceKnown(configured, ""), err)
}
