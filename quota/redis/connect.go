package redisledger

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/redis/rueidis"
	"github.com/sony/gobreaker/v2"

	"github.com/promogate/caddy-discount/quota"
)

// link is one connection to a server that was looked at. Its client makes no other: where that leads
// there may be another server, or one that forgot.
type link struct {
	client rueidis.Client
	dialer *dialer
	life   life
}

// dialer connects once.
type dialer struct {
	ctx    context.Context
	dial   func(context.Context, string, *net.Dialer, *tls.Config) (net.Conn, error)
	closed chan struct{} // when the connection is

	mu   sync.Mutex
	conn *watchedConn
}

var errOneConnection = errors.New("the connection broke")

func newDialer(ctx context.Context, option *rueidis.ClientOption) *dialer {
	d := &dialer{ctx: ctx, dial: option.DialCtxFn, closed: make(chan struct{})}
	if d.dial == nil {
		d.dial = dialNetwork
	}
	option.DialCtxFn = d.once
	return d
}

func dialNetwork(ctx context.Context, address string, d *net.Dialer, t *tls.Config) (net.Conn, error) {
	if t == nil {
		return d.DialContext(ctx, "tcp", address)
	}
	return (&tls.Dialer{NetDialer: d, Config: t}).DialContext(ctx, "tcp", address)
}

func (d *dialer) once(_ context.Context, address string, n *net.Dialer, t *tls.Config) (net.Conn, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.conn != nil {
		return nil, errOneConnection
	}
	conn, err := d.dial(d.ctx, address, n, t)
	if err != nil {
		return nil, err
	}
	d.conn = &watchedConn{Conn: conn, closed: sync.OnceFunc(func() { close(d.closed) })}
	return d.conn, nil
}

// drop closes the connection: everything that waits for it fails. What is not sent yet never is: its
// order no longer waits for it.
func (d *dialer) drop() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.conn == nil {
		return
	}
	conn := d.conn.Conn
	if c, ok := conn.(*tls.Conn); ok {
		conn = c.NetConn()
	}
	if c, ok := conn.(*net.TCPConn); ok {
		_ = c.SetLinger(0) // without it, the system goes on sending
	}
	_ = conn.Close() // without the farewell of TLS, which may wait
	d.conn.closed()
}

type watchedConn struct {
	net.Conn
	closed func()
}

func (c *watchedConn) Close() error {
	defer c.closed()
	return c.Conn.Close()
}

// connect makes a link, unless there is one or the breaker lets no call through.
func (l *Ledger) connect() error {
	if l.link.Load() != nil && !l.down.Load() {
		return nil
	}
	_, err := l.breaker.Execute(func() (struct{}, error) {
		made, err := l.newLink()
		l.failed.Store(err != nil)
		if err == nil {
			l.publish(made)
		}
		return struct{}{}, err
	})
	return err
}

// newLink connects, looks at the server and sends again what another life may have forgotten.
func (l *Ledger) newLink() (*link, error) {
	option := l.client
	d := newDialer(l.ctx, &option)
	stop := context.AfterFunc(l.ctx, d.drop)
	defer stop()
	client, err := rueidis.NewClient(option)
	if err == nil {
		ctx, cancel := context.WithTimeout(l.ctx, looking)
		defer cancel()
		made := &link{client: client, dialer: d}
		if made.life, err = l.look(ctx, client); err == nil {
			if err = l.resend(made); err == nil {
				return made, nil
			}
		}
	}
	if client != nil {
		go client.Close()
	}
	return nil, &connectError{err: err}
}

// publish makes a link that of all calls, for as long as its connection lasts.
func (l *Ledger) publish(made *link) {
	if old := l.link.Swap(made); old != nil {
		go old.client.Close()
	}
	l.broadcast()
	go func() {
		<-made.dialer.closed
		l.unlink(made)
	}()
}

// unlink gives up a link.
func (l *Ledger) unlink(old *link) {
	if l.link.CompareAndSwap(old, nil) {
		go old.client.Close()
		l.broadcast()
		l.poke()
	}
}

// poke wakes the connecting goroutine.
func (l *Ledger) poke() {
	select {
	case l.wake <- struct{}{}:
	default: // it is awake
	}
}

// keepConnected connects when there is no link, at once and then now and then. The first error is that
// of connecting at the start.
func (l *Ledger) keepConnected(first error) {
	timer := time.NewTimer(0)
	defer timer.Stop()
	said := "" // why the ledger is down
	l.say(first, &said)
	for {
		select {
		case <-l.ctx.Done():
			return
		case <-l.wake:
		case <-timer.C:
		}
		err := l.connect()
		if l.ctx.Err() != nil {
			return
		}
		l.say(err, &said)
		timer.Reset(probeEvery + probeEvery/10)
	}
}

// say gives notice of a ledger that is down, and of one that is up again. While it is down, another
// reason is said only if someone has to change something.
func (l *Ledger) say(err error, said *string) {
	switch {
	case err == nil && *said != "":
		*said = ""
		l.notices.give(quota.Notice{Event: quota.Up})
	case err != nil && (*said == "" || isRefusal(err) && *said != err.Error()):
		if errors.Is(err, gobreaker.ErrOpenState) {
			err = errors.New("the server does not answer in time")
		}
		*said = err.Error()
		l.notices.give(quota.Notice{Event: quota.Down, Err: err})
	}
}

// connectError is why there is no connection. It is never an answer, which speaks for a server.
type connectError struct{ err error }

func (e *connectError) Error() string { return e.err.Error() }
func (e *connectError) Unwrap() error { return e.err }

// isRefusal reports whether trying again is of no use: someone has to change something.
func isRefusal(err error) bool {
	var refused *connectError
	if !errors.As(err, &refused) {
		return false
	}
	var (
		answer *rueidis.RedisError
		unfit  *unfitError
		record tls.RecordHeaderError
		cert   *tls.CertificateVerificationError
	)
	switch {
	case errors.As(err, &unfit), errors.As(err, &record), errors.As(err, &cert):
		return true
	case errors.As(err, &answer):
		return !isPassing(answer.Error())
	}
	return isForeign(refused.err)
}

// isForeign reports whether what answers is no Redis.
func isForeign(err error) bool { return strings.HasPrefix(err.Error(), "received un") }
