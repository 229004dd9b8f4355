package pace

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

func TestLargeBodiesWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		limiter := NewBodyLimiter(1)
		first, err := limiter.Take(t.Context())
		if err != nil {
			t.Fatalf("the first large body: %v", err)
		}
		second := make(chan error, 1)
		go func() {
			_, err := limiter.Take(t.Context())
			second <- err
		}()
		synctest.Wait()
		select {
		case err := <-second:
			t.Fatalf("the second large body did not wait: %v", err)
		default:
		}
		limiter.Release(first)
		if err := <-second; err != nil {
			t.Errorf("the second large body, when a slot was free: %v", err)
		}

		gone, leave := context.WithCancel(t.Context())
		leave()
		if taken, err := limiter.Take(gone); taken != nil || !errors.Is(err, context.Canceled) {
			t.Errorf("a client that went away: taken %v, %v", taken, err)
		}
	})
}
