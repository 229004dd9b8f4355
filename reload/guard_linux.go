package reload

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// guard makes sure, as well as this file allows, that nobody is writing f, one
// of the files that ids identifies.
func (r *reader) guard(f *opened, ids string, swapped bool) (Guard, error) {
	err := r.lease(f.f)
	switch {
	case err == nil:
		return GuardLease, nil
	case errors.Is(err, unix.EAGAIN):
		return 0, obstacleWriter
	case !errors.Is(err, unix.EACCES) && !errors.Is(err, unix.EPERM):
		// A file system without leases is one whose other clients are not
		// heard of either: only looking helps.
		return r.stillness(ids, stillFor, GuardStill)
	}
	switch r.closings.state(f.target) {
	case writing:
		return 0, obstacleWriter
	case finished:
		// A truncated file is empty, and overwritten bytes are there, a moment
		// before that is reported. So even a renamed file has to prove that
		// nobody has begun with it again, and an empty one for longer: on a busy
		// machine that moment has been seen to last for more than 20 ms.
		if f.info.Size() == 0 {
			return r.stillness(ids, stillFor, GuardClose)
		}
		return r.stillness(ids, r.o.Settle, GuardClose)
	case unheard:
		// A link was swapped to it and it was left alone since.
		if swapped {
			return GuardClose, nil
		}
	}
	return r.stillness(ids, stillFor, GuardStill)
}

// holds reports whether what guard found is still so.
func (r *reader) holds(f *opened) bool {
	switch f.guard {
	case GuardLease:
		kind, err := control(f.f, unix.F_GETLEASE, 0)
		return err == nil && kind == unix.F_RDLCK
	case GuardClose:
		return r.closings.state(f.target) != writing
	}
	return true
}

// lease takes a read lease on f, which ends with f. The kernel refuses it with
// EAGAIN while any open file description anywhere, or a shared writable mapping
// of one, may write the file.
//
// Whoever opens the file for writing meanwhile is held up until f is closed,
// and the kernel sends us a signal to say so. The default one, SIGIO, would end
// a process that does not handle it; SIGURG is ignored by default, and the Go
// runtime, which sends it to itself all the time, expects stray ones.
func (r *reader) lease(f *os.File) error {
	if r.o.faults.noLease {
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

// control is fcntl without taking f out of Go's hands, as f.Fd would.
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
