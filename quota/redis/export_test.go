package redisledger

// OpenAt opens a ledger for which the time is what a script says: it sets now, in milliseconds.
func OpenAt(o Options, clock string) (*Ledger, error) { return open(o, clock) }

// ErrDown is the error of calls that were not sent.
var ErrDown = errDown
