package cli

import (
	"fmt"
	"os"

	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/internal/adminapi"
)

// addAdminFlags adds the flags that choose a running gateway and one of its strategies.
func addAdminFlags(c *cobra.Command) {
	addAddressFlag(c)
	c.Flags().StringP("config", "c", "", "Configuration file to take the admin address from")
	c.Flags().StringP("adapter", "a", "", "Name of config adapter to apply to it")
	c.Flags().String("id", "", "The id of the strategy, if several are in service")
}

func addAddressFlag(c *cobra.Command) {
	c.Flags().String("address", "", "The address of the admin API; default: that of the config file, or localhost:2019")
}

// adminOf returns a client of the admin API of the gateway that the flags choose.
func adminOf(cmd *cobra.Command) (adminapi.Client, error) {
	file := flag(cmd, "config")
	if file == "" {
		if _, err := os.Stat("Caddyfile"); err == nil {
			file = "Caddyfile"
		}
	}
	address, err := caddycmd.DetermineAdminAPIAddress(flag(cmd, "address"), nil, file, flag(cmd, "adapter"))
	if err != nil {
		return adminapi.Client{}, fmt.Errorf("finding the admin API: %w", err)
	}
	return adminapi.Client{Address: address}, nil
}
