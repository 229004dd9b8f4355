package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/cart"
	mapsearch "github.com/promogate/caddy-discount/cart/mapping"
	"github.com/promogate/caddy-discount/cart/preset"
	"github.com/promogate/caddy-discount/internal/brief"
	"github.com/promogate/caddy-discount/money"
)

func mapCommand() *cobra.Command {
	c := command("map FILE...", "Says what is read of sample orders, and proposes a map", `
Reads sample orders as the discount handler would and says what is read: each line,
price, coupon and customer with the place it is from, what is passed over and looks
as if it could be meant, and what does not add up.

Without --config, --map or --preset it looks for a map: the preset that reads most
of the orders, or paths that are found by names and shapes and by what adds up. It
prints the options to paste into the discount handler of a Caddyfile, and why each
part is read from there. Every proposal has read all of the orders. Give it several,
with and without coupons, customers and discounts: what is in none of them cannot
be found.

FILE has one order, or one on each line (JSON Lines); - is the standard input.
Exits with 0 if all orders are read and add up, with 2 if something is not read or
does not add up, and with 1 if that could not be found out.`,
		`  caddy discount map order.json
  caddy discount map orders.jsonl --currency USD --json
  caddy discount map order.json --preset woocommerce-order
  caddy discount map order.json --config Caddyfile --handler 2`, someOrders, runMap)
	addShapeFlags(c)
	c.Flags().String("currency", "CNY", "The currency of orders that state none: that of the strategy")
	return c
}

// someOrders requires one argument or more.
func someOrders(_ *cobra.Command, args []string) error {
	for _, arg := range args {
		if arg == "" {
			return errors.New("a FILE is empty, want the name of a file with an order as JSON")
		}
	}
	if len(args) == 0 {
		return errors.New("FILE is missing: a file with an order as JSON, or with one on each line")
	}
	return nil
}

// mapped is the result of map.
type mapped struct {
	Fine     bool          `json:"fine"` // all orders are read and add up
	Orders   int           `json:"orders"`
	Unread   int           `json:"unread"`             // orders that are not read
	Given    string        `json:"given,omitempty"`    // what chose the shape
	Proposal *proposedMap  `json:"proposal,omitempty"` // if no flag chose it
	Error    string        `json:"error,omitempty"`    // why there is no proposal
	Each     []mappedOrder `json:"each"`

	currency money.Currency
}

// proposedMap is a proposal as options of a handler.
type proposedMap struct {
	Caddyfile  string          `json:"caddyfile"` // ready to paste
	Map        preset.Map      `json:"map"`
	Prices     string          `json:"prices"`
	Fractional bool            `json:"fractional"`
	ExactIDs   bool            `json:"exact_ids"`
	TextFlags  bool            `json:"text_flags"`
	Reasons    []mappingReason `json:"reasons"`
	Doubts     []string        `json:"doubts"`
}

type mappingReason struct {
	Field string     `json:"field"`
	Paths cart.Paths `json:"paths,omitempty"`
	Why   string     `json:"why"`
}

// mappedOrder is what is read of one order.
type mappedOrder struct {
	File     string        `json:"file"`
	Line     int           `json:"line,omitempty"`    // from 1; 0 if the file has one order
	Error    string        `json:"error,omitempty"`   // why it is not read
	Pointer  string        `json:"pointer,omitempty"` // of the error
	Lines    int           `json:"lines"`
	Currency string        `json:"currency,omitempty"`
	Subtotal int64         `json:"subtotal"` // of the stated values of the lines, in minor units
	Reads    []mappedRead  `json:"reads"`
	Ignored  []ignoredRead `json:"ignored"`
	Odds     []string      `json:"odds"` // what does not add up

	// The numbers of those that are not listed.
	MoreIgnored int `json:"more_ignored,omitempty"`
	MoreOdds    int `json:"more_odds,omitempty"`
}

type mappedRead struct {
	Field   string `json:"field"`
	Line    int    `json:"line"`   // from 0; -1 if the value is of no line
	Charge  int    `json:"charge"` // from 0; -1 if the value is of no charge
	Pointer string `json:"pointer"`
	Text    string `json:"text,omitempty"`
}

type ignoredRead struct {
	Path    string `json:"path"`
	Pointer string `json:"pointer"` // of the first
	Text    string `json:"text,omitempty"`
	Count   int    `json:"count"`
	Like    string `json:"like"`
}

func runMap(cmd *cobra.Command, files []string) (int, error) {
	currency, err := money.ParseCurrency(strings.ToUpper(flag(cmd, "currency")))
	if err != nil {
		example := "CNY"
		if refused := new(money.CodeError); errors.As(err, &refused) {
			example = refused.Example()
		}
		return exitFailed, fmt.Errorf("--currency is %q, want a code of ISO 4217, such as %s", flag(cmd, "currency"), example)
	}
	samples, err := samplesIn(cmd, files)
	if err != nil {
		return exitFailed, err
	}
	result := mapped{Orders: len(samples), Each: []mappedOrder{}, currency: currency}
	options, found, err := result.chooseShape(cmd, samples)
	if err != nil {
		return exitFailed, err
	}
	if found {
		if err := result.account(samples, options); err != nil {
			return exitFailed, err
		}
	}
	code := exitFine
	if !result.Fine {
		code = exitFound
	}
	if wantsJSON(cmd) {
		return code, printJSON(cmd.OutOrStdout(), result)
	}
	w := cmd.OutOrStdout()
	if _, err := io.WriteString(w, result.text(paintFor(w))); err != nil {
		return exitFailed, fmt.Errorf("writing the result: %w", err)
	}
	return code, nil
}

// chooseShape returns the shape of the orders that the flags choose, or that the search finds.
func (m *mapped) chooseShape(cmd *cobra.Command, samples []sample) (o cart.Options, found bool, err error) {
	shape, err := shapeFor(cmd, "")
	if err != nil {
		return o, false, err
	}
	if shape.name != "" {
		m.Given = shape.name
		if shape.name == "--preset" {
			m.Given = "preset " + flag(cmd, "preset")
		}
		return shape.options, true, nil
	}
	search := mapsearch.Search{Currency: m.currency, Presets: preset.All()}
	if flag(cmd, "prices") != "" {
		search.Prices = &shape.options.Prices
	}
	bodies := make([][]byte, len(samples))
	for i := range samples {
		bodies[i] = samples[i].body
	}
	p, err := search.Find(bodies)
	if err != nil {
		m.Error, m.Unread = err.Error(), len(samples)
		return o, false, nil
	}
	m.propose(p)
	return p.Options, true, nil
}

func (m *mapped) propose(p *mapsearch.Proposal) {
	m.Proposal = &proposedMap{
		Caddyfile: p.Caddyfile(), Map: preset.Map{Preset: p.Preset, Mapping: p.Map}, Prices: p.Options.Prices.String(),
		Fractional: p.Options.Fractional, ExactIDs: p.Options.ExactIDs, TextFlags: p.Options.TextFlags,
		Reasons: []mappingReason{}, Doubts: append([]string{}, p.Doubts...),
	}
	for _, r := range p.Reasons {
		m.Proposal.Reasons = append(m.Proposal.Reasons, mappingReason(r))
	}
}

// account lists what is read of each order.
func (m *mapped) account(samples []sample, o cart.Options) error {
	m.Fine = true
	var ignored, odds outputLimit
	for _, s := range samples {
		a, err := mapsearch.AccountOf(s.body, o, m.currency)
		if err != nil {
			return fmt.Errorf("%s: %w", s.source, err)
		}
		one := describeOrder(s, a)
		one.Ignored, one.MoreIgnored = limited(&ignored, one.Ignored)
		one.Odds, one.MoreOdds = limited(&odds, one.Odds)
		if a.Cart == nil {
			m.Unread++
			if a.Invalid == nil {
				one.Error = "there are no goods where the map has them"
			}
		}
		m.Fine = m.Fine && a.Fine()
		m.Each = append(m.Each, one)
	}
	return nil
}

func describeOrder(s sample, a *mapsearch.Account) mappedOrder {
	one := mappedOrder{
		File: s.name, Line: s.line, Reads: []mappedRead{}, Ignored: []ignoredRead{}, Odds: append([]string{}, a.Odds...),
	}
	for _, r := range a.Reads {
		r.Pointer, r.Text = brief.Text(r.Pointer, maxPointerBytes), brief.Text(r.Text, maxTextBytes)
		one.Reads = append(one.Reads, mappedRead(r))
	}
	for _, i := range a.Ignored {
		i.Path, i.Pointer, i.Text = brief.Text(i.Path, maxPointerBytes), brief.Text(i.Pointer, maxPointerBytes), brief.Text(i.Text, maxTextBytes)
		one.Ignored = append(one.Ignored, ignoredRead(i))
	}
	for i, odd := range one.Odds {
		one.Odds[i] = brief.Text(odd, maxOddBytes)
	}
	if a.Invalid != nil {
		one.Error, one.Pointer = a.Invalid.Reason, brief.Text(a.Invalid.Pointer, maxPointerBytes)
	}
	if a.Cart != nil {
		one.Lines, one.Currency = len(a.Cart.Lines), a.Cart.Currency
		for i := range a.Cart.Lines {
			one.Subtotal += a.Cart.Lines[i].Subtotal
		}
	}
	return one
}
