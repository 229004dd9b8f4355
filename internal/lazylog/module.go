// Package lazylog is an encoder of log entries that encodes the request of a logger when an entry
// is written, and not before.
package lazylog

import (
	"encoding/json"
	"fmt"
	"os"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
	"github.com/caddyserver/caddy/v2/modules/logging"
	"go.uber.org/zap/zapcore"
	"golang.org/x/term"
)

// Encoder writes the same entries as the encoder that it wraps, byte for byte, and spares the work
// for entries that are never written.
//
// `reverse_proxy` makes a logger for each request, which has the request with all its headers. Such
// a logger rarely writes an entry at level `INFO`. Other encoders encode the request at once. This
// one keeps a copy of it, and encodes the copy when an entry is written.
//
// An entry shows the request as it was when its logger was made, even if its headers change later.
// Credentials are hidden as they are without this encoder. Everything else that may change is
// encoded at once.
//
// Encoders that wrap others stand within this one: `lazy filter { … }` spares the work, `filter`
// with `wrap lazy` writes the same entries and spares nothing.
type Encoder struct {
	// The encoder that encodes the entries. Default: what Caddy takes if a log has no encoder,
	// `console` if the log goes to a terminal and `json` otherwise.
	WrappedRaw json.RawMessage `json:"wrap,omitempty" caddy:"namespace=caddy.logging.encoders inline_key=format"`

	byDefault bool // nothing is configured
	waiting
}

// CaddyModule returns the Caddy module information.
func (*Encoder) CaddyModule() caddy.ModuleInfo {
	return caddy.ModuleInfo{
		ID:  "caddy.logging.encoders.lazy",
		New: func() caddy.Module { return new(Encoder) },
	}
}

// Provision loads the encoder that is wrapped. The default is JSON until Caddy says where the log
// goes.
func (e *Encoder) Provision(ctx caddy.Context) error {
	if e.WrappedRaw == nil {
		e.byDefault = true
		e.wrapped = zapcore.NewJSONEncoder(new(logging.LogEncoderConfig).ZapcoreEncoderConfig())
		return nil
	}
	wrapped, err := ctx.LoadModule(e, "WrappedRaw")
	if err != nil {
		return fmt.Errorf("loading the encoder within lazy: %w", err)
	}
	encoder, ok := wrapped.(zapcore.Encoder)
	if !ok {
		return fmt.Errorf("lazy cannot wrap %T: it is not an encoder", wrapped)
	}
	e.wrapped = encoder
	return nil
}

// ConfigureDefaultFormat makes the default the console format if the log goes to a terminal. An
// encoder that is configured is told where the log goes.
func (e *Encoder) ConfigureDefaultFormat(to caddy.WriterOpener) error {
	if !e.byDefault {
		if wrapped, ok := e.wrapped.(caddy.ConfiguresFormatterDefault); ok {
			return wrapped.ConfigureDefaultFormat(to)
		}
		return nil
	}
	if caddy.IsWriterStandardStream(to) && term.IsTerminal(int(os.Stderr.Fd())) {
		e.wrapped = newConsole(os.Getenv)
	}
	return nil
}

// newConsole is the encoder of Caddy's logs on a terminal, with colours unless the environment
// says that there are none.
func newConsole(getenv func(string) string) zapcore.Encoder {
	config := logging.LogEncoderConfig{TimeFormat: "wall_milli", LevelFormat: "color"}
	if getenv("NO_COLOR") != "" || getenv("TERM") == "xterm-mono" {
		config.LevelFormat = "lower"
	}
	return zapcore.NewConsoleEncoder(config.ZapcoreEncoderConfig())
}

// UnmarshalCaddyfile sets up the encoder from Caddyfile tokens. Syntax:
//
//	lazy [<encoder> [{
//	    <options of the encoder>
//	}]]
func (e *Encoder) UnmarshalCaddyfile(d *caddyfile.Dispenser) error {
	d.Next() // the encoder's name
	if d.NextArg() {
		name := d.Val()
		module, err := caddyfile.UnmarshalModule(d, "caddy.logging.encoders."+name)
		if err != nil {
			return err
		}
		encoder, ok := module.(zapcore.Encoder)
		if !ok {
			return d.Errf("lazy cannot wrap %s: it is not an encoder", name)
		}
		e.WrappedRaw = caddyconfig.JSONModuleObject(encoder, "format", name, nil)
	}
	if d.NextBlock(0) {
		return d.Errf("lazy has no option %s: name the encoder before the block, as in lazy json { … }", d.Val())
	}
	return nil
}

// Interface guards
var (
	_ zapcore.Encoder                  = (*Encoder)(nil)
	_ caddy.Provisioner                = (*Encoder)(nil)
	_ caddy.ConfiguresFormatterDefault = (*Encoder)(nil)
	_ caddyfile.Unmarshaler            = (*Encoder)(nil)
)
