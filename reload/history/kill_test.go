//go:build unix

package history

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// The test binary is the victim, too: it works in a directory and kills itself
// before its n-th operation on the disk.
const victim = "HISTORY_TEST_KILL_AT"

func TestMain(m *testing.M) {
	n, err := strconv.Atoi(os.Getenv(victim))
	if err != nil {
		os.Exit(m.Run())
	}
	count := 0
	o := Options{fs: fsOps{before: func(op, path string) error {
		if count++; count == n {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		}
		return nil
	}}}
	work(os.Args[len(os.Args)-1], o, 3, func(what string) { fmt.Println(what) })
}

func TestKilledBeforeAnyOperationNothingAcknowledgedIsLost(t *testing.T) {
	for n, ended := 1, false; !ended; n++ {
		dir := t.TempDir()
		cmd := exec.Command(os.Args[0], dir)
		cmd.Env = append(os.Environ(), victim+"="+strconv.Itoa(n))
		out, err := cmd.Output()
		ended = err == nil
		var done acknowledged
		for told := bufio.NewScanner(bytes.NewReader(out)); told.Scan(); {
			what, name, _ := strings.Cut(told.Text(), " ")
			if what == "record" {
				done.records = append(done.records, name)
			} else {
				done.snapshots = append(done.snapshots, name)
			}
		}
		if ended && len(done.records) != 3 {
			t.Fatalf("unharmed it acknowledged %v", done)
		}
		t.Run(fmt.Sprintf("operation %d", n), func(t *testing.T) { intact(t, dir, done) })
	}
}
