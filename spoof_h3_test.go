package discount

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/quic-go/qpack"
	"github.com/quic-go/quic-go"
	"github.com/quic-go/quic-go/quicvarint"

	"github.com/promogate/caddy-discount/internal/httpheader"
)

// secured is what a site needs for TLS, and so for HTTP/3, and what a client
// needs to trust it.
func secured(t *testing.T) (directive string, client *tls.Config) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, block := range []*pem.Block{{Type: "CERTIFICATE", Bytes: der}, {Type: "PRIVATE KEY", Bytes: secret}} {
		path := filepath.Join(t.TempDir(), "pem")
		if err := os.WriteFile(path, pem.EncodeToMemory(block), 0o600); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	trusted := x509.NewCertPool()
	trusted.AddCert(certificate)
	return "tls " + strings.Join(paths, " ") + "\n", &tls.Config{RootCAs: trusted, ServerName: "localhost", NextProtos: []string{"h3"}}
}

// The types of frames and streams (RFC 9114, section 11.2).
const (
	frameData, frameHeaders, frameSettings = 0, 1, 4
	streamControl                          = 0
)

func appendFrame(to []byte, kind uint64, content []byte) []byte {
	to = quicvarint.Append(to, kind)
	return append(quicvarint.Append(to, uint64(len(content))), content...)
}

func appendFields(t *testing.T, to []byte, fields []field) []byte {
	t.Helper()
	var block bytes.Buffer
	encoder := qpack.NewEncoder(&block)
	for _, f := range fields {
		if err := encoder.WriteField(qpack.HeaderField{Name: f.name, Value: f.value}); err != nil {
			t.Fatal(err)
		}
	}
	return appendFrame(to, frameHeaders, block.Bytes())
}

// sendH3 writes the request out in frames of HTTP/3.
func sendH3(client *tls.Config) sender {
	return func(t *testing.T, s *shop, path string, r request, a attack) (int, string) {
		t.Helper()
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		conn, err := quic.DialAddr(ctx, s.address, client, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.CloseWithError(0x100, "") }()
		control, err := conn.OpenUniStream()
		if err != nil {
			t.Fatal(err)
		}
		_, _ = control.Write(appendFrame(quicvarint.Append(nil, streamControl), frameSettings, nil))
		stream, err := conn.OpenStreamSync(ctx)
		if err != nil {
			t.Fatal(err)
		}
		out := appendFrame(appendFields(t, nil, r.head(s, path, a)), frameData, []byte(r.body))
		if len(a.trailers) > 0 {
			var trailers []field
			for _, f := range a.trailers {
				trailers = append(trailers, field{a.lower(f.name), f.value})
			}
			out = appendFields(t, out, trailers)
		}
		_, _ = stream.Write(out) // may be refused before its end
		_ = stream.Close()
		return readH3(stream)
	}
}

// readH3 reads the answer to its end; status 0 is a refusal by the protocol.
func readH3(stream io.Reader) (status int, text string) {
	var all strings.Builder
	for reader := quicvarint.NewReader(stream); ; {
		kind, err := quicvarint.Read(reader)
		if err == io.EOF {
			return status, all.String()
		}
		var content []byte
		if err == nil {
			content, err = readFrame(reader)
		}
		if err != nil {
			return 0, all.String() + err.Error()
		}
		switch kind {
		case frameData:
			all.Write(content)
		case frameHeaders:
			for next := qpack.NewDecoder().Decode(content); ; {
				h, err := next()
				if err != nil {
					break
				}
				if h.Name == ":status" {
					status, _ = strconv.Atoi(h.Value)
				}
				fmt.Fprintf(&all, "%s: %s\n", h.Name, h.Value)
			}
		}
	}
}

func readFrame(from quicvarint.Reader) ([]byte, error) {
	size, err := quicvarint.Read(from)
	if err != nil {
		return nil, err
	}
	content := make([]byte, size)
	_, err = io.ReadFull(from, content)
	return content, err
}

func TestNothingForgedArrivesOverHTTP3(t *testing.T) {
	to := startWire(t)
	directive, client := secured(t)
	s := openWith(t, roomy, fromFive, directive+signed()+"reverse_proxy "+to.address)
	withstands(t, s, to, httpheader.DefaultPrefix, sendH3(client), append(attacks(httpheader.DefaultPrefix), onlyNew(httpheader.DefaultPrefix)...))
}

func TestWhatIsForgedArrivesOverHTTP3WhereNoHandlerStripsIt(t *testing.T) {
	to := startWire(t)
	directive, client := secured(t)
	s := openWith(t, roomy, fromFive, directive+openBeside(to))
	never := malformed()
	for _, a := range attacks(httpheader.DefaultPrefix) {
		if len(a.trailers) > 0 && a.name != "a header and a trailer" {
			never[a.name] = "trailers of HTTP/3 reach the server's request, and Caddy hands on a copy of it"
		}
	}
	arrives(t, s, to, sendH3(client), append(attacks(httpheader.DefaultPrefix), onlyNew(httpheader.DefaultPrefix)...), never)
}
