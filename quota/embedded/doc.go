// Package embedded is the ledger of one gateway, in a file of its state directory.
//
// Its promise: what was answered is on the disk, also after a kill or a loss of power. The file is a
// bbolt database. The calls that wait share one transaction and one flush.
package embedded
