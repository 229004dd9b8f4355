// Package redistest starts redis-server for tests and stands between a client and
// it with the faults of a network.
package redistest

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/rueidis"

	"github.com/promogate/caddy-discount/internal/freeport"
)

// Password is what servers with Options.Password ask for. No URL may break it.
const Password = "p@ss/word"

// started is how long a server may take until it answers. It takes some
// milliseconds; a machine under load, and an append-only file that is read, take more.
const started = 20 * time.Second

// Options are those of a server.
type Options struct {
	// Config are lines of redis.conf.
	Config []string
	// Password makes the server ask for Password.
	Password bool
}

// Server is a redis-server on a free port of the loopback with a directory of its
// own. It ends with the test.
type Server struct {
	t       testing.TB
	program string
	dir     string
	port    string
	options Options
	process *exec.Cmd
	output  bytes.Buffer

	mu     sync.Mutex
	client rueidis.Client
}

// Start starts a server with an append-only file and waits until it answers. Where
// there is no redis-server the test is skipped, or fails with REQUIRE_RUNTIMES=1.
func Start(t testing.TB, options Options) *Server {
	t.Helper()
	program, err := exec.LookPath("redis-server")
	if err != nil && os.Getenv("REQUIRE_RUNTIMES") == "1" {
		t.Fatalf("REQUIRE_RUNTIMES=1, but: %v", err)
	}
	if err != nil {
		t.Skipf("no server to test with: %v", err)
	}
	_, port, err := net.SplitHostPort(freeport.Address(t))
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{t: t, program: program, dir: t.TempDir(), options: options, port: port}
	t.Cleanup(s.Kill)
	if err := s.start(); err != nil {
		t.Fatalf("redis-server does not start: %v\n%s", err, &s.output)
	}
	return s
}

func (s *Server) start() error {
	lines := append([]string{
		"bind 127.0.0.1",
		"port " + s.port,
		"dir " + s.dir,
		"daemonize no",
		"save \"\"",
		"appendonly yes",
		// An empty replica would wait for this long before it is filled.
		"repl-diskless-sync-delay 0",
	}, s.options.Config...)
	if s.options.Password {
		lines = append(lines, "requirepass "+Password, "masterauth "+Password)
	}
	config := filepath.Join(s.dir, "redis.conf")
	if err := os.WriteFile(config, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		return err
	}
	s.output.Reset()
	s.process = exec.Command(s.program, config)
	s.process.Stdout, s.process.Stderr = &s.output, &s.output
	endWithTest(s.process)
	if err := s.process.Start(); err != nil {
		s.process = nil
		return err
	}
	return s.answers()
}

// answers waits until the server has read its append-only file.
func (s *Server) answers() error {
	ctx, cancel := context.WithTimeout(context.Background(), started)
	defer cancel()
	for {
		_, err := s.command(ctx, "PING")
		if err == nil || ctx.Err() != nil {
			return err
		}
		// The server does not tell that it is ready.
		time.Sleep(5 * time.Millisecond)
	}
}

// Addr is host and port.
func (s *Server) Addr() string { return net.JoinHostPort("127.0.0.1", s.port) }

// URL is the server's, with the password if it asks for one.
func (s *Server) URL() string { return s.URLOf(s.Addr()) }

// URLOf is the URL of a proxy in front of the server.
func (s *Server) URLOf(addr string) string {
	if s.options.Password {
		return "redis://:p%40ss%2Fword@" + addr
	}
	return "redis://" + addr
}

// Kill kills the server, as kill -9 does. A server that was killed stays so until
// Restart.
func (s *Server) Kill() {
	if s.process == nil {
		return
	}
	_ = s.process.Process.Kill()
	_ = s.process.Wait()
	s.process = nil
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.client != nil {
		s.client.Close()
		s.client = nil
	}
}

// Restart starts the server that was killed again, on its port and with its files,
// and waits until it answers.
func (s *Server) Restart() {
	s.t.Helper()
	if err := s.start(); err != nil {
		s.t.Fatalf("redis-server does not start again: %v\n%s", err, &s.output)
	}
}

// Do sends one command and returns its answer as text.
func (s *Server) Do(arguments ...string) string {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), started)
	defer cancel()
	answer, err := s.command(ctx, arguments...)
	if err != nil {
		s.t.Fatalf("%s: %v", strings.Join(arguments, " "), err)
	}
	return answer
}

func (s *Server) command(ctx context.Context, arguments ...string) (string, error) {
	client, err := s.connected()
	if err != nil {
		return "", err
	}
	message, err := client.Do(ctx, client.B().Arbitrary(arguments...).Build()).ToMessage()
	if err != nil {
		return "", err
	}
	if n, err := message.ToInt64(); err == nil {
		return strconv.FormatInt(n, 10), nil
	}
	return message.ToString()
}

// connected returns the client for the test's own commands.
func (s *Server) connected() (rueidis.Client, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.client != nil {
		return s.client, nil
	}
	option, err := rueidis.ParseURL(s.URL())
	if err != nil {
		return nil, err
	}
	option.ForceSingleClient, option.DisableCache, option.DisableRetry = true, true, true
	client, err := rueidis.NewClient(option)
	if err != nil {
		if client != nil {
			client.Close()
		}
		return nil, err
	}
	s.client = client
	return client, nil
}

// Follow makes the server a replica of another and waits until it has all of it.
func (s *Server) Follow(primary *Server) {
	s.t.Helper()
	s.Do("REPLICAOF", "127.0.0.1", primary.port)
	for end := time.Now().Add(started); ; time.Sleep(5 * time.Millisecond) {
		info := s.Do("INFO", "replication")
		if strings.Contains(info, "master_link_status:up") {
			return
		}
		if time.Now().After(end) {
			s.t.Fatalf("%s does not follow %s:\n%s", s.Addr(), primary.Addr(), info)
		}
	}
}

// Promote makes a replica a primary.
func (s *Server) Promote() {
	s.t.Helper()
	s.Do("REPLICAOF", "NO", "ONE")
}
