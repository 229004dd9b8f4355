package handlers

import (
	"slices"
	"strings"

	"go.uber.org/zap"
)

// overlapsIn lists the pairs of prefixes, of two handlers that one request passes, of which one
// begins with the other.
func overlapsIn(found []routedHandler) [][2]string {
	var all [][2]string
	for i := range found {
		for j := i + 1; j < len(found); j++ {
			one, later := &found[i], &found[j]
			if one.Handler == "reverse_proxy" || later.Handler == "reverse_proxy" {
				continue
			}
			a, b := one.prefix, later.prefix
			overlap := a != b && (strings.HasPrefix(a, b) || strings.HasPrefix(b, a))
			if pair := [2]string{a, b}; overlap && one.leadsTo(later) && !slices.Contains(all, pair) {
				all = append(all, pair)
			}
		}
	}
	return all
}

func warnOfPrefixes(log *zap.Logger, overlaps [][2]string) {
	for _, pair := range overlaps[:min(len(overlaps), maxWarnings)] {
		log.Warn("header prefixes of two handlers overlap", zap.String("first", pair[0]), zap.String("second", pair[1]),
			zap.String("hint", "one handler removes the headers of the other: choose prefixes of which neither begins the other"))
	}
}
