package cli

import (
	"fmt"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// terminal is a terminal of the test's own.
func terminal(t *testing.T) *os.File {
	t.Helper()
	outer, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("there are no terminals here: %v", err)
	}
	t.Cleanup(func() { outer.Close() })
	if err := unix.IoctlSetPointerInt(int(outer.Fd()), unix.TIOCSPTLCK, 0); err != nil {
		t.Fatal(err)
	}
	n, err := unix.IoctlGetInt(int(outer.Fd()), unix.TIOCGPTN)
	if err != nil {
		t.Fatal(err)
	}
	inner, err := os.OpenFile(fmt.Sprintf("/dev/pts/%d", n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("there are no terminals here: %v", err)
	}
	t.Cleanup(func() { inner.Close() })
	return inner
}

func TestATerminalIsWrittenToInColours(t *testing.T) {
	tty := terminal(t)
	for _, c := range []struct {
		name, noColor, term string
		want                paint
	}{
		{name: "a terminal", noColor: "", term: "xterm", want: true},
		{name: "colours are switched off", noColor: "1", term: "xterm", want: false},
		{name: "a terminal that has none", noColor: "", term: "dumb", want: false},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Setenv("NO_COLOR", c.noColor)
			t.Setenv("TERM", c.term)
			if got := paintFor(tty); got != c.want {
				t.Errorf("colours: %v, want %v", got, c.want)
			}
		})
	}
}
