package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"slices"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/promogate/caddy-discount/bench/shop"
)

// gateway is one whose strategy is saved again and again.
type gateway struct {
	*shop.Gateway
	version int // of the strategy saved last
}

func start(dir, bin string, in setting) (*gateway, error) {
	g, err := shop.Start(dir, bin, shop.Setting{Strategy: shop.StrategyOf(in.rules, 1), State: in.state, Alone: in.alone})
	return &gateway{g, 1}, err
}

// pause is the time between two saves; it is not measured.
const pause = 40 * time.Millisecond

// sighting is the first answer priced by a version.
type sighting struct {
	version int
	at      time.Time // when the answer was there
}

// patience is how long a version is waited for before it counts as late.
const patience = 10 * time.Second

// edits saves strategies under a steady load, and returns how long each took to
// price one of its orders: from the call that finishes the save to the first
// answer. A version that did not within [patience] counts as late.
func (g *gateway) edits(rules, saves int, save saver) (e edited, err error) {
	ctx, end := context.WithCancel(context.Background())
	seen, load := make(chan sighting, saves+1), make(chan failures, 1)
	go func() { load <- g.load(ctx, 2000, seen) }()
	err = func() error {
		for range saves {
			g.version++
			content := shop.StrategyOf(rules, g.version)
			saved, err := save(g.Strategy, content)
			if err != nil {
				return err
			}
			first, there, err := await(seen, g.version)
			if err != nil {
				return err
			}
			if there {
				e.took = append(e.took, first.at.Sub(saved))
			} else {
				e.late++
			}
			time.Sleep(pause)
		}
		return nil
	}()
	end()
	e.failed = <-load
	slices.Sort(e.took)
	return e, err
}

// await waits for the first answer priced by version, and reports whether it came.
func await(seen <-chan sighting, version int) (first sighting, there bool, err error) {
	timeout := time.After(patience)
	for {
		select {
		case s := <-seen:
			if s.version > version {
				return s, true, fmt.Errorf("an order was priced by version %d, which was not saved yet", s.version)
			}
			if s.version == version {
				return s, true, nil
			}
		case <-timeout:
			return sighting{}, false, nil
		}
	}
}

// edited is what a series of saves came to.
type edited struct {
	took   []time.Duration // sorted
	late   int             // versions
	failed failures
}

// failures are the orders that failed, and why the first one did.
type failures struct {
	count int
	first error
}

func (f *failures) add(err error) {
	if f.count++; f.first == nil {
		f.first = err
	}
}

// load sends orders at a rate until ctx ends, and tells when each version is seen
// first.
func (g *gateway) load(ctx context.Context, rate int, seen chan<- sighting) (failed failures) {
	attacker := vegeta.NewAttacker(vegeta.Connections(256), vegeta.Timeout(5*time.Second))
	results := attacker.Attack(g.target(), vegeta.Rate{Freq: rate, Per: time.Second}, 10*time.Minute, "load")
	stop := context.AfterFunc(ctx, func() { attacker.Stop() })
	defer stop()
	latest := 0
	for r := range results {
		version, err := shop.PricedBy(r.Headers)
		switch {
		case r.Error != "":
			failed.add(errors.New(r.Error))
		case err != nil:
			failed.add(err)
		case version > latest:
			latest = version
			seen <- sighting{version, r.Timestamp.Add(r.Latency)}
		}
	}
	return failed
}

// attack sends orders at a rate for a time, while something else happens.
func (g *gateway) attack(rate int, length time.Duration, during func(done <-chan struct{}) error) (*vegeta.Metrics, error) {
	attacker := vegeta.NewAttacker(vegeta.Connections(256), vegeta.Timeout(5*time.Second))
	done, side := make(chan struct{}), make(chan error, 1)
	go func() {
		if during == nil {
			side <- nil
			return
		}
		side <- during(done)
	}()
	var m vegeta.Metrics
	for r := range attacker.Attack(g.target(), vegeta.Rate{Freq: rate, Per: time.Second}, length, "attack") {
		m.Add(r)
	}
	m.Close()
	close(done)
	return &m, <-side
}

func (g *gateway) target() vegeta.Targeter {
	return vegeta.NewStaticTargeter(vegeta.Target{
		Method: http.MethodPost, URL: g.URL(),
		Body: []byte(shop.Cart), Header: http.Header{"Content-Type": {"application/json"}},
	})
}

// saved counts the saves of a load, and those of which the version was in service
// most of a second later.
type saved struct{ all, inTime int }

// saveEverySecond renames a new strategy in, and looks, most of a second later,
// whether it is in service. The contents are made beforehand: making them costs as
// much as loading them.
func (g *gateway) saveEverySecond(contents [][]byte, counts *saved) func(done <-chan struct{}) error {
	return everySecond(contents, func(content []byte) error {
		g.version++
		if _, err := renameIn(g.Strategy, content); err != nil {
			return err
		}
		time.Sleep(700 * time.Millisecond)
		counts.all++
		if v, err := g.Order(); err == nil && v == g.version {
			counts.inTime++
		}
		return nil
	})
}

// saveElsewhere writes as much, where no one reads it.
func (g *gateway) saveElsewhere(contents [][]byte) func(done <-chan struct{}) error {
	unread := filepath.Join(filepath.Dir(filepath.Dir(g.Strategy)), "unread.toml")
	return everySecond(contents, func(content []byte) error {
		_, err := renameIn(unread, content)
		return err
	})
}

// everySecond does something with each content until done.
func everySecond(contents [][]byte, do func(content []byte) error) func(done <-chan struct{}) error {
	return func(done <-chan struct{}) error {
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		for _, content := range contents {
			select {
			case <-done:
				return nil
			case <-tick.C:
			}
			if err := do(content); err != nil {
				return err
			}
		}
		return nil
	}
}

// next makes the strategies of so many versions to come.
func (g *gateway) next(rules, versions int) [][]byte {
	contents := make([][]byte, versions)
	for i := range contents {
		contents[i] = shop.StrategyOf(rules, g.version+1+i)
	}
	return contents
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return (d[(len(d)-1)/2] + d[len(d)/2]) / 2
}

// quantile is of sorted durations.
func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return round(sorted[min(len(sorted)-1, int(q*float64(len(sorted))))])
}

func round(d time.Duration) time.Duration { return d.Round(10 * time.Microsecond) }
