package history

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

func FuzzReadRecords(f *testing.F) {
	line, _ := record(0).encode()
	f.Add(string(line) + "\n")
	f.Add("{\"number\":0,\"action\":\"x\"}\n{}\n\x00\x00")
	f.Fuzz(func(t *testing.T, log string) {
		records, lines := readRecords([]byte(log))
		at := 0
		for i, line := range lines {
			if records[i].Number != int64(i) || !strings.HasPrefix(log[at:], string(line)+"\n") {
				t.Fatalf("record %d is not where it was read", i)
			}
			at += len(line) + 1
		}
	})
}

func FuzzDecodeSnapshot(f *testing.F) {
	s := content(1)
	parts, _ := s.encode()
	f.Add(bytes.Join(parts, nil))
	f.Add([]byte("{\"fingerprint\":\"x\",\"files\":[{\"name\":\"a\",\"size\":-1}]}\nabc"))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := decodeSnapshot(data)
		if err == nil && Digest(s.Files) != s.Digest {
			t.Fatal("a snapshot was believed against its digest")
		}
	})
}

// An export that is verified may come from an attacker.
func FuzzExport(f *testing.F) {
	dir := f.TempDir()
	h, err := Open(dir, Options{Name: "test"})
	if err != nil {
		f.Fatal(err)
	}
	for n := range 3 {
		if _, err := h.Append(record(n)); err != nil {
			f.Fatal(err)
		}
	}
	if err := h.Close(); err != nil {
		f.Fatal(err)
	}
	good, err := ExportOf(dir)
	if err != nil {
		f.Fatal(err)
	}
	text, err := json.Marshal(good)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text)
	f.Add([]byte(`{"verifier":"x","checkpoint":"x\n9223372036854775807\nAAAA\n\n","records":[""],"hashes":["AA=="]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		e, err := ReadExport(bytes.NewReader(data))
		if err != nil {
			return
		}
		// By the key that signed the good one, nothing else may pass.
		r, err := e.Verify(Trust{Verifier: good.Verifier})
		if err == nil && !slices.Equal(e.Records[:r.Records], good.Records) {
			t.Fatalf("records that were never signed passed: %q", e.Records)
		}
	})
}
