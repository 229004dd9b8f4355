package adminapi

import (
	"path/filepath"

	"github.com/caddyserver/caddy/v2"
)

// DefaultStateDir returns the state directory for a configuration that names none.
func DefaultStateDir() string { return filepath.Join(caddy.AppDataDir(), "discount") }
