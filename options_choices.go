package discount

import (
	"encoding/json"
	"fmt"

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

// HeaderForm is how the discount headers are written: `fields` for a header for each value,
// `compact` for one header with all of them.
type HeaderForm string

const (
	headersFields  HeaderForm = "fields"
	headersCompact HeaderForm = "compact"
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

// choices are the options that take one of a few words. Each list of words begins with the
// default.
func (o *Options) choices() []directive.Enum {
	reactions := []Reaction{reactionPass, reactionReject}
	return []directive.Enum{
		directive.EnumOf("source", &o.Source, cartoptions.Sources...),
		directive.EnumOf("customer", &o.Customer, cartoptions.Customers...),
		directive.EnumOf("on_invalid", &o.OnInvalid, reactions...),
		directive.EnumOf("on_oversize", &o.OnOversize, reactions...),
		directive.EnumOf("headers", &o.Headers, headersFields, headersCompact),
		directive.EnumOf("respond", &o.Respond, respondOff, respondOn, respondUpstream),
		directive.EnumOf("explain", &o.Explain, explainOff, explainOn, explainNext),
	}
}
