package discount

import (
	"encoding/json"
	"fmt"
)

// ExplainMode is what discount_quote adds to its answers: `off` for nothing, `next` for
// what the customer is close to, or `on` for that and why each other rule did not apply.
type ExplainMode string

// The modes of [Options.Explain].
const (
	ExplainOff  ExplainMode = "off"
	ExplainOn   ExplainMode = "on"
	ExplainNext ExplainMode = "next"
)

// UnmarshalJSON reads a mode, or a boolean, which is what it was in 0.1.
func (m *ExplainMode) UnmarshalJSON(text []byte) error {
	switch string(text) {
	case "true":
		*m = ExplainOn
		return nil
	case "false":
		*m = ExplainOff
		return nil
	}
	if err := json.Unmarshal(text, (*string)(m)); err != nil {
		return fmt.Errorf("explain: %s is none of off, on, next", text)
	}
	return nil
}
