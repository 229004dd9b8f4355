package redisledger

import "github.com/promogate/caddy-discount/quota"

// OpenAt opens a ledger for which the time is what a script says: it sets now, in milliseconds.
func OpenAt(o Options, clock string) (*Ledger, error) { return open(o, clock) }

// Notify calls do with the notices of a ledger.
func (l *Ledger) Notify(do func(quota.Notice)) (stop func()) { return l.notices.add(do) }
