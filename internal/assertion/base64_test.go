package assertion

import (
	"bytes"
	"encoding/base64"
	"testing"

	"pgregory.net/rapid"
)

func TestBase64IsThatOfTheStandardLibrary(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		before, src := rapid.SliceOf(rapid.Byte()).Draw(t, "before"), rapid.SliceOf(rapid.Byte()).Draw(t, "src")
		want := base64.RawURLEncoding.AppendEncode(bytes.Clone(before), src)
		if got := appendBase64(before, src); !bytes.Equal(got, want) {
			t.Fatalf("got %s, want %s", got, want)
		}
	})
}

func BenchmarkBase64(b *testing.B) {
	src, dst := make([]byte, 480), make([]byte, 0, 640)
	for name, encode := range map[string]func(dst, src []byte) []byte{
		"ours": appendBase64, "the standard library's": base64.RawURLEncoding.AppendEncode,
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				dst = encode(dst[:0], src)
			}
		})
	}
}
