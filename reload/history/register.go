package history

import "time"

// A register says what the records of a log are about.
type register struct {
	records int64
	last    map[Content]int64 // number of the last record of a content
	named   map[string]bool   // fingerprints
	aside   time.Time         // of the last record that tells of something set aside
}

func newRegister(records []Record) *register {
	g := &register{last: make(map[Content]int64), named: make(map[string]bool)}
	for _, r := range records {
		g.add(r)
	}
	return g
}

func (g *register) add(r Record) {
	g.records = r.Number + 1
	if r.Action == SetAside && r.Time.After(g.aside) {
		g.aside = r.Time
	}
	for _, c := range r.Contents() {
		if c.Fingerprint != "" && c.Digest != "" {
			g.last[c] = r.Number
			g.named[c.Fingerprint] = true
		}
	}
}

// has reports whether a record tells of a snapshot, and one that was written after
// it was saved if it says when that was.
func (g *register) has(s *Snapshot) bool {
	for _, fingerprint := range []string{s.Fingerprint, s.Formerly} {
		if n, ok := g.last[Content{fingerprint, s.Digest}]; ok && (s.before == nil || n >= *s.before) {
			return true
		}
	}
	return false
}

// misses reports whether a snapshot was on record and is not: it got its name with
// a record that is not in this log. One that does not say when it was saved is of a
// version that gave the name first.
func (g *register) misses(s *Snapshot) bool {
	return s.before != nil && !g.has(s) && (*s.before >= g.records || !g.contradicts(s))
}

// contradicts reports whether the records tell of other bytes with the fingerprint
// of a snapshot, and not of its own.
func (g *register) contradicts(s *Snapshot) bool {
	for _, fingerprint := range []string{s.Fingerprint, s.Formerly} {
		if _, ok := g.last[Content{fingerprint, s.Digest}]; ok {
			return false
		}
	}
	return g.named[s.Fingerprint] || g.named[s.Formerly]
}

// setAsideSince reports whether a record tells of what was set aside then.
func (g *register) setAsideSince(at time.Time) bool { return !g.aside.Before(at) }
