package httpbody

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"
)

// taken is a request with a text as its body, after the body was taken.
func taken(t rapid.TB, l *Limit, text string) (*http.Request, *Body) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/orders", strings.NewReader(text))
	b, err := l.Take(r)
	if err != nil {
		t.Fatal(err)
	}
	return r, b
}

func newLimit() *Limit {
	return &Limit{Bytes: 1 << 20, Answered: func(*http.Request) bool { return false }}
}

// readers are all ways to read the body of a request, each in the middle of it.
func readers(t *testing.T, r *http.Request) map[string]io.ReadCloser {
	t.Helper()
	again, err := r.GetBody()
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]io.ReadCloser{"body": r.Body, "GetBody": again}
	for name, reader := range all {
		if _, err := io.ReadFull(reader, make([]byte, 3)); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	return all
}

func TestNothingIsReadAfterTheRelease(t *testing.T) {
	for _, size := range []int{5, mostPooled - 1, mostPooled, 100_000} {
		t.Run(fmt.Sprintf("%d bytes", size), func(t *testing.T) {
			r, b := taken(t, newLimit(), strings.Repeat("x", size))
			all := readers(t, r)
			b.Release()
			for name, reader := range all {
				if text, err := io.ReadAll(reader); len(text) > 0 || !errors.Is(err, http.ErrBodyReadAfterClose) {
					t.Errorf("%s: %d bytes, %v", name, len(text), err)
				}
				if err := reader.Close(); err != nil { // which rewinds a body that is still there
					t.Errorf("%s: %v", name, err)
				}
				if text, err := io.ReadAll(reader); len(text) > 0 || err == nil {
					t.Errorf("%s after Close: %d bytes, %v", name, len(text), err)
				}
			}
			late, err := r.GetBody()
			if err != nil {
				t.Fatal(err)
			}
			if text, err := io.ReadAll(late); len(text) > 0 || !errors.Is(err, http.ErrBodyReadAfterClose) {
				t.Errorf("GetBody after the release: %d bytes, %v", len(text), err)
			}
		})
	}
}

// A body that was read to its end says so until the release, and fails from then on.
func TestAnEmptyBodyIsReleasedToo(t *testing.T) {
	_, b := taken(t, newLimit(), "")
	if _, err := b.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
		t.Fatal(err)
	}
	b.Release()
	b.Release() // gives nothing back twice
	if _, err := b.Read(make([]byte, 1)); !errors.Is(err, http.ErrBodyReadAfterClose) {
		t.Error(err)
	}
	(*Body)(nil).Release()
}

// io.Copy prefers WriteTo, which hands over the memory itself: it would be on its way to a socket,
// without a lock, while the next order is read into it.
func TestBodiesAreReadInCopies(t *testing.T) {
	r, _ := taken(t, newLimit(), tenYuan)
	for name, reader := range readers(t, r) {
		if _, lends := reader.(io.WriterTo); lends {
			t.Errorf("%s has WriteTo", name)
		}
	}
}

// A reader that reads an order while the memory goes on to the next one gets bytes of that order or
// an error.
func TestAReleaseBesideReadersGivesNobodyForeignBytes(t *testing.T) {
	l := newLimit()
	var lanes sync.WaitGroup
	for lane := range 4 {
		lanes.Go(func() {
			for i := range 200 {
				mine := []byte{byte('a' + lane), byte('0' + i%10)}
				text := strings.Repeat(string(mine), 1000)
				r, b := taken(t, l, text)
				if !bytes.Equal(b.Bytes(), []byte(text)) {
					t.Error("what was taken is not what was sent")
				}
				again, err := r.GetBody()
				if err != nil {
					t.Error(err)
					return
				}
				var late sync.WaitGroup
				for _, reader := range []io.ReadCloser{r.Body, again} {
					late.Go(func() {
						got, err := io.ReadAll(iotest.OneByteReader(reader))
						if !strings.HasPrefix(text, string(got)) || err == nil && len(got) < len(text) {
							t.Errorf("%d bytes, %v", len(got), err)
						}
						_ = reader.Close()
					})
				}
				b.Release()
				if i%2 == 0 {
					late.Wait()
				} else {
					lanes.Go(late.Wait)
				}
			}
		})
	}
	lanes.Wait()
}

// Memory that was released is used again, and what is in it then is the new body alone.
func TestReleasedMemoryIsUsedAgain(t *testing.T) {
	l := newLimit()
	source := strings.NewReader("")
	r := httptest.NewRequest(http.MethodPost, "/orders", http.NoBody)
	body := io.NopCloser(source)
	for _, size := range []int{300, 4_000, mostPooled - 1} {
		text := strings.Repeat("x", size)
		if n := testing.AllocsPerRun(100, func() {
			source.Reset(text)
			r.Body, r.ContentLength = body, int64(size)
			b, err := l.Take(r)
			if err != nil {
				t.Fatal(err)
			}
			b.Release()
		}); n > 2 { // the body, and its GetBody
			t.Errorf("%d bytes: %v allocations", size, n)
		}
	}
}

// However bodies of any sizes and framings follow each other in the same memory, each is handed
// back as it came.
func TestBodiesInTheSameMemoryAreHandedBackAsTheyCame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := newLimit()
		l.Bytes = rapid.Int64Range(0, 40_000).Draw(t, "most")
		for i := range rapid.IntRange(1, 8).Draw(t, "bodies") {
			size := rapid.IntRange(0, 40_000).Draw(t, "size")
			text := strings.Repeat(string(rune('a'+i)), size)
			r := httptest.NewRequest(http.MethodPost, "/orders", strings.NewReader(text))
			if rapid.Bool().Draw(t, "of unknown length") {
				r.ContentLength = -1
			}
			b, err := l.Take(r)
			if tooLong := int64(size) > l.Bytes; tooLong != errors.Is(err, ErrTooLong) || !tooLong && err != nil {
				t.Fatalf("%d bytes of at most %d: %v", size, l.Bytes, err)
			}
			if got, err := io.ReadAll(r.Body); string(got) != text || err != nil {
				t.Fatalf("%d bytes of %d are handed back, %v", len(got), size, err)
			}
			b.Release()
		}
	})
}

func TestMemoryIsPooledByCapacity(t *testing.T) {
	var m memory
	for size := range int64(mostPooled + 2) {
		buf, lent := m.lend(size)
		switch {
		case len(buf) != 0 || int64(cap(buf)) < size:
			t.Fatalf("%d bytes of %d for %d", len(buf), cap(buf), size)
		case (lent != nil) != (size <= mostPooled):
			t.Fatalf("of %d bytes, lent: %v", size, lent != nil)
		case lent != nil && int64(cap(buf)) > max(leastPooled, 2*size):
			t.Fatalf("%d bytes for %d", cap(buf), size)
		}
		m.takeBack(lent)
	}
}
