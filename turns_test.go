package discount

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
)

func TestLargeBodiesWaitForEachOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		line := make(turns, 1)
		if taken, err := line.take(t.Context(), largeBody); !taken || err != nil {
			t.Fatalf("the first large body: taken %v, %v", taken, err)
		}
		if taken, err := line.take(t.Context(), largeBody-1); taken || err != nil {
			t.Errorf("a body of the usual size beside it: taken %v, %v; want that it goes on without a turn", taken, err)
		}
		second := make(chan error, 1)
		go func() {
			_, err := line.take(t.Context(), largeBody)
			second <- err
		}()
		synctest.Wait()
		select {
		case err := <-second:
			t.Fatalf("the second large body did not wait: %v", err)
		default:
		}
		line.back()
		if err := <-second; err != nil {
			t.Errorf("the second large body, when its turn came: %v", err)
		}

		gone, leave := context.WithCancel(t.Context())
		leave()
		if taken, err := line.take(gone, largeBody); taken || !errors.Is(err, context.Canceled) {
			t.Errorf("a client that went away: taken %v, %v", taken, err)
		}
	})
}
