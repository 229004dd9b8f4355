package reload_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"
)

// apartMark names the test that a process was started to run.
const apartMark = "RELOAD_TEST_APART"

// apart runs the calling test again in a process of its own, which prepare may
// set up as no other test should be, and reports whether this is that process.
// It skips if such a process cannot be had.
func apart(t *testing.T, prepare func(*exec.Cmd)) bool {
	t.Helper()
	if os.Getenv(apartMark) == t.Name() {
		return true
	}
	self, err := os.Executable()
	do(t, err)
	pattern := "^" + strings.ReplaceAll(t.Name(), "/", "$/^") + "$"
	ctx, cancel := context.WithTimeout(t.Context(), 3*patience)
	defer cancel()
	cmd := exec.CommandContext(ctx, self, "-test.run="+pattern, "-test.v", "-test.count=1")
	cmd.Env = append(os.Environ(), apartMark+"="+t.Name())
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	cmd.WaitDelay = time.Second
	prepare(cmd)
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	switch {
	case err != nil && !errors.As(err, &exit):
		t.Skipf("no process like that here: %v", err)
	case err != nil:
		t.Errorf("in a process of its own: %v\n%s", err, out)
	case bytes.Contains(out, []byte("--- SKIP")):
		t.Skipf("in a process of its own:\n%s", out)
	case !bytes.Contains(out, []byte("--- PASS: "+t.Name())):
		t.Errorf("did not run in a process of its own:\n%s", out)
	}
	return false
}

// asIs starts the process like this one.
func asIs(*exec.Cmd) {}

// asRoot gives the process users and mounts of its own, of which it is the root.
func asRoot(cmd *exec.Cmd) { namespace(cmd, 0) }

// asUser makes the process an ordinary user who owns the same files.
func asUser(cmd *exec.Cmd) { namespace(cmd, 1000) }

func namespace(cmd *exec.Cmd, user int) {
	cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS
	cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: user, HostID: os.Getuid(), Size: 1}}
	cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: user, HostID: os.Getgid(), Size: 1}}
}
