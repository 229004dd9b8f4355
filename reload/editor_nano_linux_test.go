package reload_test

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// nano opens the file f in a terminal, types new over old and saves.
func nano(t *testing.T, f, _ string) {
	t.Helper()
	screen, keyboard := terminal(t)
	cmd := exec.Command("nano", "--ignorercfiles", "+1,12", f)
	cmd.Dir = filepath.Dir(f)
	cmd.Env = append(os.Environ(), "TERM=xterm", "LC_ALL=C", "HOME="+t.TempDir())
	cmd.Stdin, cmd.Stdout, cmd.Stderr = keyboard, keyboard, keyboard
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	do(t, cmd.Start(), keyboard.Close())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	shows(t, screen, "version = ")
	const del, writeOut, enter, exit = "\x04", "\x0f", "\r", "\x18"
	_, err := screen.WriteString(del + del + del + "new" + writeOut + enter + exit)
	do(t, err)
	shows(t, screen, "Wrote 2 lines")
	do(t, cmd.Wait())
}

// terminal is a pseudo terminal: what is written to screen is typed at the
// keyboard's end.
func terminal(t *testing.T) (screen, keyboard *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	do(t, err)
	t.Cleanup(func() { screen.Close() })
	raw, err := screen.SyscallConn()
	do(t, err)
	var number int
	do(t, raw.Control(func(fd uintptr) {
		do(t, unix.IoctlSetPointerInt(int(fd), unix.TIOCSPTLCK, 0))
		number, err = unix.IoctlGetInt(int(fd), unix.TIOCGPTN)
		do(t, err, unix.IoctlSetWinsize(int(fd), unix.TIOCSWINSZ, &unix.Winsize{Row: 24, Col: 80}))
	}))
	keyboard, err = os.OpenFile(fmt.Sprint("/dev/pts/", number), os.O_RDWR|unix.O_NOCTTY, 0)
	do(t, err)
	return screen, keyboard
}

// shows reads the screen until it shows the text.
func shows(t *testing.T, screen *os.File, text string) {
	t.Helper()
	do(t, screen.SetReadDeadline(time.Now().Add(patience)))
	var seen bytes.Buffer
	for buf := make([]byte, 4096); !bytes.Contains(seen.Bytes(), []byte(text)); {
		n, err := screen.Read(buf)
		seen.Write(buf[:n])
		if err != nil {
			t.Fatalf("the screen never showed %q: %v\n%q", text, err, seen.Bytes())
		}
	}
}
