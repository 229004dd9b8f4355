package redisledger

import (
	"context"
	"errors"
	"strings"

	"github.com/redis/rueidis"
	"github.com/sony/gobreaker/v2"

	"github.com/promogate/caddy-discount/quota"
)

// call is a script with its arguments. The first is set to the life of the server.
type call struct {
	script    *rueidis.Lua
	arguments []string

	// answered is called with the answer before another connection is made: what it notes is sent
	// again if that leads to a server that forgot.
	answered func(*reply)
}

// run carries out a call through the breaker.
func (l *Ledger) run(ctx context.Context, c call) error {
	// The breaker lets one call through now and then when it is open. That is the connecting
	// goroutine's: no order waits for a server that is probably dead.
	if l.down.Load() {
		return &quota.NotAskedError{Err: l.errDown()}
	}
	defer l.waiting.Add(-1)
	if l.waiting.Add(1) > mostWaiting {
		return &quota.NotAskedError{Err: errBusy}
	}
	_, err := l.breaker.Execute(func() (struct{}, error) { return struct{}{}, l.try(ctx, c) })
	if errors.Is(err, gobreaker.ErrOpenState) || errors.Is(err, gobreaker.ErrTooManyRequests) {
		return &quota.NotAskedError{Err: l.errDown()}
	}
	return err
}

// errDown is the error of calls while the server cannot be reached.
func (l *Ledger) errDown() error {
	if _, closed := l.change(); closed {
		return quota.ErrClosed
	}
	return errDown
}

// try sends a call until it is answered, or the context is done. Sending it again changes nothing
// more if it was carried out and the answer was lost.
func (l *Ledger) try(ctx context.Context, c call) error {
	for sent := false; ; sent = true {
		link, err := l.connected(ctx)
		switch {
		case err != nil && !sent:
			return &quota.NotAskedError{Err: err}
		case err != nil:
			return err
		}
		err = l.send(ctx, link, c)
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return ctx.Err()
		case isAnswer(err) && !isOtherLife(err):
			return err
		}
		l.unlink(link)
		if _, ok := rueidis.IsRedisErr(err); ok && !isOtherLife(err) {
			return err // the server may recover, but not at once
		}
	}
}

// send sends a call over one link.
func (l *Ledger) send(ctx context.Context, link *link, c call) error {
	l.answering.RLock()
	defer l.answering.RUnlock()
	// The arguments of an earlier try may still be in the queue of a client.
	arguments := append([]string{link.life.name}, c.arguments[1:]...)
	message, err := c.script.Exec(ctx, link.client, l.keys, arguments).ToMessage()
	if err == nil {
		c.answered(newReply(message))
	}
	return err
}

// connected waits for a link.
func (l *Ledger) connected(ctx context.Context) (*link, error) {
	for {
		if link := l.link.Load(); link != nil {
			return link, nil
		}
		changed, closed := l.change()
		if link := l.link.Load(); link != nil {
			return link, nil
		}
		if closed || l.down.Load() {
			return nil, l.errDown()
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// change returns what is closed at the next change of link or down, and whether the ledger is closed.
func (l *Ledger) change() (<-chan struct{}, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.changed, l.closed
}

func (l *Ledger) broadcast() {
	l.mu.Lock()
	defer l.mu.Unlock()
	close(l.changed)
	l.changed = make(chan struct{})
}

// onState follows the breaker, which is locked.
func (l *Ledger) onState(_ string, _, to gobreaker.State) {
	switch to {
	case gobreaker.StateOpen:
		l.down.Store(true)
		// What waits for an answer waits for nothing, and takes up the queue.
		if link := l.link.Load(); link != nil {
			link.dialer.drop()
		}
		l.broadcast()
		l.poke()
	case gobreaker.StateClosed:
		l.down.Store(false)
		l.broadcast()
	}
}

// isAnswer reports whether a server said so itself, which speaks for it.
func isAnswer(err error) bool {
	if err == nil {
		return true
	}
	answer, ok := rueidis.IsRedisErr(err)
	return ok && !isPassing(answer.Error())
}

// passing are the answers of a server that cannot be used now, and may be later.
var passing = []string{"LOADING", "MASTERDOWN", "CLUSTERDOWN", "READONLY", "MISCONF", "NOREPLICAS", "TRYAGAIN", "BUSY", "OOM", "MOVED", "ERR max number of clients"}

func isPassing(text string) bool {
	for _, prefix := range passing {
		if strings.HasPrefix(text, prefix) {
			return true
		}
	}
	return false
}

// isOtherLife reports whether a server lives another life than the one that was looked at.
func isOtherLife(err error) bool {
	answer, ok := rueidis.IsRedisErr(err)
	return ok && strings.HasPrefix(answer.Error(), "OTHERLIFE")
}
