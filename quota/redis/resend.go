package redisledger

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/redis/rueidis"

	"github.com/promogate/caddy-discount/quota"
)

const (
	// resendAtOnce is how many orders are sent again at once.
	resendAtOnce = 256

	// resendWithin is how long sending again may take, for each order.
	resendWithin = time.Millisecond
)

// resend sends again what this gateway was granted if the server lives another life. It changes
// nothing in a server that forgot nothing.
func (l *Ledger) resend(made *link) error {
	before := l.known
	if before.name == "" || made.life == before && before.process != "" {
		l.known = made.life
		return nil
	}
	// Calls whose answer is not noted yet fail with the connection that they used.
	l.answering.Lock()
	requests, settlements, lost := l.granted.all(time.Now())
	l.answering.Unlock()
	if l.resending.IsZero() {
		l.resending = quota.NewID()
	}
	n := quota.Notice{Event: quota.Forgot, Sent: len(requests) + len(settlements), Unknown: lost}
	ctx, cancel := context.WithTimeout(l.ctx, looking+resendWithin*time.Duration(n.Sent))
	defer cancel()
	over := make(map[quota.Key]int64)
	if err := l.sendAgain(ctx, made, requests, settlements, over); err != nil {
		return fmt.Errorf("sending again what the server may have forgotten: %w", err)
	}
	for key, by := range over {
		n.Over = append(n.Over, quota.Over{Key: key, By: by})
	}
	slices.SortFunc(n.Over, func(a, b quota.Over) int { return cmp.Compare(a.Key, b.Key) })
	l.granted.found(lost)
	l.known, l.resending = made.life, quota.ID{}
	l.notices.give(n)
	return nil
}

// sendAgain sends orders over a link that no call uses yet, and adds up what went beyond limits.
func (l *Ledger) sendAgain(ctx context.Context, made *link, requests []quota.Request, settlements []quota.Settlement, over map[quota.Key]int64) error {
	add := func(all []quota.Over) {
		for _, o := range all {
			over[o.Key] += o.By
		}
	}
	for part := range slices.Chunk(requests, resendAtOnce) {
		var calls []rueidis.LuaExec
		for _, q := range part {
			q.Call = l.again(q.Attempt)
			calls = append(calls, l.exec(made, reserveArguments(q)))
		}
		err := readAll(l.scripts.reserve.ExecMulti(ctx, made.client, calls...), func(r *reply) {
			grant, _ := r.grant()
			add(grant.Over)
		})
		if err != nil {
			return err
		}
	}
	for i := range settlements {
		settlements[i].Call = l.resending
	}
	for part := range slices.Chunk(settlements, settleAtOnce) {
		call := l.exec(made, settleArguments(part))
		err := readAll([]rueidis.RedisResult{l.scripts.settle.Exec(ctx, made.client, call.Keys, call.Args)}, func(r *reply) {
			for range part {
				add(r.list().settled().Over)
			}
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// again names the call that sends one attempt again. It is the same while sending again fails, and
// another one when the server forgets once more.
func (l *Ledger) again(attempt quota.ID) quota.ID {
	call := l.resending
	for i := range call {
		call[i] ^= attempt[i]
	}
	return call
}

func (l *Ledger) exec(made *link, arguments []string) rueidis.LuaExec {
	arguments[0] = made.life.name
	return rueidis.LuaExec{Keys: l.keys, Args: arguments}
}

func readAll(results []rueidis.RedisResult, read func(*reply)) error {
	for _, result := range results {
		message, err := result.ToMessage()
		if err != nil {
			return err
		}
		r := newReply(message)
		if read(r); r.err != nil {
			return r.err
		}
	}
	return nil
}
