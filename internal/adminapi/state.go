package adminapi

import (
	"path/filepath"

	"github.com/caddyserver/caddy/v2"
)

// DefaultStateDir is where strategies are remembered if the configuration names no
// directory.
func DefaultStateDir() string { return filepath.Join(caddy.AppDataDir(), "discount") }
