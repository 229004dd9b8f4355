package recognition

import (
	"encoding/json"
	"maps"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"
	"go.uber.org/zap"
	"go.uber.org/zap/zaptest/observer"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// reasons are those of a handler with three.
var reasons = []string{"no_items", "not_json", "content_type"}

// What a request tells the monitor.
var (
	cartRead  = (*Monitor).Read
	noItems   = func(m *Monitor) { m.Missed(0) }
	notJSON   = func(m *Monitor) { m.Missed(1) }
	otherType = func(m *Monitor) { m.Missed(2) }
)

// At each second of the clock comes a request; what is warned of is looked at when
// some minutes are over.
func TestAMinuteInWhichNoCartIsReadIsWarnedOf(t *testing.T) {
	type at map[time.Duration]func(*Monitor)
	for name, c := range map[string]struct {
		came    at
		minutes int
		want    []map[string]any
	}{
		"nothing came": {minutes: 3},
		"one request": {
			came: at{0: noItems}, minutes: 1,
			want: []map[string]any{{"no_items": 1, "requests": 1}},
		},
		"one request, a moment before its minute is over": {
			came: at{1: noItems}, minutes: 1,
		},
		"all reasons": {
			came: at{0: noItems, 1: otherType, 2: notJSON, 59: otherType}, minutes: 2,
			want: []map[string]any{{"no_items": 1, "not_json": 1, "content_type": 2, "requests": 4}},
		},
		"a cart in the minute": {
			came: at{0: noItems, 1: cartRead, 2: noItems}, minutes: 3,
		},
		"a cart before the minute": {
			came: at{0: cartRead, 1: noItems}, minutes: 3,
			want: []map[string]any{{"no_items": 1, "requests": 1}},
		},
		"a cart after the minute": {
			came: at{0: noItems, 61: cartRead}, minutes: 3,
			want: []map[string]any{{"no_items": 1, "requests": 1}},
		},
		"two minutes": {
			came: at{0: noItems, 70: notJSON, 80: notJSON}, minutes: 5,
			want: []map[string]any{{"no_items": 1, "requests": 1}, {"not_json": 2, "requests": 2}},
		},
		"a good minute and a bad one": {
			came: at{0: noItems, 1: cartRead, 70: notJSON}, minutes: 5,
			want: []map[string]any{{"not_json": 1, "requests": 1}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				core, logged := observer.New(zap.DebugLevel)
				m := New(zap.New(core), reasons)
				defer m.Close()
				for second := range time.Duration(c.minutes * 60) {
					if tell := c.came[second]; tell != nil {
						tell(m)
					}
					<-time.After(time.Second)
				}
				synctest.Wait()
				warned := logged.FilterMessage("no cart found in requests").All()
				if len(warned) != len(c.want) || logged.Len() != len(warned) {
					t.Fatalf("%v, want %v", logged.All(), c.want)
				}
				for i, entry := range warned {
					fields := entry.ContextMap()
					want := maps.Clone(c.want[i])
					want["within"] = "1m0s"
					if got := texts(t, fields); got != texts(t, want) || entry.Level != zap.WarnLevel {
						t.Errorf("%v: %s, want %s", entry.Level, got, texts(t, want))
					}
				}
			})
		})
	}
}

// texts are fields as JSON has them, durations as texts.
func texts(t *testing.T, fields map[string]any) string {
	t.Helper()
	for name, value := range fields {
		if d, is := value.(time.Duration); is {
			fields[name] = d.String()
		}
	}
	text, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestNothingIsWarnedOfWhenTheHandlerIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		core, logged := observer.New(zap.DebugLevel)
		m := New(zap.New(core), reasons)
		noItems(m)
		m.Close()
		noItems(m) // of a request that is still on its way
		<-time.After(3 * Period)
		synctest.Wait()
		if logged.Len() != 0 {
			t.Errorf("%v", logged.All())
		}
	})
}

func TestEveryRequestIsInOneWarning(t *testing.T) {
	core, logged := observer.New(zap.WarnLevel)
	m := New(zap.New(core), reasons)
	defer m.Close()
	const workers, each = 4, 10_000
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for range each {
				noItems(m)
			}
		})
	}
	for range 1000 {
		if m.period.Load() != noPeriod {
			m.End()
		}
	}
	all.Wait()
	m.End()
	requests := uint64(0)
	for _, entry := range logged.All() {
		requests += entry.ContextMap()["requests"].(uint64)
	}
	if requests != workers*each {
		t.Errorf("the warnings have %d requests, want %d", requests, workers*each)
	}
}

func TestNotingARequestAllocatesNothing(t *testing.T) {
	m := New(zap.NewNop(), reasons)
	defer m.Close()
	for name, tell := range map[string]func(*Monitor){"a cart": cartRead, "no cart": noItems} {
		tell(m) // which may begin a minute
		if n := testing.AllocsPerRun(100, func() { tell(m) }); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}
