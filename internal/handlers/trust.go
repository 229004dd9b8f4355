package handlers

import (
	"slices"
	"strings"

	"go.uber.org/zap"
)

// This file is what the routes of a server show of ways on which headers can be forged.

// unstripped is a proxy that requests reach with what their client sent under the names
// of discount headers.
type unstripped struct {
	prefix    string
	upstreams []string
	matchers  []string
}

// unstrippedIn are the proxies beside the discount handlers of a server: in the same site,
// or to the same upstream, and on a way that leads through no handler that strips.
func unstrippedIn(found []routedHandler) []unstripped {
	var all []unstripped
	for _, prefix := range prefixesIn(found) {
		sites, upstreams := reachedBy(found, prefix)
		for i := range found {
			p := &found[i]
			if p.Handler != "reverse_proxy" || p.asks() || strippedBefore(found[:i], p, prefix) {
				continue
			}
			dials := p.dials()
			beside := p.site == "" || slices.Contains(sites, "") || slices.Contains(sites, p.site)
			if beside || slices.ContainsFunc(dials, func(dial string) bool { return slices.Contains(upstreams, dial) }) {
				all = append(all, unstripped{prefix: prefix, upstreams: dials, matchers: p.matchers()})
			}
		}
	}
	return all
}

// prefixesIn are the prefixes of the discount handlers, each once.
func prefixesIn(found []routedHandler) []string {
	var all []string
	for i := range found {
		if prefix := found[i].prefix; found[i].Handler == "discount" && !slices.Contains(all, prefix) {
			all = append(all, prefix)
		}
	}
	return all
}

// reachedBy are the sites with a discount handler of a prefix, and the upstreams that
// requests reach through one.
func reachedBy(found []routedHandler, prefix string) (sites, upstreams []string) {
	for i := range found {
		p := &found[i]
		if p.Handler != "discount" || p.prefix != prefix {
			continue
		}
		sites = append(sites, p.site)
		for j := i + 1; j < len(found); j++ {
			if proxy := &found[j]; proxy.Handler == "reverse_proxy" && !proxy.asks() && p.leadsTo(proxy) {
				upstreams = append(upstreams, proxy.dials()...)
			}
		}
	}
	return sites, upstreams
}

// strippedBefore reports whether every request to a proxy comes through one of the handlers
// before it that strip a prefix.
func strippedBefore(before []routedHandler, proxy *routedHandler, prefix string) bool {
	return slices.ContainsFunc(before, func(p routedHandler) bool {
		strips := p.Handler == "discount" || p.Handler == "discount_strip"
		return strips && p.prefix == prefix && p.leadsTo(proxy) && among(p.matchers(), proxy.matchers())
	})
}

// dials are the addresses of a proxy's upstreams.
func (p *routedHandler) dials() []string {
	all := make([]string, len(p.Upstreams))
	for i, upstream := range p.Upstreams {
		all[i] = upstream.Dial
	}
	return all
}

// maxRoutesTold bounds the lines about the routes of one server.
const maxRoutesTold = 20

func warnOfProxies(log *zap.Logger, all []unstripped) {
	for _, u := range all[:min(len(all), maxRoutesTold)] {
		log.Warn("proxy beside discount: clients can forge discount headers on the way to it, put discount_strip into its block or before all blocks",
			zap.String("header_prefix", u.prefix), zap.Strings("upstreams", u.upstreams), zap.Strings("matchers", u.matchers))
	}
	if more := len(all) - maxRoutesTold; more > 0 {
		log.Warn("more proxies beside discount", zap.Int("proxies", more))
	}
}

// overlapsIn are the prefixes of each two handlers on the way of one request of which one
// begins the other.
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
	for _, pair := range overlaps[:min(len(overlaps), maxRoutesTold)] {
		log.Warn("header prefixes of two handlers overlap: the one removes headers of the other, choose prefixes of which neither begins the other",
			zap.String("first", pair[0]), zap.String("second", pair[1]))
	}
}
