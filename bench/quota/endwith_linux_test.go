package quota_test

import (
	"os/exec"
	"syscall"
)

// endWithTest ends a program with the process of the test, also if that is killed.
func endWithTest(program *exec.Cmd) {
	program.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
