package cors

import "testing"

// An origin is written in one way: reading it again changes nothing.
func FuzzParseOrigin(f *testing.F) {
	for _, text := range []string{"*", "HTTPS://Shop.Example:443", "http://[::1]:03000", "https://商店.example", "https://:443", "a://%41", "//a://", "a://\xd70"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		origin, err := ParseOrigin(text)
		if err != nil {
			return
		}
		again, err := ParseOrigin(origin)
		if err != nil || again != origin {
			t.Fatalf("%q is read as %q, and that as %q, %v", text, origin, again, err)
		}
	})
}
