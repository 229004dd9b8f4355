package quota

import (
	"encoding/hex"
	"fmt"
	"strings"
)

// Kind is what a count counts.
type Kind string

// The kinds of counts.
const (
	Uses   Kind = "uses"   // orders
	Units  Kind = "units"  // units of goods
	Budget Kind = "budget" // minor units of money
	Code   Kind = "code"   // orders with one code
)

// Counter says which count is meant.
type Counter struct {
	Kind Kind

	// Name is the name of the quota, or of the set of codes.
	Name string

	// Round is the round of the quota. Another round is another count.
	Round string

	// Window is the day, week or month of a count that starts anew with each; empty for ever.
	Window string

	// Customer is whose count it is, the zero Digest for the count that all share.
	Customer Digest

	// Code is the code that is counted, the zero Digest for none.
	Code Digest
}

// Key is a Counter as text: the name of a count in a ledger. Counters that differ have keys that
// differ.
type Key string

// Key returns the key of the counter.
func (c Counter) Key() Key {
	var b strings.Builder
	for i, part := range [...]string{string(c.Kind), c.Name, c.Round, c.Window, c.Customer.text(), c.Code.text()} {
		if i > 0 {
			b.WriteByte('|')
		}
		keyEscaper.WriteString(&b, part) // a strings.Builder has no errors
	}
	return Key(b.String())
}

// isOfCount reports whether two keys differ in nothing but the window.
func (k Key) isOfCount(other Key) bool {
	begin, end := k.window()
	otherBegin, otherEnd := other.window()
	return end > 0 && otherEnd > 0 && k[:begin] == other[:otherBegin] && k[end:] == other[otherEnd:]
}

// window is where the window is in the key; its end is 0 if the key has none.
func (k Key) window() (begin, end int) {
	parts := 0
	for i := range len(k) {
		if k[i] != '|' {
			continue
		}
		switch parts++; parts {
		case 3:
			begin = i + 1
		case 4:
			return begin, i
		}
	}
	return 0, 0
}

// keyEscaper keeps the separator out of the parts of a key.
var keyEscaper, keyUnescaper = strings.NewReplacer("%", "%25", "|", "%7C"), strings.NewReplacer("%25", "%", "%7C", "|")

// Counter returns the counter that the key names.
func (k Key) Counter() (Counter, error) {
	parts := strings.Split(string(k), "|")
	if len(parts) != 6 {
		return Counter{}, fmt.Errorf("reading the key of a count: %q has %d parts, want 6", string(k), len(parts))
	}
	for i := range parts {
		parts[i] = keyUnescaper.Replace(parts[i])
	}
	c := Counter{Kind: Kind(parts[0]), Name: parts[1], Round: parts[2], Window: parts[3]}
	for i, digest := range [...]*Digest{&c.Customer, &c.Code} {
		if err := digest.read(parts[4+i]); err != nil {
			return Counter{}, fmt.Errorf("reading the key of a count: %q: %w", string(k), err)
		}
	}
	if c.Key() != k {
		return Counter{}, fmt.Errorf("reading the key of a count: %q is not as it is written", string(k))
	}
	return c, nil
}

// Digest stands for a customer or a code, which the ledger does not know. See [Digester].
type Digest [16]byte

// text is the digest in hexadecimal, empty for the zero Digest.
func (d Digest) text() string {
	if d == (Digest{}) {
		return ""
	}
	return hex.EncodeToString(d[:])
}

// read reads what text wrote.
func (d *Digest) read(text string) error {
	if text == "" {
		return nil
	}
	b, err := hex.DecodeString(text)
	if err != nil {
		return err
	}
	if len(b) != len(d) {
		return fmt.Errorf("a digest has %d bytes, want %d", len(b), len(d))
	}
	copy(d[:], b)
	return nil
}
