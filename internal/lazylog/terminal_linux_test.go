package lazylog_test

import (
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
	"golang.org/x/sys/unix"
)

// openTerminal is a terminal of the kernel's.
func openTerminal(t *testing.T) *os.File {
	t.Helper()
	controller, err := os.OpenFile("/dev/ptmx", os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { controller.Close() })
	fd := int(controller.Fd())
	if err := unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	number, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	terminal, err := os.OpenFile("/dev/pts/"+strconv.Itoa(number), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { terminal.Close() })
	return terminal
}

// openPipe is the end of a pipe that is written to.
func openPipe(t *testing.T) *os.File {
	t.Helper()
	reader, writer, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { reader.Close(); writer.Close() })
	return writer
}

// Without an encoder, lazy writes as Caddy does: for people on a terminal, JSON otherwise.
func TestTheDefaultFitsWhereTheLogGoes(t *testing.T) {
	stderr := os.Stderr
	t.Cleanup(func() { os.Stderr = stderr })
	const (
		onTerminal = "2026/11/30 00:00:00.000\t\x1b[34mINFO\x1b[0m\thttp.log\ttold\n"
		colourless = "2026/11/30 00:00:00.000\tinfo\thttp.log\ttold\n"
		object     = `{"level":"info","ts":1795996800,"logger":"http.log","msg":"told"}` + "\n"
		filtered   = `{"format": "lazy", "wrap": {"format": "filter"}}`
	)
	for name, c := range map[string]struct {
		config   string
		terminal bool
		noColour string
		to       caddy.WriterOpener
		want     string
	}{
		"a terminal":                 {config: `{"format": "lazy"}`, terminal: true, to: caddy.StderrWriter{}, want: onTerminal},
		"a terminal without colours": {config: `{"format": "lazy"}`, terminal: true, noColour: "1", to: caddy.StderrWriter{}, want: colourless},
		"a pipe":                     {config: `{"format": "lazy"}`, to: caddy.StderrWriter{}, want: object},
		"a file, beside a terminal":  {config: `{"format": "lazy"}`, terminal: true, to: caddy.DiscardWriter{}, want: object},
		"JSON, on a terminal":        {config: `{"format": "lazy", "wrap": {"format": "json"}}`, terminal: true, to: caddy.StderrWriter{}, want: object},
		"a filter's default":         {config: filtered, terminal: true, to: caddy.StderrWriter{}, want: onTerminal},
		"a filter's default, a pipe": {config: filtered, to: caddy.StderrWriter{}, want: object},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("NO_COLOR", c.noColour)
			t.Setenv("TERM", "xterm")
			os.Stderr = openPipe(t)
			if c.terminal {
				os.Stderr = openTerminal(t)
			}
			encoder := load(t, c.config)
			if err := encoder.(caddy.ConfiguresFormatterDefault).ConfigureDefaultFormat(c.to); err != nil {
				t.Fatal(err)
			}
			line, err := encoder.Clone().EncodeEntry(zapcore.Entry{
				Level: zap.InfoLevel, Time: time.Date(2026, 11, 30, 0, 0, 0, 0, time.UTC), LoggerName: "http.log", Message: "told",
			}, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got := line.String(); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}
