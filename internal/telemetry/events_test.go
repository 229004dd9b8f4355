package telemetry

import (
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"

	"github.com/promogate/caddy-discount/reload"
)

// Before a configuration has started there are no subscribers that could be slow.
func TestWhyAnEventIsDropped(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name    string
		started bool
		want    string
	}{
		{name: "no configuration has started", want: "event dropped, no configuration has started"},
		{name: "a subscriber is slow", started: true, want: "event dropped, subscribers too slow"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			core, logged := observer.New(zap.InfoLevel)
			q := &eventQueue{log: func() *zap.Logger { return zap.New(core) }}
			slow := make(chan struct{})
			defer close(slow)
			if c.started {
				q.subscribe(t, func(string, map[string]any) { <-slow })
				defer q.unsubscribe(t)
			}
			for range maxWaitingEvents + 2 { // one may be on its way to the subscriber
				q.add(Key{Path: "a.toml"}, reload.Event{Kind: reload.EventActivated})
			}
			entries := logged.TakeAll()
			if len(entries) == 0 || entries[0].Message != c.want {
				t.Errorf("%v, want %q", entries, c.want)
			}
		})
	}
}
