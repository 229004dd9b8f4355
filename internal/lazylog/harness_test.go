package lazylog_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/caddyserver/caddy/v2"
	_ "github.com/caddyserver/caddy/v2/modules/standard"
	"go.uber.org/zap/zapcore"

	"github.com/promogate/caddy-discount/internal/lazylog"
)

func init() { caddy.RegisterModule(new(lazylog.Encoder)) }

// pair are the configurations of an encoder that writes the same with lazy and without.
type pair struct{ plain, lazy string }

// filtered filters fields of a request and others. %s is what is wrapped, if something is.
const (
	filter = `{"format": "filter", "fields": {
		"text": {"filter": "rename", "name": "renamed"},
		"b": {"filter": "delete"},
		"request>uri": {"filter": "query", "actions": [{"type": "delete", "parameter": "q"}]},
		"request>remote_ip": {"filter": "ip_mask", "ipv4_cidr": 8},
		"request>headers>X-Secret": {"filter": "replace", "value": "hidden"}
	}, "wrap": `
	add = `{"format": "append", "fields": {"added": "to all"}, "wrap": `
)

var pairs = map[string]pair{
	"json":             {plain: `{"format": "json"}`, lazy: `{"format": "lazy", "wrap": {"format": "json"}}`},
	"default":          {plain: `{"format": "json"}`, lazy: `{"format": "lazy"}`},
	"console":          {plain: `{"format": "console"}`, lazy: `{"format": "lazy", "wrap": {"format": "console"}}`},
	"filter":           {plain: filter + `{"format": "json"}}`, lazy: `{"format": "lazy", "wrap": ` + filter + `{"format": "json"}}}`},
	"append":           {plain: add + `{"format": "console"}}`, lazy: `{"format": "lazy", "wrap": ` + add + `{"format": "console"}}}`},
	"filter of append": {plain: filter + add + `{"format": "json"}}}`, lazy: `{"format": "lazy", "wrap": ` + filter + add + `{"format": "json"}}}}`},
	"within filter":    {plain: filter + `{"format": "json"}}`, lazy: filter + `{"format": "lazy", "wrap": {"format": "json"}}}`},
	"within append":    {plain: add + `{"format": "json"}}`, lazy: add + `{"format": "lazy", "wrap": {"format": "json"}}}`},
	"lazy twice":       {plain: `{"format": "json"}`, lazy: `{"format": "lazy", "wrap": {"format": "lazy", "wrap": {"format": "json"}}}`},
	"names and formats": {
		plain: `{"format": "json", "time_format": "iso8601", "duration_format": "string", "level_format": "upper", "message_key": "", "line_ending": "\r\n"}`,
		lazy: `{"format": "lazy", "wrap":
			{"format": "json", "time_format": "iso8601", "duration_format": "string", "level_format": "upper", "message_key": "", "line_ending": "\r\n"}}`,
	},
}

// load provisions an encoder, as Caddy does.
func load(t testing.TB, config string) zapcore.Encoder {
	t.Helper()
	ctx, cancel := caddy.NewContext(caddy.Context{Context: context.Background()})
	t.Cleanup(cancel)
	holder := struct {
		Raw json.RawMessage `caddy:"namespace=caddy.logging.encoders inline_key=format"`
	}{Raw: json.RawMessage(config)}
	module, err := ctx.LoadModule(&holder, "Raw")
	if err != nil {
		t.Fatal(err)
	}
	return module.(zapcore.Encoder)
}
