package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/internal/adminapi"
	"github.com/promogate/caddy-discount/internal/publish"
	"github.com/promogate/caddy-discount/internal/strategyfile"
	"github.com/promogate/caddy-discount/reload"
	"github.com/promogate/caddy-discount/reload/history"
)

// How publish waits for a gateway: for an answer, between two polls, how often it tries to list
// the strategies first, and for the verdict after a change was reverted.
const (
	answerTimeout = 5 * time.Second
	firstPoll     = 2 * time.Millisecond
	longestPoll   = 200 * time.Millisecond
	firstTries    = 3
	revertTimeout = 3 * time.Second
)

// defaultWait is how long publish waits for a verdict.
const defaultWait = 20 * time.Second

func addWaitFlag(c *cobra.Command) {
	c.Flags().Duration("wait", defaultWait, "How long to wait until the gateway says what it makes of it; 0 does not ask")
}

// publishedGateway is the running gateway that publish asks.
type publishedGateway struct {
	admin   adminapi.Client
	wait    time.Duration
	skipped string          // why it is not asked; "" if it is
	main    string          // the path of the strategy that is published
	refused map[string]bool // by id: the strategies that were refused before the change
}

// gatewayOf returns the gateway that the flags choose.
func gatewayOf(cmd *cobra.Command, to publish.Target) *publishedGateway {
	g := &publishedGateway{main: to.Path(), refused: make(map[string]bool)}
	g.wait, _ = cmd.Flags().GetDuration("wait") // the only error is a flag that is not defined
	if g.wait <= 0 {
		g.skipped = "no gateway was asked (--wait 0)"
		return g
	}
	admin, err := adminOf(cmd)
	if err != nil {
		g.skipped = "no gateway was asked: " + err.Error()
		return g
	}
	g.admin = admin
	g.admin.Patience = answerTimeout
	return g
}

// recordRefused records which strategies are refused before the target changes.
func (g *publishedGateway) recordRefused(ctx context.Context) {
	all, err := g.firstStrategies(ctx)
	if err != nil {
		g.skipped = g.admin.Unreachable(err)
		return
	}
	for _, s := range all {
		if s.File != nil && s.File.Outcome == reload.OutcomeRefused {
			g.refused[s.ID] = true
		}
	}
}

// firstStrategies lists the strategies of the gateway. It tries several times, because the admin
// endpoint may not answer for a moment while a configuration is loaded.
func (g *publishedGateway) firstStrategies(ctx context.Context) (all []adminapi.Strategy, err error) {
	for try := range firstTries {
		if g.skipped != "" {
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

// howToSee names the commands that show the result at a gateway that was not asked.
const howToSee = `to see what becomes of it: "caddy discount log", or GET /discount/strategies of the admin API (--address)`

// verdict waits for the verdict of the gateway on the current content of the target.
func (g *publishedGateway) verdict(ctx context.Context, change publish.Change) gatewayVerdict {
	v := gatewayVerdict{Address: g.admin.Address, Verdict: verdictNone}
	if g.skipped != "" {
		v.Reason = g.skipped
		return v
	}
	var files []string
	if change != nil {
		files = change.Files()
	}
	deadline := time.Now().Add(g.wait)
	attempts := make(map[string]uint64)
	for pause := firstPoll; ; pause = min(2*pause, longestPoll) {
		all, err := g.admin.Strategies()
		if err == nil {
			v.Reason = ""
			v.Strategies = g.affected(all, files, attempts)
			v.sum()
		} else {
			v.Verdict, v.Reason = verdictLate, err.Error()
		}
		switch {
		case err == nil && len(v.Strategies) == 0:
			v.Reason = g.notServed(all)
			return v
		case err == nil && v.isSilent():
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

// isSilent reports whether the gateway is of a version that does not report the outcome of a save.
func (g *gatewayVerdict) isSilent() bool {
	return !slices.ContainsFunc(g.Strategies, func(s strategyVerdict) bool { return s.says })
}

// sleep pauses, and reports whether it was not interrupted.
func sleep(ctx context.Context, pause time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(pause):
		return true
	}
}

// notServed returns the reason for a gateway that serves none of the published files.
func (g *publishedGateway) notServed(all []adminapi.Strategy) string {
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

// affected lists the strategies that read the published files, with their verdicts. attempts has,
// by id, how often the gateway had read the files of a strategy at the first poll.
func (g *publishedGateway) affected(all []adminapi.Strategy, files []string, attempts map[string]uint64) []strategyVerdict {
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
			one.add(s)
		}
		list = append(list, one)
	}
	return list
}

// reads reports whether the strategy at a path of the gateway reads a published file. It returns
// the digest of all files that the strategy reads; "" if they cannot be read.
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

// awaitReverted waits, after a change was reverted, until the gateway has read the previous files,
// for at most revertTimeout. The next publication is then checked anew. It sets the reason of the
// verdict if a strategy that had taken the change has not taken the previous files again.
func (g *publishedGateway) awaitReverted(ctx context.Context, v *gatewayVerdict) {
	if v.Verdict == verdictLate || ctx.Err() != nil {
		return
	}
	g.wait = revertTimeout
	after := g.verdict(ctx, nil)
	for _, s := range v.Strategies {
		again := slices.IndexFunc(after.Strategies, func(a strategyVerdict) bool { return a.ID == s.ID })
		if s.isTaken() && again >= 0 && !after.Strategies[again].isTaken() {
			v.Reason = fmt.Sprintf("what was put back is not in service again as %s: see GET /discount/strategies/%s", s.name(), s.ID)
		}
	}
}
