package redisledger_test

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/quota"
	redisledger "github.com/promogate/caddy-discount/quota/redis"
	"github.com/promogate/caddy-discount/quota/redis/redistest"
)

// What somebody has to change is an error at the start, which never shows the password.
func TestRefusedAtStart(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, redistest.Options{Password: true})
	evicting := redistest.Start(t, redistest.Options{Config: []string{"maxmemory 100mb", "maxmemory-policy allkeys-lru"}})
	server.Do("HSET", "{discount:newer}:ledger", "life", "2 somebody")
	password := "p%40ss%2Fword"
	with := func(userinfo, path string) string { return "redis://" + userinfo + server.Addr() + path }
	for name, test := range map[string]struct{ url, namespace, says string }{
		"no namespace":            {url: server.URL(), says: "namespace is missing"},
		"a brace in a namespace":  {url: server.URL(), namespace: "a{b}", says: `namespace: "a{b}" has a brace`},
		"no URL":                  {url: "10.0.0.5:6379", namespace: "shop", says: "the URL of the server: "},
		"another scheme":          {url: "http://10.0.0.5:6379", namespace: "shop", says: "invalid URL scheme: http"},
		"no URL, with a password": {url: "redis://:" + password + "@host:port", namespace: "shop", says: "the URL of the server: "},
		"a bad database":          {url: with(":"+password+"@", "/99"), namespace: "shop", says: "DB index is out of range"},
		"sentinel":                {url: server.URL() + "?master_set=shop", namespace: "shop", says: "without addr and master_set"},
		"a wrong password":        {url: with(":"+password+"1@", ""), namespace: "shop", says: "WRONGPASS"},
		"no password":             {url: with("", ""), namespace: "shop", says: "NOAUTH"},
		"another user":            {url: with("me:"+password+"@", ""), namespace: "shop", says: "WRONGPASS"},
		"another layout":          {url: server.URL(), namespace: "newer", says: `the ledger newer has the layout "2", and this gateway reads "1"`},
		"an evicting server":      {url: evicting.URL(), namespace: "shop", says: "maxmemory-policy is allkeys-lru, want noeviction"},
	} {
		t.Run(name, func(t *testing.T) {
			l, err := redisledger.Open(options(test.url, test.namespace))
			if err == nil {
				_ = l.Close()
				t.Fatal("opened")
			}
			if !strings.Contains(err.Error(), test.says) {
				t.Errorf("error %q, want one that says %q", err, test.says)
			}
			if strings.Contains(err.Error(), "ss/word") || strings.Contains(err.Error(), "ss%2Fword") {
				t.Errorf("the error shows the password: %v", err)
			}
		})
	}
}

func TestPasswordAndDatabase(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, redistest.Options{Password: true})
	a, b := openShop(t, options(server.URL()+"/1", "shop")), openShop(t, options(server.URL()+"/2", "shop"))
	if !a.reserve(1, 1) || !b.reserve(2, 1) {
		t.Error("two databases share a count")
	}
}

func TestNamespaces(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, redistest.Options{})
	a, b, again := openShop(t, options(server.URL(), "a")), openShop(t, options(server.URL(), "b")), openShop(t, options(server.URL(), "a"))
	if !a.reserve(1, 1) || !b.reserve(2, 1) {
		t.Error("two namespaces share a count")
	}
	if again.reserve(3, 1) {
		t.Error("two gateways with one namespace share no count")
	}
}

// A user that may do nothing but what a ledger does is enough. What cannot be asked is doubtful.
func TestUserWithFewRights(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, redistest.Options{Config: []string{
		"appendfsync always",
		"user shop on >secret ~{discount:shop}:* +@connection +@scripting +@read +@write +time",
	}})
	o := options("redis://shop:secret@"+server.Addr(), "shop")
	var warnings []string
	o.Warn = func(text string) { warnings = append(warnings, text) }
	s := openShop(t, o)
	if len(warnings) != 1 || !strings.Contains(warnings[0], "maxmemory-policy") {
		t.Errorf("warnings %q, want one of what cannot be asked", warnings)
	}
	if !s.reserve(1, 1) {
		t.Fatal("denied")
	}
	server.Kill()
	server.Restart()
	if s.reserve(2, 1) {
		t.Error("granted beyond the limit")
	}
	if n := s.awaits(quota.Forgot); n.Sent != 1 || n.Over != nil {
		t.Errorf("notice %+v", n)
	}
}

func TestServerWithoutFile(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, redistest.Options{Config: []string{"appendonly no"}})
	o := options(server.URL(), "shop")
	var warnings []string
	o.Warn = func(text string) { warnings = append(warnings, text) }
	openShop(t, o)
	if len(warnings) != 1 || !strings.Contains(warnings[0], "no append-only file") {
		t.Errorf("warnings %q", warnings)
	}
}

// A server that speaks something else is a wrong URL, not a server that is down.
func TestForeignServer(t *testing.T) {
	t.Parallel()
	l, err := redisledger.Open(options("redis://"+foreign(t), "shop"))
	if err == nil {
		_ = l.Close()
		t.Fatal("opened")
	}
}

// foreign is the address of a server that answers as a web server does.
func foreign(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = io.WriteString(conn, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
			_ = conn.Close()
		}
	}()
	return listener.Addr().String()
}

func TestUnixSocket(t *testing.T) {
	t.Parallel()
	socket := filepath.Join(t.TempDir(), "redis.sock")
	redistest.Start(t, redistest.Options{Config: []string{"unixsocket " + socket}})
	if s := openShop(t, options("unix://"+socket, "shop")); !s.reserve(1, 1) {
		t.Error("denied")
	}
}

// A certificate that is not valid is refused, unless the URL says that it is not looked at.
func TestTLS(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, redistest.Options{Password: true})
	front := httptest.NewUnstartedServer(nil)
	front.StartTLS() // for its certificate
	certificate := front.TLS.Certificates[0]
	front.Close()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: []tls.Certificate{certificate}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			upstream, err := net.Dial("tcp", server.Addr())
			if err != nil {
				_ = client.Close()
				continue
			}
			go func() { _, _ = io.Copy(upstream, client); _ = upstream.Close() }()
			go func() { _, _ = io.Copy(client, upstream); _ = client.Close() }()
		}
	}()
	url := strings.Replace(server.URLOf(listener.Addr().String()), "redis://", "rediss://", 1)
	if l, err := redisledger.Open(options(url, "shop")); err == nil {
		_ = l.Close()
		t.Error("a certificate of an unknown authority is taken")
	}
	if s := openShop(t, options(url+"?skip_verify=true", "shop")); !s.reserve(1, 1) {
		t.Error("denied")
	}
}

// An older protocol, as proxies speak it, says the same.
func TestOlderProtocol(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, redistest.Options{Password: true})
	s := openShop(t, options(server.URL()+"?protocol=2", "shop"))
	if !s.reserve(1, 1) || s.reserve(2, 1) {
		t.Error("one of two is granted")
	}
	s.settle(1, quota.Commit)
	s.want(0, 1)
	if _, err := s.Find(context.Background(), order(2)); !errors.Is(err, quota.ErrNotFound) {
		t.Errorf("finding nothing: %v", err)
	}
}
