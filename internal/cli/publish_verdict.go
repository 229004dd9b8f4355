package cli

import (
	"fmt"
	"strings"

	"github.com/caddyserver/caddy/v2"

	"github.com/promogate/caddy-discount/internal/adminapi"
	"github.com/promogate/caddy-discount/reload"
	"github.com/promogate/caddy-discount/strategy/document"
)

// A verdict is the outcome of a publication at the running gateway.
type verdict string

const (
	verdictInService = verdict(reload.OutcomeInService)
	verdictStaged    = verdict(reload.OutcomeStaged)
	verdictPinned    = verdict(reload.OutcomePinned)
	verdictRefused   = verdict(reload.OutcomeRefused)
	verdictLate      = verdict("late") // a gateway serves the file and has no outcome yet
	verdictNone      = verdict("none") // no gateway that answers serves the file
)

// gatewayVerdict is the outcome of a publication at a gateway.
type gatewayVerdict struct {
	Address string  `json:"address,omitempty"` // of its admin API
	Verdict verdict `json:"verdict"`
	Reason  string  `json:"reason,omitempty"` // why there is no verdict, or a late one

	// Strategies are those of the gateway that read the published files.
	Strategies []strategyVerdict `json:"strategies,omitempty"`
}

// strategyVerdict is the outcome for one strategy. A file may be a part of several strategies, for
// instance one for each environment.
type strategyVerdict struct {
	ID       string                `json:"id"`
	Path     string                `json:"path"`
	Env      string                `json:"env,omitempty"`
	Verdict  verdict               `json:"verdict"`
	SHA256   string                `json:"sha256,omitempty"` // of the suppressed content
	Error    string                `json:"error,omitempty"`  // of a refusal
	Problems []document.Diagnostic `json:"problems,omitempty"`
	More     int                   `json:"more_problems,omitempty"`
	Before   bool                  `json:"refused_before,omitempty"` // the old content was, too
	says     bool                  // the gateway reports outcomes of saves
}

// isGood reports whether the published files may stay.
func (g *gatewayVerdict) isGood() bool {
	return g.Verdict == verdictInService || g.Verdict == verdictStaged || g.Verdict == verdictNone
}

// isDeclined reports whether the gateway refuses the published files, or a rollback suppresses
// them.
func (g *gatewayVerdict) isDeclined() bool {
	return g.Verdict == verdictRefused || g.Verdict == verdictPinned
}

// sum sets the verdict of the gateway from those of its strategies. A refusal by a strategy that
// was refused before counts only if there is no other verdict.
func (g *gatewayVerdict) sum() {
	count := make(map[verdict]int)
	for _, s := range g.Strategies {
		if s.Verdict != verdictRefused || !s.Before {
			count[s.Verdict]++
		}
	}
	for _, v := range []verdict{verdictLate, verdictRefused, verdictPinned, verdictStaged, verdictInService} {
		if count[v] > 0 {
			g.Verdict = v
			return
		}
	}
	g.Verdict = verdictNone
	if len(g.Strategies) > 0 {
		g.Verdict = verdictRefused
	}
}

// why describes why the published files cannot stay, as the end of a clause.
func (g *gatewayVerdict) why() string {
	switch g.Verdict {
	case verdictRefused:
		return "the gateway refuses"
	case verdictPinned:
		return "a rollback keeps out of service"
	}
	return "the gateway has not taken yet"
}

// text describes the verdict.
func (g *gatewayVerdict) text() string {
	var text strings.Builder
	for _, s := range g.Strategies {
		text.WriteString(printableLines(s.text(g.Address, len(g.Strategies) > 1)))
	}
	if g.Reason != "" {
		text.WriteString(printable(g.Reason) + "\n")
	}
	if g.Verdict == verdictNone {
		text.WriteString(howToSee + "\n")
	}
	return text.String()
}

func (s *strategyVerdict) text(address string, several bool) string {
	at := address
	if several || s.Verdict == verdictRefused {
		at += " as " + s.name()
	}
	switch s.Verdict {
	case verdictInService:
		return "in service at " + at + "\n"
	case verdictStaged:
		return "staged at " + at + "\n"
	case verdictPinned:
		return fmt.Sprintf("not in service at %s: a rollback keeps it out, it comes back with: %s\n", at, s.comesBack(address))
	case verdictRefused:
		before := ""
		if s.Before {
			before = ", as what was there before"
		}
		return fmt.Sprintf("refused at %s%s:\n    %s\n", at, before, strings.ReplaceAll(s.Error, "\n", "\n    "))
	}
	return "no verdict from " + at + "\n"
}

// comesBack returns the command that puts a suppressed content back into service.
func (s *strategyVerdict) comesBack(address string) string {
	text := fmt.Sprintf("caddy discount rollback %.12s --id %s", s.SHA256, s.ID)
	if address != caddy.DefaultAdminListen {
		text += " --address " + address
	}
	return text
}

// name returns the id of the strategy in the gateway, with its environment.
func (s *strategyVerdict) name() string {
	if s.Env != "" {
		return s.ID + " (env " + s.Env + ")"
	}
	return s.ID
}

// limit shortens the lists of problems to what one output lists.
func (g *gatewayVerdict) limit() {
	var problems outputLimit
	for i := range g.Strategies {
		s := &g.Strategies[i]
		shown, more := limited(&problems, s.Problems)
		s.Problems, s.More = shown, s.More+more
	}
}

// add sets the outcome that the gateway reports for the strategy.
func (s *strategyVerdict) add(of adminapi.Strategy) {
	s.Verdict = verdict(of.File.Outcome)
	switch {
	case s.Verdict == verdictPinned:
		s.SHA256 = of.Held
	case s.Verdict == verdictRefused && of.Refusal != nil:
		s.Error, s.Problems, s.More = of.Refusal.Error, of.Refusal.Problems, of.Refusal.More
	}
}

// isTaken reports whether the strategy is in service or staged with the content of the target.
func (s *strategyVerdict) isTaken() bool {
	return s.Verdict == verdictInService || s.Verdict == verdictStaged
}
