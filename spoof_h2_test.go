package discount

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"github.com/promogate/caddy-discount/internal/httpheader"
)

// sendH2 writes the request out in frames of HTTP/2.
func sendH2(t *testing.T, s *shop, path string, r request, a attack) (int, string) {
	t.Helper()
	conn := s.dial()
	defer conn.Close()
	var out bytes.Buffer
	out.WriteString(http2.ClientPreface)
	framer := http2.NewFramer(&out, nil)
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	framer.AllowIllegalWrites = true
	const room = 1 << 20 // for the answer, so that none needs to be made
	check(framer.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: room}))
	check(framer.WriteWindowUpdate(0, room))
	check(writeFields(framer, r.head(s, path, a), false))
	check(framer.WriteData(1, len(a.trailers) == 0, []byte(r.body)))
	if len(a.trailers) > 0 {
		var trailers []field
		for _, f := range a.trailers {
			trailers = append(trailers, field{a.lower(f.name), f.value})
		}
		check(writeFields(framer, trailers, true))
	}
	go func() { _, _ = conn.Write(out.Bytes()) }() // may be answered before its end
	return readH2(http2.NewFramer(conn, conn))
}

// writeFields writes a block of fields, in as many frames as it takes.
func writeFields(to *http2.Framer, fields []field, last bool) error {
	var block bytes.Buffer
	encoder := hpack.NewEncoder(&block)
	for _, f := range fields {
		if err := encoder.WriteField(hpack.HeaderField{Name: f.name, Value: f.value}); err != nil {
			return err
		}
	}
	const most = 16 << 10
	part := block.Next(most)
	if err := to.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: part, EndStream: last, EndHeaders: block.Len() == 0}); err != nil {
		return err
	}
	for block.Len() > 0 {
		part = block.Next(most)
		if err := to.WriteContinuation(1, block.Len() == 0, part); err != nil {
			return err
		}
	}
	return nil
}

// readH2 reads the answer to its end; status 0 is a refusal by the protocol.
func readH2(framer *http2.Framer) (status int, text string) {
	framer.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	var all strings.Builder
	for {
		frame, err := framer.ReadFrame()
		if err != nil {
			return 0, all.String() + err.Error()
		}
		switch f := frame.(type) {
		case *http2.MetaHeadersFrame:
			if value := f.PseudoValue("status"); value != "" {
				status, _ = strconv.Atoi(value)
			}
			for _, h := range f.Fields {
				fmt.Fprintf(&all, "%s: %s\n", h.Name, h.Value)
			}
		case *http2.DataFrame:
			all.Write(f.Data())
		case *http2.SettingsFrame:
			if !f.IsAck() {
				_ = framer.WriteSettingsAck()
			}
		case *http2.RSTStreamFrame, *http2.GoAwayFrame:
			return 0, all.String()
		}
		if frame.Header().StreamID == 1 && frame.Header().Flags.Has(http2.FlagDataEndStream) {
			return status, all.String()
		}
	}
}

func TestNothingForgedArrivesOverHTTP2(t *testing.T) {
	to := startWire(t)
	s := openWith(t, roomy, fromFive, signed()+"reverse_proxy "+to.address)
	withstands(t, s, to, httpheader.DefaultPrefix, sendH2, append(attacks(httpheader.DefaultPrefix), onlyNew(httpheader.DefaultPrefix)...))
}

// malformed are the attacks that the server refuses by itself.
func malformed() map[string]string {
	never := map[string]string{}
	for _, a := range onlyNew(httpheader.DefaultPrefix) {
		never[a.name] = "the server refuses it"
	}
	return never
}

func TestWhatIsForgedArrivesOverHTTP2WhereNoHandlerStripsIt(t *testing.T) {
	to := startWire(t)
	s := openWith(t, roomy, fromFive, openBeside(to))
	never := malformed()
	never["a trailer that is not announced"] = "the server keeps it from handlers"
	never["a trailer beside one that is announced"] = "the server keeps it from handlers"
	never["the prefix without its hyphen as a trailer that is not announced"] = "the server keeps it from handlers"
	arrives(t, s, to, sendH2, append(attacks(httpheader.DefaultPrefix), onlyNew(httpheader.DefaultPrefix)...), never)
}
