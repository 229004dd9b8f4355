// Package freeport gives programs that are started for a test or a measurement addresses to
// listen at.
package freeport

import (
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"sync"
	"testing"
)

// The ports are below those that a system gives to outgoing connections (Linux from 32768 on,
// others from 49152), so that no connection takes one between [Take] and the program that is to
// listen.
var all = newPool(10_000, 32_768)

// Take returns an address of the loopback, host and port, at which nothing listens. It never
// returns the same one twice: Caddy listens with SO_REUSEPORT, so two gateways at one port
// would both start, and answer in turns.
func Take() (address string, err error) { return all.take() }

// Address is [Take] for a test, which ends where no address is left.
func Address(t testing.TB) string {
	t.Helper()
	address, err := Take()
	if err != nil {
		t.Fatal(err)
	}
	return address
}

// pool is a range of ports in an order of chance, so that several processes hardly try the same
// one at a time.
type pool struct {
	mu    sync.Mutex
	ports []int // not tried yet
}

// newPool is the ports from first on, without end.
func newPool(first, end int) *pool {
	p := &pool{ports: rand.Perm(end - first)}
	for i := range p.ports {
		p.ports[i] += first
	}
	return p
}

func (p *pool) take() (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	var err error
	for len(p.ports) > 0 {
		address := net.JoinHostPort("127.0.0.1", strconv.Itoa(p.ports[0]))
		p.ports = p.ports[1:]
		var l net.Listener
		if l, err = net.Listen("tcp", address); err == nil {
			return address, l.Close()
		}
	}
	return "", fmt.Errorf("no port of the loopback is left: %w", err)
}
