package engine

import (
	"fmt"
	"strings"
	"testing"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"go.uber.org/zap/zaptest/observer"

	"github.com/promogate/caddy-discount/strategy"
)

// An edit by which counts start at zero is warned of, up to so many counts.
func TestCountsThatStartAtZeroAreLogged(t *testing.T) {
	t.Parallel()
	load := func(name string, rules int) *strategy.Strategy {
		var b strings.Builder
		b.WriteString("version = \"v\"\n")
		for i := range rules {
			fmt.Fprintf(&b, "[rule.%s-%02d]\ndiscount_rate = 0.1\nquota = { uses = 5 }\n", name, i)
		}
		s, err := strategy.Load("", strategy.Source{Name: "t.toml", Data: []byte(b.String())})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	core, logged := observer.New(zapcore.WarnLevel)
	e := &Engine{host: Host{Log: func() *zap.Logger { return zap.New(core) }}}
	e.logRecounts(load("a", 2), load("a", 2))
	if n := logged.Len(); n > 0 {
		t.Errorf("%d counts that go on are logged", n)
	}
	e.logRecounts(load("a", 1), load("b", 1))
	if list := logged.TakeAll(); len(list) != 1 || list[0].ContextMap()["problem"] != `b-00 counts uses from zero: to continue the count of a-00, write id = "a-00"` {
		t.Errorf("logged are %v", list)
	}
	e.logRecounts(load("a", 25), load("b", 25))
	if list := logged.TakeAll(); len(list) != maxLogged+1 || list[maxLogged].ContextMap()["problems"] != int64(5) {
		t.Errorf("%d lines are logged", len(list))
	}
}
