package redistest

import (
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// Proxy passes connections on to a server, until it is told to be a bad network.
type Proxy struct {
	listener net.Listener
	target   atomic.Value // string
	delay    atomic.Int64 // nanoseconds that each piece of an answer waits
	drops    atomic.Bool  // answers are read and go nowhere
	refuses  atomic.Bool  // new connections are closed at once
	dropped  atomic.Int64 // bytes of answers that went nowhere

	mu     sync.Mutex
	open   map[net.Conn]struct{}
	copies sync.WaitGroup
}

// NewProxy starts a proxy in front of an address. It ends with the test.
func NewProxy(t testing.TB, target string) *Proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{listener: listener, open: make(map[net.Conn]struct{})}
	p.target.Store(target)
	p.copies.Go(p.accept)
	t.Cleanup(func() {
		_ = listener.Close()
		p.Refuse(true)
		p.Cut()
		p.copies.Wait()
	})
	return p
}

// Addr is host and port.
func (p *Proxy) Addr() string { return p.listener.Addr().String() }

// To sends the connections that are made from now on to another server.
func (p *Proxy) To(target string) { p.target.Store(target) }

// Cut closes every connection. What the server had been sent it may have done.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.open {
		_ = c.Close()
	}
}

// Refuse closes new connections at once, or no longer does.
func (p *Proxy) Refuse(refuse bool) { p.refuses.Store(refuse) }

// Delay holds each piece of an answer back for so long.
func (p *Proxy) Delay(delay time.Duration) { p.delay.Store(int64(delay)) }

// DropReplies passes on what is sent and loses what is answered, or no longer does.
// A connection that lost a part of an answer is of no more use: Cut it.
func (p *Proxy) DropReplies(drop bool) { p.drops.Store(drop) }

// Dropped is how many bytes of answers were lost.
func (p *Proxy) Dropped() int64 { return p.dropped.Load() }

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		if p.refuses.Load() {
			_ = client.Close()
			continue
		}
		server, err := net.Dial("tcp", p.target.Load().(string))
		if err != nil {
			_ = client.Close()
			continue
		}
		p.mu.Lock()
		p.open[client], p.open[server] = struct{}{}, struct{}{}
		p.mu.Unlock()
		p.copies.Go(func() { p.copy(server, client, p.ask) })
		p.copies.Go(func() { p.copy(client, server, p.answer) })
	}
}

// copy passes on what comes from one end to the other, until one of them is closed.
func (p *Proxy) copy(to, from net.Conn, pass func(net.Conn, []byte) error) {
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			if pass(to, buffer[:n]) != nil {
				break
			}
		}
		if err != nil {
			break
		}
	}
	_, _ = to.Close(), from.Close()
	p.mu.Lock()
	delete(p.open, to)
	delete(p.open, from)
	p.mu.Unlock()
}

func (p *Proxy) ask(server net.Conn, piece []byte) error {
	_, err := server.Write(piece)
	return err
}

func (p *Proxy) answer(client net.Conn, piece []byte) error {
	if d := p.delay.Load(); d > 0 {
		time.Sleep(time.Duration(d))
	}
	if p.drops.Load() {
		p.dropped.Add(int64(len(piece)))
		return nil
	}
	_, err := client.Write(piece)
	return err
}
