package freeport

import (
	"net"
	"sync"
	"testing"
)

func TestNoAddressIsGivenTwice(t *testing.T) {
	const askers, each = 8, 50
	var (
		asking sync.WaitGroup
		seen   sync.Map
	)
	for range askers {
		asking.Go(func() {
			for range each {
				address, err := Take()
				if _, twice := seen.LoadOrStore(address, true); twice || err != nil {
					t.Errorf("%q, given before: %v, %v", address, twice, err)
				}
			}
		})
	}
	asking.Wait()
	l, err := net.Listen("tcp", Address(t))
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
}

// A port at which something listens, at whatever address, is passed over.
func TestAPortInUseIsNotGiven(t *testing.T) {
	for _, at := range []string{"127.0.0.1:0", ":0"} {
		t.Run(at, func(t *testing.T) {
			l, err := net.Listen("tcp", at)
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			port := l.Addr().(*net.TCPAddr).Port
			if address, err := newPool(port, port+1).take(); err == nil {
				t.Errorf("%s is given, where %s listens", address, l.Addr())
			}
		})
	}
}
