package redistest_test

import (
	"testing"

	"github.com/promogate/caddy-discount/quota/redis/redistest"
)

// What was acknowledged under appendfsync always outlives a kill, and not a FLUSHALL;
// a replica has it.
func TestServer(t *testing.T) {
	s := redistest.Start(t, redistest.Options{Config: []string{"appendfsync always"}, Password: true})
	s.Do("SET", "a", "1")
	s.Kill()
	s.Restart()
	if got := s.Do("GET", "a"); got != "1" {
		t.Fatalf("after kill -9: %q", got)
	}
	replica := redistest.Start(t, redistest.Options{Password: true})
	replica.Follow(s)
	replica.Promote()
	if got := replica.Do("INCR", "a"); got != "2" {
		t.Errorf("the promoted replica counts %q", got)
	}
	s.Do("FLUSHALL")
	if got := s.Do("EXISTS", "a"); got != "0" {
		t.Errorf("after FLUSHALL: %q", got)
	}
}
