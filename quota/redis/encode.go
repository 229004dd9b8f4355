package redisledger

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/redis/rueidis"

	"github.com/promogate/caddy-discount/quota"
)

// What scripts are given and what they answer. The first argument of each is the life of the server,
// which is known when it is sent.

func reserveArguments(q quota.Request) []string {
	return []string{
		"", string(q.Order[:]), string(q.Attempt[:]),
		decimal(q.Terms.Hold.Milliseconds()), decimal(q.Terms.Remember.Milliseconds()), flag(q.Terms.Keep), flag(q.Unlimited), name(q.Call),
		packTakes(q.Takes),
	}
}

func settleArguments(all []quota.Settlement) []string {
	a := make([]string, 1, 1+8*len(all))
	for _, s := range all {
		a = append(a, string(s.Order[:]), name(s.Attempt), name(s.Call), decimal(int64(s.Outcome)), decimal(min(s.For, quota.MostHold).Milliseconds()))
		a = append(a, decimal(s.Terms.Remember.Milliseconds()), flag(s.Terms.Keep), packTakes(s.Takes))
	}
	return a
}

// name is an ID as an argument, and nothing for the zero ID.
func name(id quota.ID) string {
	if id.IsZero() {
		return ""
	}
	return string(id[:])
}

// packTakes writes takes as one list of MessagePack, as the scripts read and keep them. Many arguments
// take the server longer. No takes are nothing.
func packTakes(takes []quota.Take) string {
	if len(takes) == 0 {
		return ""
	}
	size := 5
	for _, t := range takes {
		size += len(t.Key) + 4*9
	}
	b := make([]byte, 0, size)
	b = append(b, 0xdd)
	b = binary.BigEndian.AppendUint32(b, uint32(4*len(takes)))
	for _, t := range takes {
		b = append(b, 0xdb)
		b = binary.BigEndian.AppendUint32(b, uint32(len(t.Key)))
		b = append(b, t.Key...)
		for _, n := range [...]int64{t.Amount, t.Limit, t.WindowEnd} {
			b = append(b, 0xd3)
			b = binary.BigEndian.AppendUint64(b, uint64(n))
		}
	}
	return string(b)
}

// reply reads the values of an answer one after the other.
type reply struct {
	values []rueidis.RedisMessage
	err    error
}

func newReply(m rueidis.RedisMessage) *reply {
	values, err := m.ToArray()
	return &reply{values: values, err: err}
}

func (r *reply) more() bool { return r.err == nil && len(r.values) > 0 }

// next returns the next value, and false if there is none.
func (r *reply) next() (m rueidis.RedisMessage, ok bool) {
	if r.err == nil && len(r.values) == 0 {
		r.err = errors.New("the answer of the server ends early")
	}
	if r.err != nil {
		return m, false
	}
	m, r.values = r.values[0], r.values[1:]
	return m, true
}

func (r *reply) number() (n int64) {
	if m, ok := r.next(); ok {
		n, r.err = m.AsInt64()
	}
	return n
}

func (r *reply) text() (text string) {
	if m, ok := r.next(); ok {
		text, r.err = m.ToString()
	}
	return text
}

func (r *reply) flag() bool      { return r.number() == 1 }
func (r *reply) time() time.Time { return time.UnixMilli(r.number()) }
func (r *reply) key() quota.Key  { return quota.Key(r.text()) }

// list is the next value, which is a list.
func (r *reply) list() *reply {
	m, ok := r.next()
	if !ok {
		return r
	}
	inner := newReply(m)
	r.err = inner.err
	return inner
}

// grant reads what the reserving script answers.
func (r *reply) grant() (g quota.Grant, denials []quota.Denial) {
	if r.number() == 0 {
		for r.more() {
			denials = append(denials, quota.Denial{Take: int(r.number()), Left: r.number(), UsedUp: r.flag()})
		}
		return g, denials
	}
	return quota.Grant{State: quota.State(r.number()), Until: r.time(), Joined: r.flag(), Over: r.over()}, nil
}

func (r *reply) over() (all []quota.Over) {
	for r.more() {
		all = append(all, quota.Over{Key: r.key(), By: r.number()})
	}
	return all
}

// settled reads what the settling script answers for one order.
func (r *reply) settled() quota.Settled {
	return quota.Settled{State: quota.State(r.number()), Changed: r.flag(), Over: r.over()}
}

func (r *reply) count() quota.Count {
	return quota.Count{Held: r.number(), Committed: r.number(), Revision: uint64(r.number()), WindowEnd: r.number(), Reason: r.text()}
}

func (r *reply) reservation() (found quota.Reservation) {
	order := r.text()
	if r.err == nil && len(order) != len(found.Order) {
		r.err = fmt.Errorf("the answer of the server has an order of %d bytes", len(order))
	}
	copy(found.Order[:], order)
	found.State, found.Until, found.Unknown = quota.State(r.number()), r.time(), r.flag()
	for r.more() {
		found.Takes = append(found.Takes, quota.Take{Key: r.key(), Amount: r.number(), Limit: r.number(), WindowEnd: r.number()})
	}
	return found
}
