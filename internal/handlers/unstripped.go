package handlers

import (
	"slices"

	"go.uber.org/zap"
)

// An unstripped proxy gets requests with what their clients sent under the names of discount
// headers.
type unstripped struct {
	prefix    string
	upstreams []string
	matchers  []string
}

// unstrippedIn finds the proxies beside the discount handlers of a server that no stripping
// handler precedes: those of the same site, and those of the same upstream.
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

// prefixesIn lists the prefixes of the discount handlers, each once.
func prefixesIn(found []routedHandler) []string {
	var all []string
	for i := range found {
		if prefix := found[i].prefix; found[i].Handler == "discount" && !slices.Contains(all, prefix) {
			all = append(all, prefix)
		}
	}
	return all
}

// reachedBy lists the sites with a discount handler of a prefix, and the upstreams that
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

// dials lists the addresses of a proxy's upstreams.
func (p *routedHandler) dials() []string {
	all := make([]string, len(p.Upstreams))
	for i, upstream := range p.Upstreams {
		all[i] = upstream.Dial
	}
	return all
}

// maxWarnings is how many warnings of a kind are logged for one server.
const maxWarnings = 20

func warnOfProxies(log *zap.Logger, all []unstripped) {
	for _, u := range all[:min(len(all), maxWarnings)] {
		log.Warn("proxy reachable without discount_strip",
			zap.String("header_prefix", u.prefix), zap.Strings("upstreams", u.upstreams), zap.Strings("matchers", u.matchers),
			zap.String("hint", "clients can forge discount headers there: put discount_strip into its block or before all blocks"))
	}
	if more := len(all) - maxWarnings; more > 0 {
		log.Warn("more proxies reachable without discount_strip", zap.Int("proxies", more))
	}
}
