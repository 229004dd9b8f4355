package lazylog_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/caddyserver/caddy/v2/caddyconfig"
)

// adapt is the encoder of a log whose format is written in a Caddyfile.
func adapt(t *testing.T, format string) (encoder string, err error) {
	t.Helper()
	adapted, _, err := caddyconfig.GetAdapter("caddyfile").Adapt([]byte("{\n\tlog {\n\t\t"+format+"\n\t}\n}\n"), map[string]any{"filename": "Caddyfile"})
	if err != nil {
		return "", err
	}
	var config struct {
		Logging struct {
			Logs map[string]struct{ Encoder json.RawMessage }
		}
	}
	if err := json.Unmarshal(adapted, &config); err != nil {
		t.Fatal(err)
	}
	return string(config.Logging.Logs["default"].Encoder), nil
}

func TestTheCaddyfileNamesWhatIsWrapped(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ format, want string }{
		"nothing":     {format: "format lazy", want: `{"format":"lazy"}`},
		"empty block": {format: "format lazy {\n}", want: `{"format":"lazy"}`},
		"a name":      {format: "format lazy json", want: `{"format":"lazy","wrap":{"format":"json"}}`},
		"its options": {format: "format lazy json {\n time_format iso8601\n}", want: `{"format":"lazy","wrap":{"format":"json","time_format":"iso8601"}}`},
		"one that wraps another": {
			format: "format lazy filter {\n wrap console {\n time_local\n}\n b delete\n}",
			want:   `{"format":"lazy","wrap":{"fields":{"b":{"filter":"delete"}},"format":"filter","wrap":{"format":"console","time_local":true}}}`,
		},
		"within another": {
			format: "format append {\n wrap lazy console {\n time_local\n}\n a b\n}",
			want:   `{"fields":{"a":"b"},"format":"append","wrap":{"format":"lazy","wrap":{"format":"console","time_local":true}}}`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := adapt(t, c.format)
			if err != nil {
				t.Fatal(err)
			}
			if got != c.want {
				t.Errorf("%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestErrorsOfTheCaddyfileNameTheLine(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ format, want string }{
		"unknown encoder": {format: "format lazy yaml", want: "module not registered: caddy.logging.encoders.yaml, at Caddyfile:3"},
		"two encoders":    {format: "format lazy json console", want: "wrong argument count or unexpected line ending after 'console', at Caddyfile:3"},
		"wrong option":    {format: "format lazy json {\n color\n}", want: "Caddyfile:4"},
		"no name before the block": {
			format: "format lazy {\n time_format iso8601\n}",
			want:   "lazy has no option time_format: name the encoder before the block, as in lazy json { … }, at Caddyfile:4",
		},
		"a filter of fields": {format: "format lazy filter.delete", want: "lazy cannot wrap filter.delete: it is not an encoder, at Caddyfile:3"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := adapt(t, c.format)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s%v\nwant\n%s", got, err, c.want)
			}
		})
	}
}
