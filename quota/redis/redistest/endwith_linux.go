package redistest

import (
	"os/exec"
	"syscall"
)

// endWithTest ends the server with the process of the test, also if that is killed.
func endWithTest(server *exec.Cmd) {
	server.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
