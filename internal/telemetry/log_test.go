package telemetry

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/logging"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"

	"github.com/promogate/caddy-discount/reload"
	"github.com/promogate/caddy-discount/strategy/document"
)

func TestProblemsInAnErrorAreOneALine(t *testing.T) {
	t.Parallel()
	found := &document.Diagnostics{List: []document.Diagnostic{
		{Position: document.Position{File: "a.toml", Line: 3, Column: 1}, Key: "rule.a", Reason: "one"},
		{Position: document.Position{File: "a.toml", Line: 4, Column: 1}, Reason: "two", Hint: "three?"},
	}, More: 1}
	for _, c := range []struct {
		name string
		err  error
		want []string
	}{
		{name: "none", err: nil, want: nil},
		{name: "one", err: errors.New("guardrail max_free_orders: too many"), want: []string{"guardrail max_free_orders: too many"}},
		{name: "of a strategy", err: fmt.Errorf("strategy:\n%w", found), want: []string{"strategy:", "a.toml:3:1: rule.a: one", "a.toml:4:1: two (three?)", "and 1 more problem"}},
		{name: "of tests", err: errors.New("1 of 2 rule tests failed\na.test.toml:1: \"so much\"\n\texpect.discount: got 1.00, want 2.00\n\texpect.payable: got 2.00, want 1.00"),
			want: []string{"1 of 2 rule tests failed", `a.test.toml:1: "so much": expect.discount: got 1.00, want 2.00; expect.payable: got 2.00, want 1.00`}},
	} {
		if got := problemsIn(c.err); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

// What the log says is as good to read in each of Caddy's formats, whatever time format
// is left to its default there.
func TestLogOfAStrategyIsReadableInEveryFormat(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 11, 8, 0, 0, 123456000, time.FixedZone("", 8*60*60))
	activated := activation(reload.Info{Version: "v", Timestamps: reload.Timestamps{Written: at, Noticed: at, Read: at, Ready: at, Swapped: at}})
	refused := refusal(reload.Event{Kind: reload.EventRefused, Err: errors.New("a.toml:1:1: one\na.toml:2:1: two")})
	for name, format := range map[string]interface {
		zapcore.Encoder
		Provision(caddy.Context) error
	}{"json": new(logging.JSONEncoder), "console": new(logging.ConsoleEncoder)} {
		t.Run(name, func(t *testing.T) {
			if err := format.Provision(caddy.Context{}); err != nil {
				t.Fatal(err)
			}
			line := encoded(t, format, activated)
			for _, stamp := range []string{"written", "noticed", "read", "ready", "swapped"} {
				if got := line[stamp]; got != "2026-11-11T00:00:00.123456Z" {
					t.Errorf("%s is %v", stamp, got)
				}
			}
			if line["took"] != 0.0 {
				t.Errorf("took is %v", line["took"])
			}
			line = encoded(t, format, refused)
			if line["error"] != "a.toml:1:1: one …" || !reflect.DeepEqual(line["problems"], []any{"a.toml:1:1: one", "a.toml:2:1: two"}) {
				t.Errorf("the refusal is %v", line)
			}
		})
	}
}

// encoded are the fields as a format writes them: as JSON, at the end of the line.
func encoded(t testing.TB, format zapcore.Encoder, fields []zap.Field) map[string]any {
	t.Helper()
	text, err := format.EncodeEntry(zapcore.Entry{Message: "strategy"}, fields)
	if err != nil {
		t.Fatal(err)
	}
	line := text.String()
	var all map[string]any
	if err := json.NewDecoder(bytes.NewReader([]byte(line[strings.Index(line, "{"):]))).Decode(&all); err != nil {
		t.Fatalf("%v: %s", err, line)
	}
	return all
}
