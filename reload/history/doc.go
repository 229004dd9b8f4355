// Package history keeps the state directory of one watched source: snapshots of the
// contents that were in service, and a tamper-evident log of what went in and out of
// service. It knows nothing of what the contents mean.
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
//	NAME.broken-TIME what was not as it was written
//
// Records and headers have the language that fingerprints were made in. Those
// without are of 0.1, which had one language and did not record it.
//
// # What is promised
//
//   - What [Journal.Append] acknowledged is on disk, file and directory and the way
//     to it, and so is every snapshot saved before it: they are there after a
//     crash of the machine at any later moment. What [Journal.Save] acknowledged
//     is there after one of the process.
//   - A crash at any moment leaves a directory that [Open] recovers. What was
//     not acknowledged is cut off: half a record, or one that no checkpoint covers.
//     Half a snapshot never gets its name. No checkpoint can be seen before it
//     would survive, so a log is never shorter than it was seen.
//   - A snapshot gets its name, and a key that was made gets its own, when there is a
//     signed record, or log, that goes with it. So one without shows that a log was
//     removed or that an older one was put back. [Open] finds that, and a log that is
//     missing or was changed; it finds it in files that were set aside, too.
//   - A snapshot whose bytes are not those on record is found by [Open] and set aside
//     alone.
//   - A log that is removed or replaced while it is written, and a change of its
//     end or of the checkpoint, is found by the next [Journal.Append].
//   - A failed write leaves what was there, and the next one works once the disk
//     does.
//
// # What the log proves
//
// The log is a transparency log after RFC 6962, by golang.org/x/mod's
// sumdb/tlog; the checkpoint is a signed note (sumdb/note) of its origin, its
// size and its root hash. Without the key no record can be changed, removed or
// reordered unseen. Two limits are in the nature of it: a key that is kept in the
// directory signs for every program that can write there, so that only a checkpoint kept
// elsewhere (see [Export.Verify]) or a key kept elsewhere ([Options]) proves anything
// against it; and a program that puts an older log back together with its older
// checkpoint, and removes the contents that were kept since, is found only with a
// newer checkpoint. So every checkpoint is given out: see [Journal.Checkpoint].
//
// Where there is no flock (Windows), two processes can open the same
// directory.
package history
