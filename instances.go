package discount

import (
	"github.com/caddyserver/caddy/v2"

	"github.com/promogate/caddy-discount/internal/keyring"
)

// keyrings are those in use, by SignOptions.id. Handlers that sign alike share one, across
// sites and across configuration reloads.
var keyrings = caddy.NewUsagePool()

// joinKeyring joins the keyring of the options, or opens it; nil for no options.
func joinKeyring(s *SignOptions) (*keyring.Keyring, error) {
	if s == nil {
		return nil, nil
	}
	value, _, err := keyrings.LoadOrNew(s.id(), func() (caddy.Destructor, error) { return s.open() })
	if err != nil {
		return nil, err
	}
	return value.(*keyring.Keyring), nil
}

// leaveKeyring gives back what joinKeyring acquired.
func leaveKeyring(s *SignOptions) error {
	if s == nil {
		return nil
	}
	_, err := keyrings.Delete(s.id())
	return err
}
