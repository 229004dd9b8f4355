package cli

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/internal/brief"
	"github.com/promogate/caddy-discount/strategy"
)

func benchCommand() *cobra.Command {
	c := command("bench PATH --cart FILE", "Measures how fast a strategy prices a cart on this machine", `
Prices a cart again and again, on one core and without HTTP, and says how many
quotes a second that makes, and what one takes. Memory is used again between
quotes, as in the gateway.`,
		`  caddy discount bench config/discount.toml --cart cart.json
  caddy discount bench config --env prod --cart cart.json --time 10s --json`, onePath, runBench)
	addEnvFlag(c)
	addCartFlag(c)
	addShapeFlags(c)
	addNowFlag(c)
	c.Flags().Duration("time", 2*time.Second, "How long to measure")
	return c
}

// measured is the result of bench.
type measured struct {
	Path            string  `json:"path"`
	Env             string  `json:"env,omitempty"`
	Version         string  `json:"version"`
	Rules           int     `json:"rules"`
	Lines           int     `json:"lines"`
	Quotes          int64   `json:"quotes"`
	QuotesPerSecond float64 `json:"quotes_per_second"`
	NsPerQuote      float64 `json:"ns_per_quote"`
	AllocsPerQuote  float64 `json:"allocs_per_quote"`
	BytesPerQuote   float64 `json:"bytes_per_quote"`
}

// The bounds of --time: the clock is too coarse for less.
const (
	leastTime = time.Millisecond
	mostTime  = time.Hour
)

func runBench(cmd *cobra.Command, args []string) (int, error) {
	span, err := cmd.Flags().GetDuration("time")
	if err != nil {
		return exitFailed, err
	}
	if span < leastTime || span > mostTime {
		return exitFailed, fmt.Errorf("--time is %s, want %s to %s", span, leastTime, mostTime)
	}
	m, err := modelAt(cmd, args[0])
	if err != nil {
		return exitFailed, err
	}
	s, c, now, err := toPrice(cmd, m, args[0])
	if err != nil {
		return exitFailed, err
	}
	result := measured{Path: args[0], Env: flag(cmd, "env"), Version: s.Version(), Rules: s.RuleCount(), Lines: len(c.Lines)}
	if err := result.measure(s, c.Cart, now, span); err != nil {
		return exitFailed, c.unpriced(err)
	}
	if wantsJSON(cmd) {
		return exitFine, printJSON(cmd.OutOrStdout(), result)
	}
	_, err = io.WriteString(cmd.OutOrStdout(), printablef("%s (version %s, %s), a cart of %s\n%.0f quotes a second on one core: %.0f ns, %.1f allocations and %.0f bytes each\n",
		result.Path, result.Version, brief.Count(result.Rules, "rule"), brief.Count(result.Lines, "line"),
		result.QuotesPerSecond, result.NsPerQuote, result.AllocsPerQuote, result.BytesPerQuote))
	return exitFine, err
}

// measure quotes for a span of time.
func (m *measured) measure(s *strategy.Strategy, c *cart.Cart, now time.Time, span time.Duration) error {
	var q strategy.Quote
	const warmUp, batch = 100, 64
	for range warmUp {
		if err := s.QuoteInto(&q, c, now); err != nil {
			return err
		}
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	begin := time.Now()
	took := time.Duration(0)
	for ; took < span; took = time.Since(begin) {
		for range batch {
			if err := s.QuoteInto(&q, c, now); err != nil {
				return err
			}
		}
		m.Quotes += batch
	}
	runtime.ReadMemStats(&after)
	if took <= 0 {
		return errors.New("the clock did not advance")
	}
	n := float64(m.Quotes)
	m.NsPerQuote = float64(took.Nanoseconds()) / n
	m.QuotesPerSecond = n / took.Seconds()
	m.AllocsPerQuote = float64(after.Mallocs-before.Mallocs) / n
	m.BytesPerQuote = float64(after.TotalAlloc-before.TotalAlloc) / n
	return nil
}
