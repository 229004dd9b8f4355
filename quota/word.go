package quota

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/dunglas/httpsfv"
)

// Word is what an order service says of a reservation in the header X-Discount-Reservation of its
// answer.
type Word struct {
	// Said is false if it said nothing.
	Said    bool
	Outcome Outcome // Commit, Release or Hold

	// For is the time of a Hold, MostHold at most.
	For time.Duration
}

// ParseWord reads the values of the header: commit, release or hold;for=SECONDS, an item of RFC 9651.
// No values are no word. Other parameters are for later versions, and ignored.
func ParseWord(values []string) (Word, error) {
	if len(values) == 0 {
		return Word{}, nil
	}
	item, err := httpsfv.UnmarshalItem(values)
	if err != nil {
		return Word{}, fmt.Errorf("reading what is said of a reservation: %w", err)
	}
	switch item.Value {
	case httpsfv.Token("commit"):
		return Word{Said: true, Outcome: Commit}, nil
	case httpsfv.Token("release"):
		return Word{Said: true, Outcome: Release}, nil
	case httpsfv.Token("hold"):
		return parseHold(item.Params)
	}
	return Word{}, fmt.Errorf("reading what is said of a reservation: %s is none of commit, release and hold;for=SECONDS", strings.Join(values, ", "))
}

// parseHold reads for how long an order is held.
func parseHold(params *httpsfv.Params) (Word, error) {
	value, _ := params.Get("for")
	seconds, ok := value.(int64)
	if !ok || seconds <= 0 {
		return Word{}, fmt.Errorf("reading what is said of a reservation: hold needs for=SECONDS, a whole number above 0")
	}
	held := MostHold
	if seconds <= math.MaxInt64/int64(time.Second) {
		held = min(held, time.Duration(seconds)*time.Second)
	}
	return Word{Said: true, Outcome: Hold, For: held}, nil
}
