package strategy

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy/document"
)

// quotaSpec is a table of limits that are counted over orders: of one rule, or shared by the
// rules that name it.
//
//	[quota.double-eleven]            # shared
//	budget = 50000.00
//
//	[rule.flash]
//	quota  = { units = 500, units_per_customer = 1, partial = true }
//	quotas = ["double-eleven"]       # and these
type quotaSpec struct {
	name     string // of the table; of the rule if it is a rule's own
	pos      document.Pos
	id       string // "" when absent
	round    string
	limits   [len(limitKeys)]int64 // by limitKeys; 0 when absent
	per      Period
	partial  bool
	onOutage OnOutage
	used     bool // a rule names it
}

// limitKeys are the keys of limits: each kind, and then the kind per customer.
var limitKeys = [...]string{
	"uses", "uses_per_customer", "units", "units_per_customer", "budget", "budget_per_customer",
}

// kindOfLimit is what a key of limitKeys counts.
func kindOfLimit(i int) (kind QuotaKind, perCustomer bool) { return QuotaKind(i / 2), i%2 == 1 }

const exampleQuota = "{ uses = 1000 }"

// count is the name of the count.
func (q *quotaSpec) count() string {
	if q.id != "" {
		return q.id
	}
	return q.name
}

// has reports whether it limits a kind, as a whole or for each customer.
func (q *quotaSpec) has(kind QuotaKind) bool { return q.limits[2*kind] > 0 || q.limits[2*kind+1] > 0 }

// needsCustomer reports whether the rule has a limit for each customer.
func (r *rule) needsCustomer() bool {
	for _, q := range r.quotas {
		for i, limit := range q.limits {
			if _, perCustomer := kindOfLimit(i); perCustomer && limit > 0 {
				return true
			}
		}
	}
	return false
}

// compile appends a quota for each limit.
func (q *quotaSpec) compile(list []Quota, rules []int) []Quota {
	for i, limit := range q.limits {
		if limit == 0 {
			continue
		}
		kind, perCustomer := kindOfLimit(i)
		list = append(list, Quota{
			Name: q.count(), Round: q.round, Kind: kind, PerCustomer: perCustomer, Limit: limit,
			Per: q.per, Partial: q.partial, OnOutage: q.onOutage, Rules: rules,
		})
	}
	return list
}

// decodeQuotas reads the tables [quota.NAME].
func (m *Model) decodeQuotas(top *section) {
	n := top.Get("quota")
	if n == nil {
		return
	}
	if n.Kind != document.Table {
		top.Want(n, "quota", "tables such as [quota.campaign]")
		return
	}
	s := top.member(n, "quota") // it has any keys
	for i := range n.Fields {
		f := &n.Fields[i]
		if f.Value.Kind != document.Table {
			s.Add(f.Pos, s.Key(f.Key), "a quota is a table", "such as [quota."+f.Key+"] with uses = 1000")
			continue
		}
		path := document.KeyIn("quota", f.Key)
		if reason := checkLabel(f.Key); reason != "" || f.Key == "" {
			s.Add(f.Pos, path, cmp.Or(reason, "the quota's name is empty"), "")
		}
		if what := stray(f.Key); what != "" {
			s.Warn(f.Pos, path, what, strayHint(f.Key))
		}
		spec := s.quota(f.Value, f.Key, f.Pos)
		spec.name = f.Key
		m.quotas = append(m.quotas, spec)
	}
}

// quota reads a table of limits.
func (s *section) quota(n *document.Node, key string, pos document.Pos) *quotaSpec {
	q := &quotaSpec{pos: pos}
	sub := s.member(n, key)
	for i, key := range limitKeys {
		if kind, _ := kindOfLimit(i); kind == QuotaBudget {
			q.limits[i], _ = sub.amount(key, 1)
		} else {
			q.limits[i], _ = sub.Integer(key, 1, money.Max)
		}
	}
	q.per = Period(1 + sub.word("per", -1, periodWords[1:]))
	q.partial = sub.Bool("partial", false)
	q.onOutage = OnOutage(sub.word("on_outage", 0, onOutageWords))
	q.id, q.round = sub.label("id"), sub.label("round")
	if !sub.limitsSomething() {
		sub.Add(pos, sub.Path(), "the quota limits nothing", "write uses, units or budget, or one of them with _per_customer")
	}
	sub.Done()
	return q
}

// label reads a name that is shown.
func (s *section) label(name string) string {
	n := s.Get(name)
	text := s.text(name)
	if reason := checkLabel(text); n != nil && reason != "" {
		s.Wrong(n, name, reason, "")
	}
	return text
}

// decodeQuotas reads quota and quotas of a rule.
func (r *rule) decodeQuotas(s *section, m *Model) {
	if n := s.Get("quota"); n != nil {
		switch n.Kind {
		case document.Table:
			own := s.quota(n, "quota", n.Pos)
			own.name = r.id
			r.own, r.quotas = own, append(r.quotas, own)
		case document.String, document.Array:
			s.Wrong(n, "quota", n.Unlike("a table such as "+exampleQuota), "the names of [quota.NAME] are written in quotas")
		default:
			s.Want(n, "quota", "a table such as "+exampleQuota)
		}
	}
	s.words("quotas", asWritten, func(s *section, item *document.Node, name string) {
		at := slices.IndexFunc(m.quotas, func(q *quotaSpec) bool { return q.name == name })
		if at < 0 {
			s.Wrong(item, "quotas", fmt.Sprintf("there is no [quota.%s]", name), document.DidYouMean(name, m.quotaNames()))
			return
		}
		m.quotas[at].used = true
		r.quotas = append(r.quotas, m.quotas[at])
	})
}

// quotaNames lists the names of the tables [quota.NAME].
func (m *Model) quotaNames() []string {
	names := make([]string, len(m.quotas))
	for i, q := range m.quotas {
		names[i] = q.name
	}
	return names
}

// checkQuotas refuses quotas of units for a rule of shipping, and warns of settings that change
// nothing or are seldom meant.
func (r *rule) checkQuotas(s *section) {
	for _, q := range r.quotas {
		n, key := s.Node.Get("quotas"), "quotas"
		if q == r.own {
			n, key = s.Node.Get("quota"), "quota"
		}
		if q.has(QuotaUnits) && r.targeting.appliesTo != toItems {
			s.Wrong(n, key, fmt.Sprintf("%s counts units, and shipping has none", q.shown(r)), `use applies_to = "items", or limit uses or budget`)
		}
		if r.reward == nil {
			continue
		}
		if kind := rewardOf(r.reward.key()); q.partial && kind.inSets && (q.has(QuotaUnits) || q.has(QuotaBudget)) {
			s.warn(n, key, kind.key+" reduces units in sets, so partial may leave some of the quota that is never given",
				"leave partial out, so that a set is given or not")
		}
		if _, gives := giftOf(r.reward); gives && q.has(QuotaBudget) {
			s.warn(n, key, fmt.Sprintf("a gift takes nothing off, so it is not counted in the budget of %s", q.shown(r)), "limit uses or units")
		}
	}
}

// shown is the quota in a message about a rule.
func (q *quotaSpec) shown(r *rule) string {
	if q == r.own {
		return "the quota"
	}
	return document.KeyIn("quota", q.name)
}

// checkQuotas refuses shared quotas that no rule names, and two quotas with one name.
func (m *Model) checkQuotas(top *section) {
	first := map[string]string{} // the path of each count
	check := func(q *quotaSpec, path string) {
		if q.partial && q.has(QuotaUses) && !q.has(QuotaUnits) && !q.has(QuotaBudget) {
			top.Warn(q.pos, path, "an order is counted as a whole, so partial changes nothing", "leave it out, or limit units or budget")
		}
		if other, twice := first[q.count()]; twice {
			top.Add(q.pos, path, fmt.Sprintf("%s counts as %q, too", other, q.count()), "give one of them another id, or share one [quota.NAME]")
			return
		}
		first[q.count()] = path
	}
	for _, q := range m.quotas {
		path := document.KeyIn("quota", q.name)
		if check(q, path); !q.used {
			top.Add(q.pos, path, "no rule names this quota", fmt.Sprintf("write quotas = [%q] in a rule, or leave the quota out", q.name))
		}
	}
	for _, r := range m.rules {
		if r.own != nil {
			check(r.own, document.KeyIn(rulePath(r.id), "quota"))
		}
	}
}

func (m *Model) encodeQuotas(o *object) {
	if len(m.quotas) == 0 {
		return
	}
	o.key("quota")
	o.object(func(o *object) {
		for _, q := range m.quotas {
			o.key(q.name)
			o.object(q.encode)
		}
	})
}

func (r *rule) encodeQuotas(o *object) {
	if r.own != nil {
		o.key("quota")
		o.object(r.own.encode)
	}
	var names []string
	for _, q := range r.quotas {
		if q != r.own {
			names = append(names, q.name)
		}
	}
	o.texts("quotas", names)
}

func (q *quotaSpec) encode(o *object) {
	for i, limit := range q.limits {
		if kind, _ := kindOfLimit(i); limit > 0 && kind == QuotaBudget {
			o.optionalAmount(limitKeys[i], limit)
		} else if limit > 0 {
			o.key(limitKeys[i])
			o.integer(limit)
		}
	}
	o.optional("id", q.id)
	o.choice("on_outage", int(q.onOutage), 0, onOutageWords)
	if q.partial {
		o.key("partial")
		o.raw("true")
	}
	o.optional("per", q.per.String())
	o.optional("round", q.round)
}
