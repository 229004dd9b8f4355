// Package history keeps the state directory of one watched source: snapshots of the contents
// that were in service, and a tamper-evident log of activations, refusals and rollbacks. It
// does not interpret the contents.
//
// A state directory holds
//
//	snapshots/NAME   one content: a line of JSON, then the bytes of its files;
//	                 .new-NUMBER until it is flushed and on record
//	log              one record a line, JSON
//	hashes           the hash of every record, 32 bytes each
//	checkpoint       the signed head of the log's Merkle tree
//	key, key.pub     the keys the checkpoint is signed and verified with
//	lock             held by the process that writes
//	NAME.broken-TIME a file that was not as it was written
//
// Records and headers name the language that their fingerprints were made in. A record or
// header without one is from version 0.1, which had one language.
//
// # What is promised
//
//   - A record that [Journal.Append] acknowledged is on disk, with its file, its directory and
//     all parent directories. So is every snapshot saved before it. They survive a crash of
//     the machine. A snapshot that [Journal.Save] acknowledged survives a crash of the process.
//   - A crash at any moment leaves a directory that [Open] recovers. It cuts off what was not
//     acknowledged: half a record, or a record that no checkpoint covers. Half a snapshot
//     never gets its name. A checkpoint is durable before it can be seen, so a log never
//     becomes shorter than it was seen.
//   - A snapshot gets its name when a signed record covers it. A generated key gets its name
//     when there is a signed log. A named file without them shows that a log was removed or
//     that an older log was put back. [Open] finds that, and a log that is missing or was
//     changed. It also finds it in files that were set aside.
//   - A snapshot whose bytes are not those on record is found by [Open] and set aside
//     alone.
//   - A log that is removed or replaced while it is written, and a change of its
//     end or of the checkpoint, is found by the next [Journal.Append].
//   - A failed write leaves the files as they were. The next write works once the disk does.
//
// # What the log proves
//
// The log is a transparency log after RFC 6962, by golang.org/x/mod's
// sumdb/tlog; the checkpoint is a signed note (sumdb/note) of its origin, its
// size and its root hash. Without the key no record can be changed, removed or
// reordered unseen. There are two limits. A key that is kept in the directory signs for every
// program that can write there; against such a program only a checkpoint or a key kept
// elsewhere proves anything (see [Export.Verify] and [Options]). A program that puts an older
// log back with its older checkpoint, and removes the snapshots saved since, is found only
// with a newer checkpoint. Every checkpoint is therefore available: see [Journal.Checkpoint].
//
// Where there is no flock (Windows), two processes can open the same
// directory.
package history
