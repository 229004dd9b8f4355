// Package stableread reads files that another process may be writing. It returns only content
// that is proved to be finished: by a read lease where the operating system has them, by the
// system's reports of writers, or because the files did not change for a while.
//
// It follows the links on the way to the files and says which names have to be watched.
package stableread
