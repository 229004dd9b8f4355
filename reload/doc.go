// Package reload keeps one value in service that was built from one file, or
// from the files of one directory, and replaces it when they are saved.
//
// A [Source] watches the files, waits until their writer has finished, reads them
// with a proof that no process writes them, passes them to a [Loader] and activates
// the value that it returns with one atomic store. Readers get the value from
// [Source.Live]: one atomic load, no lock, no allocation.
//
// # What is promised
//
//   - Live always returns a value whose bytes a writer finished and which the
//     loader accepted. A file that is broken, missing, locked or half written
//     changes nothing; the revision in service stays in service.
//   - One loader runs at a time and the latest content wins: a slow loader never overwrites
//     what a newer one activated. A content that is saved over while the loader is busy with
//     an older one may never be loaded.
//   - A file replaced by a rename (mv, sed -i, most editors, git, a swapped
//     symbolic link) is read at once. A file written in place is read once its
//     last writer has closed it and it has been quiet for [Options.Settle].
//   - Every wait is bounded or reported: a save that cannot be proved finished within two
//     seconds is reported as pending. It is tried again until it can be read.
//   - The files of a directory are read at one moment at which none of them was
//     being written, and go into service together or not at all.
//   - With a state directory, the last revision is served at the next start even if the
//     files are broken, missing or not due yet. A revision whose snapshot is kept can be put
//     back ([Source.Rollback]). A snapshot saved in an earlier [Options.Language] is verified by
//     the digest of its bytes, and is found by both fingerprints. Package history describes
//     the files on disk.
//   - A change that is not reported (a write through another hard link, a lost
//     watch, a network file system) is found by a poll, every [Options.Poll].
//
// # What a platform cannot do
//
// The operating system gives the proof that a file is finished. Not every system can.
// [Status.Proof] says which proof the last read had.
//
//   - Linux, on a file this process owns or with CAP_LEASE: a read lease, which
//     the kernel refuses while any process has the file open for writing. This
//     is the only complete proof. While the read lasts (a millisecond for a few
//     megabytes) a program that opens the file for writing waits for it; one
//     that opens it with O_NONBLOCK fails with EWOULDBLOCK instead.
//   - Linux, on a file owned by someone else: the kernel reported a write and its close, or a
//     rename, and no change for Settle since. A renamed file waits for Settle, too. With two
//     writers at once, the first close counts as the last. A file cut with truncate(2) by its
//     path, without being opened, is reported as pending until it is saved again.
//   - Everywhere else, and on network file systems: 150 ms without a change and
//     two equal readings of size and times. A writer that pauses for longer than
//     that is indistinguishable from one that has finished: there, a rename is
//     the only safe way to save, and a revision may be an unfinished content
//     if the file is written in place.
//
// No platform can tell a writer that was killed from one that has finished: half a
// file that the loader accepts goes into service.
//
// A file may be written by several programs one after the other, or by one that opens and
// closes it for every line. No platform can tell such a file from a finished one, except by
// the pause between two writes: after a pause of Settle the file counts as finished. An
// advisory lock (flock) by the writer closes that gap. It is respected wherever flock exists.
package reload
