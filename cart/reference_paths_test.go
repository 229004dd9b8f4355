package cart

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// This file is the test's own understanding of a mapping. It shares no code with
// the reader; what reads bodies in other languages is told of it.

// plainRoute is one path of a mapping, in the words that all languages get.
type plainRoute struct {
	Key    string      `json:"key"`
	From   string      `json:"from"` // body, line, charge or pair
	Steps  []plainStep `json:"steps"`
	Order  int         `json:"order"`  // among the paths of its field
	Commas bool        `json:"commas"` // texts there are cut
	Strict bool        `json:"strict"` // else what cannot be read is absent
}

type plainStep struct {
	Kind     string `json:"kind"` // member, position or each
	Name     string `json:"name"`
	Position int    `json:"position"`
	Embedded bool   `json:"embedded"`
}

func (r *plainRoute) String() string {
	var segments []string
	for _, s := range r.Steps {
		if s.Embedded {
			s.Name += "!json"
		}
		segments = append(segments, s.Name)
	}
	return strings.Join(segments, ".")
}

// plainField is what there is to know of a field of a mapping.
type plainField struct {
	key, from, usual string
	several          bool // paths, and values
	commas           bool // can be cut
	essential        bool // invalid if it cannot be read, even at its default beside a mapping
	needed           bool // cannot be left unread
	of               func(*Mapping) Paths
}

var plainFields = []plainField{
	{key: "currency", from: "body", usual: "currency", essential: true, of: func(m *Mapping) Paths { return m.Currency }},
	{key: "subtotal", from: "body", of: func(m *Mapping) Paths { return m.Subtotal }},
	{key: "decimals", from: "body", of: func(m *Mapping) Paths { return m.Decimals }},
	{key: "order_id", from: "body", of: func(m *Mapping) Paths { return m.OrderID }},
	{key: "expected_payable", from: "body", of: func(m *Mapping) Paths { return m.ExpectedPayable }},
	{key: "items", from: "body", usual: "items", several: true, essential: true, needed: true, of: func(m *Mapping) Paths { return m.Items }},
	{key: "id", from: "line", usual: "id", of: func(m *Mapping) Paths { return m.ID }},
	{key: "sku", from: "line", usual: "sku", of: func(m *Mapping) Paths { return m.SKU }},
	{key: "category", from: "line", usual: "category", several: true, commas: true, of: func(m *Mapping) Paths { return m.Category }},
	{key: "subgroup", from: "line", usual: "subgroup", of: func(m *Mapping) Paths { return m.Subgroup }},
	{key: "quantity", from: "line", usual: "quantity", essential: true, needed: true, of: func(m *Mapping) Paths { return m.Quantity }},
	{key: "unit_price", from: "line", usual: "unit_price", essential: true, of: func(m *Mapping) Paths { return m.UnitPrice }},
	{key: "line_total", from: "line", essential: true, of: func(m *Mapping) Paths { return m.LineTotal }},
	{key: "reduced", from: "line", usual: "reduced", of: func(m *Mapping) Paths { return m.Reduced }},
	{key: "attributes", from: "line", usual: "attributes", of: func(m *Mapping) Paths { return m.Attributes }},
	{key: "customer_id", from: "body", usual: "customer.id", of: func(m *Mapping) Paths { return m.CustomerID }},
	{key: "customer_tier", from: "body", usual: "customer.tier", of: func(m *Mapping) Paths { return m.CustomerTier }},
	{key: "customer_segments", from: "body", usual: "customer.segments", several: true, commas: true, of: func(m *Mapping) Paths { return m.CustomerSegments }},
	{key: "completed_orders", from: "body", usual: "customer.completed_orders", of: func(m *Mapping) Paths { return m.CompletedOrders }},
	{key: "coupons", from: "body", usual: "coupons", several: true, commas: true, of: func(m *Mapping) Paths { return m.Coupons }},
	{key: "channel", from: "body", usual: "channel", of: func(m *Mapping) Paths { return m.Channel }},
	{key: "region", from: "body", usual: "region", of: func(m *Mapping) Paths { return m.Region }},
	{key: "shipping", from: "body", usual: "shipping", several: true, of: func(m *Mapping) Paths { return m.Shipping }},
	{key: "shipping_id", from: "charge", usual: "id", of: func(m *Mapping) Paths { return m.ShippingID }},
	{key: "shipping_method", from: "charge", usual: "method", of: func(m *Mapping) Paths { return m.ShippingMethod }},
	{key: "shipping_amount", from: "charge", usual: "amount", essential: true, of: func(m *Mapping) Paths { return m.ShippingAmount }},
}

// plainRoutes are the paths of a mapping that are read.
func plainRoutes(m Mapping) ([]plainRoute, error) {
	mapped := slices.ContainsFunc(plainFields, func(f plainField) bool { return f.of(&m) != nil })
	within := slices.ContainsFunc(plainFields, func(f plainField) bool { return f.from == "charge" && f.of(&m) != nil })
	var kept []plainRoute
	add := func(of plainField, given bool) error {
		routes, err := of.routes(&m, given)
		if err != nil {
			return fmt.Errorf("%s: %w", of.key, err)
		}
		for _, r := range routes {
			r.Strict = given || !mapped || of.essential || of.key == "shipping" && within
			switch i := slices.IndexFunc(kept, r.inTheWayOf); {
			case i < 0:
				kept = append(kept, r)
			case given || of.needed:
				return fmt.Errorf("%s at %s and %s at %s are in each other's way", kept[i].Key, &kept[i], r.Key, &r)
			}
		}
		return nil
	}
	for _, given := range []bool{true, false} {
		for _, f := range plainFields {
			if given != (f.of(&m) != nil) || !given && f.usual == "" {
				continue
			}
			if err := add(f, given); err != nil {
				return nil, err
			}
		}
	}
	return kept, nil
}

// routes are those of one field.
func (f *plainField) routes(m *Mapping, given bool) ([]plainRoute, error) {
	paths := f.of(m)
	if !given {
		paths = Paths{f.usual}
	}
	if len(paths) == 1 && paths[0] == "-" {
		if f.needed {
			return nil, fmt.Errorf("is needed")
		}
		return nil, nil
	}
	var pair Paths
	if f.key == "attributes" && len(paths) == 3 {
		paths, pair = paths[:1], paths[1:]
	}
	last := len(paths) - 1
	commas := f.commas && last > 0 && paths[last] == ","
	if commas {
		paths = paths[:last]
	}
	if slices.Contains(paths, "-") || slices.Contains(paths, ",") || slices.Contains(pair, "-") || slices.Contains(pair, ",") {
		return nil, fmt.Errorf("a mark in place of a path")
	}
	if len(paths) == 0 || len(paths) > 1 && !f.several || len(paths) > 16 {
		return nil, fmt.Errorf("%d paths", len(paths))
	}
	var routes []plainRoute
	for i, path := range paths {
		steps, err := plainSteps(path)
		if err != nil {
			return nil, err
		}
		if f.key == "items" && slices.ContainsFunc(steps, func(s plainStep) bool { return s.Position > 0 }) {
			return nil, fmt.Errorf("a part of the lines")
		}
		routes = append(routes, plainRoute{Key: f.key, From: f.from, Steps: steps, Order: i, Commas: commas})
	}
	for i, path := range pair {
		steps, err := plainSteps(path)
		if err != nil {
			return nil, err
		}
		routes = append(routes, plainRoute{Key: []string{"name", "value"}[i], From: "pair", Steps: steps})
	}
	return routes, nil
}

var plainPosition = regexp.MustCompile(`^(0|[1-9][0-9]{0,3})$`)

func plainSteps(path string) ([]plainStep, error) {
	segments := strings.Split(path, ".")
	if len(segments) > 16 || !utf8.ValidString(path) {
		return nil, fmt.Errorf("path %q", path)
	}
	var steps []plainStep
	embedded := 0
	for _, segment := range segments {
		name, isText := strings.CutSuffix(segment, "!json")
		s := plainStep{Kind: "member", Name: name, Embedded: isText}
		if isText {
			embedded++
		}
		switch {
		case name == "" || strings.Contains(name, "!json") || strings.Contains(name, "\x00") || name != "*" && strings.Contains(name, "*"):
			return nil, fmt.Errorf("segment %q", segment)
		case name == "*":
			s.Kind = "each"
		case plainPosition.MatchString(name):
			s.Kind = "position"
			s.Position, _ = strconv.Atoi(name)
		case strings.Trim(name, "0123456789") == "":
			return nil, fmt.Errorf("position %q", segment)
		}
		steps = append(steps, s)
	}
	if embedded > 1 {
		return nil, fmt.Errorf("%d texts in %q", embedded, path)
	}
	return steps, nil
}

// inTheWayOf reports whether two paths cannot both be followed.
func (r *plainRoute) inTheWayOf(other plainRoute) bool {
	if r.From != other.From {
		return false
	}
	for i := range min(len(r.Steps), len(other.Steps)) {
		a, b := r.Steps[i], other.Steps[i]
		if a == b {
			continue
		}
		return a.Kind != b.Kind || a.Kind != "position" && plainlyAlike(a.Name, b.Name) || a.Name == b.Name
	}
	return true
}

// plainlyAlike reports whether names are the same to one of the languages that take no
// notice of case.
func plainlyAlike(a, b string) bool { return plainKey(a) == plainKey(b) }

// plainKey is the one spelling of all names that are alike. Java compares the small
// letters of the capitals, Go folds.
func plainKey(name string) string {
	return strings.Map(func(r rune) rune {
		r = unicode.ToLower(unicode.ToUpper(r))
		least := r
		for other := unicode.SimpleFold(r); other != r; other = unicode.SimpleFold(other) {
			least = min(least, other)
		}
		return least
	}, name)
}

// routeOf is the one of a key, or nil if it is not read. Of several it is the first.
func routeOf(routes []plainRoute, key string) *plainRoute {
	for i := range routes {
		if routes[i].Key == key {
			return &routes[i]
		}
	}
	return nil
}
