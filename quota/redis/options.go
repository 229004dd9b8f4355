package redisledger

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/redis/rueidis"

	"github.com/promogate/caddy-discount/quota"
)

// Options are those of a ledger.
type Options struct {
	// URL is where the server is: redis://, rediss://, valkey://, valkeys:// or unix://.
	URL string

	// Namespace keeps ledgers in one server apart.
	Namespace string

	// KeyID is that of the key that customers and codes are digested with. The zero Digest is not
	// compared.
	KeyID quota.Digest

	// Timeout is how long a call of an order may take. A server that does not keep to it is not used.
	Timeout time.Duration

	// Warn is called with what is doubtful about the server, each thing once. It may be nil.
	Warn func(string)
}

// client returns the options of the client. Its errors never contain the password.
func (o Options) client() (rueidis.ClientOption, error) {
	if o.Namespace == "" {
		return rueidis.ClientOption{}, errors.New("namespace is missing: gateways that share counts have the same, and others in the same server another")
	}
	if strings.ContainsAny(o.Namespace, "{}") {
		return rueidis.ClientOption{}, fmt.Errorf("namespace: %q has a brace, which would be another hash tag", o.Namespace)
	}
	c, err := rueidis.ParseURL(o.URL)
	if err != nil {
		return c, fmt.Errorf("the URL of the server: %w", withoutURL(err))
	}
	if len(c.InitAddress) != 1 || c.Sentinel.MasterSet != "" {
		return c, errors.New("the URL of the server: one address is read, without addr and master_set")
	}
	c.ForceSingleClient = true
	c.PipelineMultiplex = -1 // one connection: it is looked at before it is used
	c.RingScaleEachConn = ringScale
	c.ReadBufferEachConn, c.WriteBufferEachConn = 128<<10, 128<<10
	// A call that gives up must not take the connection of the others with it.
	c.AlwaysPipelining = true
	// What may have been done is sent again by the ledger alone.
	c.DisableRetry = true
	c.DisableCache = true
	c.ClientName = "caddy-discount"
	// How long a connection may be silent; see [rueidis.ClientOption].
	c.ConnWriteTimeout = looking
	if c.Dialer.Timeout == 0 {
		c.Dialer.Timeout = dialing
	}
	return c, nil
}

// withoutURL is the cause of an error that would show the URL, with its password.
func withoutURL(err error) error {
	var e *url.Error
	if errors.As(err, &e) {
		return e.Err
	}
	return err
}
