package cli

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/internal/brief"
	"github.com/promogate/caddy-discount/strategy"
	"github.com/promogate/caddy-discount/strategy/compare"
)

func diffCommand() *cobra.Command {
	c := command("diff OLD NEW", "Says how two strategies differ in meaning, and what that does to carts", `
Compares two strategies by meaning, not by text: rules and products that were
added, removed or changed, field by field. Comments, order, layout and defaults
that are written out make no difference. Titles, descriptions, tags and meta have
no part in the meaning; what differs in them is listed apart.

With --carts it also prices carts by both, and says what changes for each of them
and in total. The file has one cart a line (JSON Lines), each in the shape that
the gateway reads by default, unless --config, --map or --preset says how they are
written.

OLD and NEW are files, or directories of *.toml files. Exits with 0 if both mean
and say the same, and with 2 if they differ.`,
		`  caddy discount diff config/discount.toml next.toml
  caddy discount diff config next --carts yesterday.jsonl --now 2026-11-11T09:30:00
  git show HEAD:discount.toml > was.toml && caddy discount diff was.toml discount.toml`, twoPaths, runDiff)
	addEnvFlag(c)
	c.Flags().String("carts", "", "A file with one cart as JSON on each line, or - for the standard input")
	addShapeFlags(c)
	addNowFlag(c)
	return c
}

func twoPaths(_ *cobra.Command, args []string) error {
	if len(args) != 2 || args[0] == "" || args[1] == "" {
		return fmt.Errorf("%s given (%q), want two: OLD and NEW, each a strategy file or a directory of them", brief.Count(len(args), "argument"), args)
	}
	return nil
}

// compared is the result of diff.
type compared struct {
	Old     comparedStrategy `json:"old"`
	New     comparedStrategy `json:"new"`
	Env     string           `json:"env,omitempty"`
	Same    bool             `json:"same"` // in meaning
	Changes []changed        `json:"changes"`
	Texts   []changed        `json:"texts"` // changes of the texts of rules
	Counts  []recount        `json:"counts,omitempty"`
	Carts   *comparedCarts   `json:"carts,omitempty"`
}

// recount is a count of a quota that starts at zero with the new strategy.
type recount struct {
	Quota       string `json:"quota"`
	Kind        string `json:"kind"`
	PerCustomer bool   `json:"per_customer,omitempty"`
	Was         string `json:"was"` // the quota that it may continue
	Text        string `json:"text"`
}

// recounts lists the counts that start at zero although they may continue others.
func recounts(old, next *strategy.Strategy) []recount {
	var list []recount
	for _, r := range next.RecountsAfter(old) {
		kind := r.Now.Kind.String()
		if r.Codes {
			kind = "code"
		}
		list = append(list, recount{r.Now.Name, kind, r.Now.PerCustomer, r.Was.Name, r.Text})
	}
	return list
}

type comparedStrategy struct {
	Path    string `json:"path"`
	Version string `json:"version"`
	SHA256  string `json:"sha256"`

	// The currency and the unit of the amounts in the changes.
	Currency string `json:"currency"`
	Unit     string `json:"unit"`

	*strategy.Strategy `json:"-"`
	meaning, texts     []byte
}

// changed is one change for programs: a pointer into the canonical form, and the value in each
// strategy that has one. The pointer names products by their SKU.
type changed struct {
	Pointer jsontext.Pointer `json:"pointer"`
	Old     json.RawMessage  `json:"old,omitempty"`
	New     json.RawMessage  `json:"new,omitempty"`
}

func runDiff(cmd *cobra.Command, args []string) (int, error) {
	old, oldErr := strategyToCompare(cmd, args[0])
	next, nextErr := strategyToCompare(cmd, args[1])
	if err := errors.Join(oldErr, nextErr); err != nil {
		return exitFailed, err
	}
	changes, err := compare.Canonical(old.meaning, next.meaning)
	if err != nil {
		return exitFailed, err
	}
	texts, err := compare.Canonical(old.texts, next.texts)
	if err != nil {
		return exitFailed, err
	}
	result := compared{Old: *old, New: *next, Env: flag(cmd, "env"), Same: len(changes) == 0, Changes: changesFor(changes), Texts: changesFor(texts),
		Counts: recounts(old.Strategy, next.Strategy)}
	now, err := instantOf(cmd, next.Location())
	if err != nil {
		return exitFailed, err
	}
	if err := refuseCartFlags(cmd); err != nil {
		return exitFailed, err
	}
	if path := flag(cmd, "carts"); path != "" {
		if result.Carts, err = compareCarts(cmd, path, args[0], old.Strategy, next.Strategy, now); err != nil {
			return exitFailed, err
		}
	}
	return result.say(cmd, changes, texts, now)
}

// changesFor converts changes for programs.
func changesFor(changes []compare.Change) []changed {
	list := make([]changed, len(changes))
	for i, c := range changes {
		list[i] = changed{c.Pointer(), json.RawMessage(c.Old), json.RawMessage(c.New)}
	}
	return list
}

// refuseCartFlags refuses the flags that choose the shape of carts if no carts are given.
func refuseCartFlags(cmd *cobra.Command) error {
	for _, name := range []string{"config", "handler", "map", "preset", "prices"} {
		if cmd.Flags().Changed(name) && flag(cmd, "carts") == "" {
			return fmt.Errorf("--%s says how carts are written, and there are none: --carts is missing", name)
		}
	}
	return nil
}

func strategyToCompare(cmd *cobra.Command, path string) (*comparedStrategy, error) {
	m, err := modelAt(cmd, path)
	if err != nil {
		return nil, err
	}
	s := strategy.Compile(m)
	sum := s.Fingerprint()
	return &comparedStrategy{
		Path: path, Version: s.Version(), SHA256: hex.EncodeToString(sum[:]), Strategy: s, meaning: m.Canonical(), texts: m.Texts(),
		Currency: s.Currency().Code(), Unit: cart.Major.String(),
	}, nil
}

// heading describes one of the strategies, with the currency of its amounts.
func (c *comparedStrategy) heading() string {
	return fmt.Sprintf("%s: version %s, amounts in %s, sha256 %s…", printable(c.Path), c.Version, c.Currency, c.SHA256[:12])
}

// say writes the result, and returns the exit code.
func (c *compared) say(cmd *cobra.Command, changes, texts []compare.Change, now time.Time) (int, error) {
	code := exitFine
	if !c.Same || len(c.Texts) > 0 {
		code = exitFound
	}
	w := cmd.OutOrStdout()
	if wantsJSON(cmd) {
		return code, printJSON(w, c)
	}
	paint := paintFor(w)
	text := fmt.Sprintf("old  %s\nnew  %s\n\n", c.Old.heading(), c.New.heading())
	if c.Same {
		text += "They mean the same.\n"
	} else {
		text += describe(changes, paint)
	}
	if len(texts) > 0 {
		text += "\nTexts\n\n" + describeTexts(texts, paint)
	}
	for i, r := range c.Counts {
		if i == 0 {
			text += "\nCounts\n\n"
		}
		text += printable(r.Text) + "\n"
	}
	if c.Carts != nil {
		text += "\n" + c.Carts.text(c.New.Strategy.Currency(), now.In(c.New.Location()), paint)
	}
	if _, err := io.WriteString(w, text); err != nil {
		return exitFailed, fmt.Errorf("writing the result: %w", err)
	}
	return code, nil
}
