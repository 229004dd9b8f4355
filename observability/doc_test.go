// Package observability holds the dashboard and the alerts of this directory to
// the metrics there are.
package observability
