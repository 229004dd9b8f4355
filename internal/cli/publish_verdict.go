package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/internal/adminapi"
	"github.com/promogate/caddy-discount/internal/publish"
	"github.com/promogate/caddy-discount/internal/strategyfile"
	"github.com/promogate/caddy-discount/reload"
	"github.com/promogate/caddy-discount/reload/history"
	"github.com/promogate/caddy-discount/strategy/document"
)

// A verdict is what the running gateway makes of what was published.
type verdict string

const (
	verdictInService = verdict(reload.OutcomeInService)
	verdictStaged    = verdict(reload.OutcomeStaged)
	verdictHeld      = verdict(reload.OutcomePinned)
	verdictRefused   = verdict(reload.OutcomeRefused)
	verdictLate      = verdict("late") // a gateway serves the file, and has not said yet what it makes of it
	verdictNone      = verdict("none") // no gateway that answers serves the file
)

// gatewayVerdict is what the gateway makes of what was published.
type gatewayVerdict struct {
	Address string  `json:"address,omitempty"` // of its admin API
	Verdict verdict `json:"verdict"`
	Reason  string  `json:"reason,omitempty"` // why there is none, or it is late

	// Strategies are those of the gateway that read what was published.
	Strategies []strategyVerdict `json:"strategies,omitempty"`
}

// strategyVerdict is what becomes of it in one strategy: the same file may be one with
// several environments, and may be a part of several.
type strategyVerdict struct {
	ID       string                `json:"id"`
	Path     string                `json:"path"`
	Env      string                `json:"env,omitempty"`
	Verdict  verdict               `json:"verdict"`
	SHA256   string                `json:"sha256,omitempty"` // of what is held
	Error    string                `json:"error,omitempty"`  // of a refusal
	Problems []document.Diagnostic `json:"problems,omitempty"`
	More     int                   `json:"more_problems,omitempty"`
	Before   bool                  `json:"refused_before,omitempty"` // what was there was refused, too
	says     bool                  // the gateway says at all what became of a save
}

// good reports whether what was published may stay in its place.
func (g *gatewayVerdict) good() bool {
	return g.Verdict == verdictInService || g.Verdict == verdictStaged || g.Verdict == verdictNone
}

// declined reports whether the gateway does not take what was published.
func (g *gatewayVerdict) declined() bool {
	return g.Verdict == verdictRefused || g.Verdict == verdictHeld
}

// sum is the verdict of all strategies. One that was refused before does not keep
// the others from what is better for them.
func (g *gatewayVerdict) sum() {
	count := make(map[verdict]int)
	for _, s := range g.Strategies {
		if s.Verdict != verdictRefused || !s.Before {
			count[s.Verdict]++
		}
	}
	for _, v := range []verdict{verdictLate, verdictRefused, verdictHeld, verdictStaged, verdictInService} {
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

// why says in a few words what is wrong with what was published.
func (g *gatewayVerdict) why() string {
	switch g.Verdict {
	case verdictRefused:
		return "the gateway refuses"
	case verdictHeld:
		return "a rollback keeps out of service"
	}
	return "the gateway has not taken yet"
}

// text says it to a person.
func (g *gatewayVerdict) text() string {
	var text strings.Builder
	for _, s := range g.Strategies {
		text.WriteString(printableLines(s.text(g.Address, len(g.Strategies) > 1)))
	}
	if g.Reason != "" {
		text.WriteString(printable(g.Reason) + "\n")
	}
	if g.Verdict == verdictNone {
		text.WriteString(seeToo + "\n")
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
	case verdictHeld:
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

// comesBack is the command that brings back what a rollback keeps out of service.
func (s *strategyVerdict) comesBack(address string) string {
	text := fmt.Sprintf("caddy discount rollback %.12s --id %s", s.SHA256, s.ID)
	if address != caddy.DefaultAdminListen {
		text += " --address " + address
	}
	return text
}

// name is that of the strategy in the gateway.
func (s *strategyVerdict) name() string {
	if s.Env != "" {
		return s.ID + " (env " + s.Env + ")"
	}
	return s.ID
}

// How long publish waits for a gateway: for its first answer, and between two looks.
const (
	answerPatience = 5 * time.Second
	firstLook      = 2 * time.Millisecond
	longestLook    = 200 * time.Millisecond
	firstTries     = 3
	settlePatience = 3 * time.Second
)

// defaultWait is how long publish waits for a verdict.
const defaultWait = 20 * time.Second

func addWaitFlag(c *cobra.Command) {
	c.Flags().Duration("wait", defaultWait, "How long to wait until the gateway says what it makes of it; 0 does not ask")
}

// publishedGateway is the running gateway that is asked.
type publishedGateway struct {
	admin   adminapi.Client
	wait    time.Duration
	off     string          // why it is not asked; "" if it is
	main    string          // the path of the strategy that is published
	refused map[string]bool // by id, before
}

// gatewayOf is the gateway that the flags name.
func gatewayOf(cmd *cobra.Command, to publish.Target) *publishedGateway {
	g := &publishedGateway{main: to.Path(), refused: make(map[string]bool)}
	g.wait, _ = cmd.Flags().GetDuration("wait") // the only error is a flag that is not defined
	if g.wait <= 0 {
		g.off = "no gateway was asked (--wait 0)"
		return g
	}
	admin, err := adminOf(cmd)
	if err != nil {
		g.off = "no gateway was asked: " + err.Error()
		return g
	}
	g.admin = admin
	g.admin.Patience = answerPatience
	return g
}

// look notes what is refused before anything is changed.
func (g *publishedGateway) look(ctx context.Context) {
	all, err := g.first(ctx)
	if err != nil {
		g.off = g.admin.Unreachable(err)
		return
	}
	for _, s := range all {
		if s.File != nil && s.File.Outcome == reload.OutcomeRefused {
			g.refused[s.ID] = true
		}
	}
}

// first are the strategies of the gateway. While its configuration is loaded anew
// its admin endpoint may be away for a moment.
func (g *publishedGateway) first(ctx context.Context) (all []adminapi.Strategy, err error) {
	for try := range firstTries {
		if g.off != "" {
			return nil, nil
		}
		if try > 0 && !sleep(ctx, 10*time.Millisecond<<try) {
			return nil, publish.ErrInterrupted
		}
		if all, err = g.admin.Strategies(); err == nil || errors.Is(err, adminapi.ErrNoAnswer) {
			return all, err
		}
	}
	return nil, err
}

// seeToo says where to see what a gateway makes of it that was not asked.
const seeToo = `to see what becomes of it: "caddy discount log", or GET /discount/strategies of the admin API (--address)`

// verdict waits for what the gateway makes of what is in the place now.
func (g *publishedGateway) verdict(ctx context.Context, change publish.Change) gatewayVerdict {
	v := gatewayVerdict{Address: g.admin.Address, Verdict: verdictNone}
	if g.off != "" {
		v.Reason = g.off
		return v
	}
	var files []string
	if change != nil {
		files = change.Files()
	}
	deadline := time.Now().Add(g.wait)
	attempts := make(map[string]uint64)
	for pause := firstLook; ; pause = min(2*pause, longestLook) {
		all, err := g.admin.Strategies()
		if err == nil {
			v.Reason = ""
			v.Strategies = g.concerned(all, files, attempts)
			v.sum()
		} else {
			v.Verdict, v.Reason = verdictLate, err.Error()
		}
		switch {
		case err == nil && len(v.Strategies) == 0:
			v.Reason = g.others(all)
			return v
		case err == nil && v.silent():
			v.Verdict, v.Strategies = verdictNone, nil
			v.Reason = "the gateway at " + v.Address + " is of an earlier version, which does not say what becomes of a save"
			return v
		case v.Verdict != verdictLate:
			return v
		case change != nil && !change.Intact():
			return v
		case time.Now().After(deadline):
			v.Reason = strings.TrimPrefix(v.Reason+fmt.Sprintf("; waited for %s (--wait)", g.wait), "; ")
			return v
		case !sleep(ctx, pause):
			return v
		}
	}
}

// silent reports whether the gateway is of a version that does not say what becomes of
// a save.
func (g *gatewayVerdict) silent() bool {
	return !slices.ContainsFunc(g.Strategies, func(s strategyVerdict) bool { return s.says })
}

// sleep pauses, and reports whether it was to its end.
func sleep(ctx context.Context, pause time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(pause):
		return true
	}
}

// others says that the gateway serves none of what was published.
func (g *publishedGateway) others(all []adminapi.Strategy) string {
	if len(all) == 0 {
		return "the gateway at " + g.admin.Address + " serves no strategy"
	}
	var paths []string
	for _, s := range all {
		if !slices.Contains(paths, s.Path) {
			paths = append(paths, s.Path)
		}
	}
	return "the gateway at " + g.admin.Address + " serves other files only: " + strings.Join(paths, ", ")
}

// concerned are the strategies that read what was published, and what becomes of it.
// attempts are the numbers at which the first look found what they read last.
func (g *publishedGateway) concerned(all []adminapi.Strategy, files []string, attempts map[string]uint64) []strategyVerdict {
	var list []strategyVerdict
	for _, s := range all {
		content, reads := g.reads(s.Path, files)
		if !reads {
			continue
		}
		one := strategyVerdict{ID: s.ID, Path: s.Path, Env: s.Env, Verdict: verdictLate, Before: g.refused[s.ID], says: s.File != nil}
		if !one.says {
			list = append(list, one)
			continue
		}
		since, looked := attempts[s.ID]
		if !looked {
			since = s.File.Number
			attempts[s.ID] = since
		}
		unreadable := s.File.Digest == "" && s.File.Number >= since+2
		if (content != "" && s.File.Digest == content || unreadable) && s.File.Outcome != "" {
			one.take(s)
		}
		list = append(list, one)
	}
	return list
}

// reads reports whether the strategy at a path of the gateway reads what was
// published, and the digest of all that it reads.
func (g *publishedGateway) reads(path string, files []string) (digest string, reads bool) {
	content, err := reload.ReadOnce(path, strategyfile.ReloadOptions())
	reads = publish.SameFile(path, g.main)
	if err != nil {
		return "", reads || publish.SameFile(path, filepath.Dir(g.main))
	}
	published := append(slices.Clone(files), g.main)
	for _, f := range content.Files {
		at := filepath.Join(content.Dir, f.Name)
		reads = reads || slices.ContainsFunc(published, func(p string) bool { return publish.SameFile(at, p) })
	}
	return history.Digest(content.Files), reads
}

// bound cuts the problems to what one output tells.
func (g *gatewayVerdict) bound() {
	var problems outputLimit
	for i := range g.Strategies {
		s := &g.Strategies[i]
		told, more := limited(&problems, s.Problems)
		s.Problems, s.More = told, s.More+more
	}
}

// take takes what became of the content.
func (s *strategyVerdict) take(of adminapi.Strategy) {
	s.Verdict = verdict(of.File.Outcome)
	switch {
	case s.Verdict == verdictHeld:
		s.SHA256 = of.Held
	case s.Verdict == verdictRefused && of.Refusal != nil:
		s.Error, s.Problems, s.More = of.Refusal.Error, of.Refusal.Problems, of.Refusal.More
	}
}

// settle waits for a moment, after what was published was put back, until the gateway
// has seen that: what is published next is judged anew. Of strategies that had taken
// what was published and have not taken that, it says so.
func (g *publishedGateway) settle(ctx context.Context, v *gatewayVerdict) {
	if v.Verdict == verdictLate || ctx.Err() != nil {
		return
	}
	g.wait = settlePatience
	after := g.verdict(ctx, nil)
	for _, s := range v.Strategies {
		again := slices.IndexFunc(after.Strategies, func(a strategyVerdict) bool { return a.ID == s.ID })
		if s.taken() && again >= 0 && !after.Strategies[again].taken() {
			v.Reason = fmt.Sprintf("what was put back is not in service again as %s: see GET /discount/strategies/%s", s.name(), s.ID)
		}
	}
}

// taken reports whether the strategy has what is in the place.
func (s *strategyVerdict) taken() bool {
	return s.Verdict == verdictInService || s.Verdict == verdictStaged
}
