package reload

import (
	"fmt"
	"runtime/debug"
	"time"
)

// A Loader turns the content of the file at path into a value, or says what is
// wrong with it. Decoding, checking, compiling and warming up all belong here:
// what it returns without an error goes into service.
//
// It is called from one goroutine at a time. It may keep data. A panic is
// contained and counts as a refusal. An empty file is passed on like any other:
// refusing it is the loader's decision.
type Loader[T any] func(path string, data []byte) (Candidate[T], error)

// A Candidate is what a [Loader] made of a file.
type Candidate[T any] struct {
	// Value goes into service. It is shared by all readers and must not be
	// modified afterwards.
	Value T

	// Fingerprint stands for the meaning of the value: a candidate whose
	// fingerprint equals that of the edition in service is not swapped in. If
	// it is empty, the SHA-256 of the bytes is used.
	Fingerprint string

	// Version is what the content calls itself. It is reported, not compared.
	Version string
}

// An Edition is a value that went into service. It is never modified; a reader
// may hold on to it for as long as it likes.
type Edition[T any] struct {
	Value T
	Facts
}

// Facts are what is known of an edition besides its value.
type Facts struct {
	Fingerprint string // of its meaning, see [Candidate]
	Version     string // as the loader named it
	Stamps      Stamps
	Kind        Kind   // how it was saved
	Sequence    uint64 // 1 for the first edition of a Source, then one more each
	Size        int64  // of the file, in bytes
}

// Stamps say when an edition passed each station on its way into service.
type Stamps struct {
	Written time.Time // modification time of the file; a writer may set it freely
	Noticed time.Time // the last notice of the save reached this process
	Read    time.Time // the content was read completely
	Swapped time.Time // it went into service
}

// A Kind says how an edition came to be read.
type Kind uint8

const (
	KindStart   Kind = iota + 1 // read by Open
	KindRename                  // renamed into place, or a link on the way was
	KindInPlace                 // written in place, or created under its name
	KindPoll                    // found by looking, without having been told
)

// String returns start, rename, in_place or poll: the form for a metric label.
func (k Kind) String() string {
	switch k {
	case KindStart:
		return "start"
	case KindRename:
		return "rename"
	case KindInPlace:
		return "in_place"
	case KindPoll:
		return "poll"
	}
	return fmt.Sprintf("kind(%d)", uint8(k))
}

// A PanicError is the refusal of content on which the loader panicked.
type PanicError struct {
	Value any    // what it panicked with
	Stack []byte // where
}

// Error gives the text of the panic, without the stack.
func (e *PanicError) Error() string { return fmt.Sprintf("panic while loading: %v", e.Value) }

// Unwrap returns the error it panicked with, if it was one.
func (e *PanicError) Unwrap() error {
	err, _ := e.Value.(error)
	return err
}

// contain calls load and turns a panic into an error.
func contain[T any](load Loader[T], path string, data []byte) (c Candidate[T], err error) {
	defer func() {
		if r := recover(); r != nil {
			c, err = Candidate[T]{}, &PanicError{Value: r, Stack: debug.Stack()}
		}
	}()
	return load(path, data)
}
