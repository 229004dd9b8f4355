package reload_test

import (
	"testing"

	"github.com/promogate/caddy-discount/reload"
)

// The event of an activation carries the value that it is about, also before Open returns.
// No other event has one.
func TestAnActivationCarriesItsValue(t *testing.T) {
	t.Parallel()
	path := file(t, "one")
	var opened []any
	src, err := reload.Open(path, text, reload.Options{OnEvent: func(e reload.Event) { opened = append(opened, e.Value) }})
	if err != nil {
		t.Fatal(err)
	}
	do(t, src.Close())
	if len(opened) != 1 || opened[0] != "one" {
		t.Errorf("opening told of %q, want the value of the file", opened)
	}

	h := open(t, path, reload.Options{})
	write(t, h.path, "two")
	if e := h.await(reload.EventActivated); e.Value != "two" {
		t.Errorf("the event carries %q, want the value in service", e.Value)
	}
	write(t, h.path, "bad")
	if e := h.await(reload.EventRefused); e.Value != nil {
		t.Errorf("a refusal carries %q", e.Value)
	}
}
