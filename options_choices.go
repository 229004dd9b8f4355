package discount

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/promogate/caddy-discount/internal/cartoptions"
	"github.com/promogate/caddy-discount/internal/directive"
)

// Reaction is what becomes of an order that cannot be priced: `pass` forwards it, `reject`
// answers it with an error.
type Reaction string

const (
	reactionPass   Reaction = "pass"
	reactionReject Reaction = "reject"
)

// RespondMode is what a response has under the names of the discount headers: `off` for
// nothing, `on` for the headers of the request, `upstream` for what the upstream sends.
type RespondMode string

const (
	respondOff      RespondMode = "off"
	respondOn       RespondMode = "on"
	respondUpstream RespondMode = "upstream"
)

// ExplainMode is what discount_quote adds to its answers: `off` for nothing, `next` for
// what the customer is close to, or `on` for that and why each other rule did not apply.
type ExplainMode string

const (
	explainOff  ExplainMode = "off"
	explainOn   ExplainMode = "on"
	explainNext ExplainMode = "next"
)

// UnmarshalJSON reads a mode, or a boolean as version 0.1 had it.
func (m *ExplainMode) UnmarshalJSON(text []byte) error {
	switch string(text) {
	case "true":
		*m = explainOn
		return nil
	case "false":
		*m = explainOff
		return nil
	}
	if err := json.Unmarshal(text, (*string)(m)); err != nil {
		return fmt.Errorf("explain: %s is none of off, on, next", text)
	}
	return nil
}

// option is an option that takes one of a few words.
type option interface {
	called() string
	fill() error
	validate() error
	unmarshal(d *caddyfile.Dispenser) error
}

// choices are the options that take one of a few words. Each list of words begins with the
// default.
func (o *Options) choices() []option {
	reactions := []Reaction{reactionPass, reactionReject}
	return []option{
		choice[cartoptions.Source]{"source", &o.Source, cartoptions.Sources},
		choice[cartoptions.Customer]{"customer", &o.Customer, cartoptions.Customers},
		choice[Reaction]{"on_invalid", &o.OnInvalid, reactions},
		choice[Reaction]{"on_oversize", &o.OnOversize, reactions},
		choice[RespondMode]{"respond", &o.Respond, []RespondMode{respondOff, respondOn, respondUpstream}},
		choice[ExplainMode]{"explain", &o.Explain, []ExplainMode{explainOff, explainOn, explainNext}},
	}
}

// choice is one of [Options.choices].
type choice[T ~string] struct {
	name  string
	value *T
	words []T
}

func (c choice[T]) called() string { return c.name }

// fill expands placeholders and puts the default in.
func (c choice[T]) fill() error {
	text := string(*c.value)
	if err := expand(c.name, &text); err != nil {
		return err
	}
	*c.value = T(text)
	setIfZero(c.value, c.words[0])
	return nil
}

func (c choice[T]) validate() error {
	if slices.Contains(c.words, *c.value) {
		return nil
	}
	known := make([]string, len(c.words))
	for i, word := range c.words {
		known[i] = string(word)
	}
	return fmt.Errorf("%s: %q is none of %s", c.name, *c.value, strings.Join(known, ", "))
}

func (c choice[T]) unmarshal(d *caddyfile.Dispenser) error {
	return directive.Choice(d, c.value, c.words...)
}
