package stableread

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"

	"github.com/promogate/caddy-discount/reload/internal/fswatch"
)

// proofOf checks, as well as the system allows for this file, that no process is writing f, one
// of the files that ids identifies.
func (r *Reader) proofOf(f *opened, ids string, swapped bool) (Proof, error) {
	err := r.lease(f.f)
	switch {
	case err == nil:
		return ByLease, nil
	case errors.Is(err, unix.EAGAIN):
		return 0, BeingWritten
	case !errors.Is(err, unix.EACCES) && !errors.Is(err, unix.EPERM):
		// On a file system without leases, writes by other clients are not reported either. So
		// only a comparison of metadata helps.
		return r.stillness(ids, stillFor, ByStillness)
	}
	switch r.writeState(f.target) {
	case fswatch.Writing:
		return 0, BeingWritten
	case fswatch.Finished:
		// The kernel reports a truncation or a write a moment after it is visible in the file.
		// So a renamed file must be unchanged for Settle, too, in case a process has begun to
		// write it again. An empty file must be unchanged for longer: on a busy machine that
		// moment was seen to last for more than 20 ms.
		if f.info.Size() == 0 {
			return r.stillness(ids, stillFor, ByClose)
		}
		return r.stillness(ids, r.Settle, ByClose)
	case fswatch.Untouched:
		// A link was changed to this file, and no process has written it since.
		if swapped {
			return ByClose, nil
		}
	}
	return r.stillness(ids, stillFor, ByStillness)
}

// writeState is the last reported state of the writers of a file.
func (r *Reader) writeState(file string) fswatch.WriteState {
	if r.WriteState == nil {
		return fswatch.Unknown
	}
	return r.WriteState(file)
}

// stillHeld reports whether the proof of a file is still valid.
func (r *Reader) stillHeld(f *opened) bool {
	switch f.proof {
	case ByLease:
		kind, err := control(f.f, unix.F_GETLEASE, 0)
		return err == nil && kind == unix.F_RDLCK
	case ByClose:
		return r.writeState(f.target) != fswatch.Writing
	}
	return true
}

// lease takes a read lease on f, which ends when f is closed. The kernel refuses it with
// EAGAIN while an open file description of any process, or a shared writable mapping of one,
// may write the file.
//
// A process that opens the file for writing meanwhile waits until f is closed, and the kernel
// sends this process a signal. The default signal, SIGIO, would end a process that does not
// handle it. SIGURG is ignored by default, and the Go runtime, which uses it for preemption,
// expects further ones.
func (r *Reader) lease(f *os.File) error {
	if r.NoLease {
		return unix.EACCES
	}
	if _, err := control(f, unix.F_SETSIG, int(unix.SIGURG)); err != nil {
		return err
	}
	_, err := control(f, unix.F_SETLEASE, unix.F_RDLCK)
	return err
}

// unlease ends the lease on f, if there is one.
func unlease(f *os.File) { _, _ = control(f, unix.F_SETLEASE, unix.F_UNLCK) }

// control calls fcntl on f. Unlike f.Fd, SyscallConn does not make the file blocking.
func control(f *os.File, cmd, arg int) (result int, err error) {
	raw, err := f.SyscallConn()
	if err != nil {
		return 0, err
	}
	if cerr := raw.Control(func(fd uintptr) { result, err = unix.FcntlInt(fd, cmd, arg) }); cerr != nil {
		return 0, cerr
	}
	return result, err
}
