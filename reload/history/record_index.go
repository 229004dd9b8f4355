package history

import "time"

// A recordIndex is an index of the contents that the records of a log are about.
type recordIndex struct {
	records int64
	last    map[Content]int64 // number of the last record of a content
	named   map[string]bool   // of all contents on record
	aside   time.Time         // of the last record of something set aside
}

func indexOf(records []Record) *recordIndex {
	g := &recordIndex{last: make(map[Content]int64), named: make(map[string]bool)}
	for _, r := range records {
		g.add(r)
	}
	return g
}

func (g *recordIndex) add(r Record) {
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

// covers reports whether a snapshot is on record. If the header of the snapshot says when it
// was saved, the record must be later.
func (g *recordIndex) covers(s *Snapshot) bool {
	for _, fingerprint := range []string{s.Fingerprint, s.Formerly} {
		if n, ok := g.last[Content{fingerprint, s.Digest}]; ok && (s.before == nil || n >= *s.before) {
			return true
		}
	}
	return false
}

// misses reports whether a snapshot was on record and is not any more: a record that is not in
// this log gave it its name. A snapshot whose header does not say when it was saved does not
// count: earlier versions gave snapshots their names before they recorded them.
func (g *recordIndex) misses(s *Snapshot) bool {
	return s.before != nil && !g.covers(s) && (*s.before >= g.records || !g.contradicts(s))
}

// contradicts reports whether the records have only other bytes for the fingerprint of a
// snapshot.
func (g *recordIndex) contradicts(s *Snapshot) bool {
	for _, fingerprint := range []string{s.Fingerprint, s.Formerly} {
		if _, ok := g.last[Content{fingerprint, s.Digest}]; ok {
			return false
		}
	}
	return g.named[s.Fingerprint] || g.named[s.Formerly]
}

// setAsideSince reports whether something set aside at an instant, or later, is on record.
func (g *recordIndex) setAsideSince(at time.Time) bool { return !g.aside.Before(at) }
