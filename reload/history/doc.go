// Package history is the memory of one watched source: the contents that were
// in service, and a tamper-evident log of what went in and out of it. It knows
// nothing of what the contents mean.
//
// A state directory holds
//
//	snapshots/NAME   one content: a line of JSON, then the bytes of its files;
//	                 .new-NUMBER until it is flushed
//	log              one record a line, JSON
//	hashes           the hash of every record, 32 bytes each
//	checkpoint       the signed head of the log's Merkle tree
//	key, key.pub     the keys the checkpoint is signed and verified with
//	lock             held by the process that writes
//
// Records and headers have the language that fingerprints were made in. Those
// without are of 0.1, which had one language and did not record it.
//
// # What is promised
//
//   - What [History.Append] acknowledged is on disk, file and directory and the way
//     to it, and so is every snapshot saved before it: they are there after a
//     crash of the machine at any later moment. What [History.Save] acknowledged
//     is there after one of the process.
//   - A crash at any moment leaves a directory that [Open] takes up again. What
//     was not acknowledged is cut off: half a record, or one that no checkpoint
//     covers. Half a snapshot never gets its name. No checkpoint can be seen
//     before it would survive, so a log is never shorter than anybody saw it.
//   - A log that is missing, or not as it was left, is found by [Open]; one that is
//     taken away while it is written by the next [History.Append].
//   - A failed write leaves what was there, and the next one works once the disk
//     does.
//
// # What the log proves
//
// The log is a transparency log after RFC 6962, by golang.org/x/mod's
// sumdb/tlog; the checkpoint is a signed note (sumdb/note) of its origin, its
// size and its root hash. Who cannot sign cannot change, remove or reorder a
// record unseen. Two limits are in the nature of it: a key that is kept in the
// directory signs for whoever can write there, so that only a checkpoint kept
// elsewhere (see [Verify]) or a key kept elsewhere ([Options]) proves anything
// against them; and whoever can put an older log back together with its older
// checkpoint is found only by somebody who kept a newer one.
//
// Where there is no flock (Windows) nothing keeps two processes from the same
// directory.
package history
