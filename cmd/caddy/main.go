// Command caddy is Caddy with its standard modules and caddy-discount, for
// development and for `go run`. xcaddy builds the same program; see xcaddy.md.
package main

import (
	caddycmd "github.com/caddyserver/caddy/v2/cmd"

	_ "github.com/caddyserver/caddy/v2/modules/standard"

	_ "github.com/promogate/caddy-discount"
)

func main() {
	caddycmd.Main()
}
