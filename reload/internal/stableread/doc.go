// Package stableread reads files that another process may be writing, and returns only
// content that is proved to be finished: by a read lease where the operating system has
// them, by what it reports of the writers, or by stillness.
//
// It follows the links on the way to the files and says which names have to be watched.
package stableread
