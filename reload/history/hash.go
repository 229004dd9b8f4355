package history

import "golang.org/x/mod/sumdb/tlog"

type hash = tlog.Hash

const hashSize = int64(tlog.HashSize)

func leafOf(line []byte) hash { return tlog.RecordHash(line) }

// splitHashes reads the file of hashes. It ignores half a hash at the end.
func splitHashes(data []byte) []hash {
	var all []hash
	for len(data) >= tlog.HashSize {
		all = append(all, hash(data[:tlog.HashSize]))
		data = data[tlog.HashSize:]
	}
	return all
}

func joinHashes(all []hash) []byte {
	data := make([]byte, 0, len(all)*tlog.HashSize)
	for _, h := range all {
		data = append(data, h[:]...)
	}
	return data
}
