package fields

import "slices"

// Status is what became of the cart of a request.
type Status uint8

const (
	StatusUnavailable Status = iota
	StatusApplied
	StatusNone
	StatusBypass
	StatusInvalid
	StatusOversize
)

// statuses are the values of X-Discount-Status.
var statuses = [...]string{
	StatusUnavailable: "unavailable",
	StatusApplied:     "applied",
	StatusNone:        "none",
	StatusBypass:      "bypass",
	StatusInvalid:     "invalid",
	StatusOversize:    "oversize",
}

// String returns the value of X-Discount-Status.
func (s Status) String() string { return statuses[s] }

// Statuses lists the texts of all statuses, in the order of their numbers.
func Statuses() []string { return slices.Clone(statuses[:]) }
