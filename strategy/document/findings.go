package document

import "slices"

// MaxListed is how many problems of a strategy are listed. The others are only counted.
const MaxListed = 200

// findings collects the problems of a document. It keeps the first ones in the order of the text,
// up to [MaxListed], and counts the others.
type findings struct {
	list []Diagnostic
	more int
}

// add adds a problem of d. It sorts and shortens the list from time to time, so that memory does
// not grow with the number of problems.
func (f *findings) add(d *Document, p Diagnostic) {
	const most = 5 * MaxListed
	if f.list = append(f.list, p); len(f.list) >= most {
		f.cut(d)
	}
}

func (f *findings) cut(d *Document) {
	d.Sort(f.list)
	if dropped := len(f.list) - MaxListed; dropped > 0 {
		f.more += dropped
		f.list = slices.Delete(f.list, MaxListed, len(f.list))
	}
}

// count returns how many problems were added.
func (f *findings) count() int { return len(f.list) + f.more }

// listed returns the first problems in the order of the text, up to [MaxListed], and how many
// more there are.
func (f *findings) listed(d *Document) (list []Diagnostic, more int) {
	f.cut(d)
	return f.list, f.more
}

// Listed returns the beginning of a list of problems, up to [MaxListed], and how many more the
// list has.
func Listed(list []Diagnostic) (first []Diagnostic, more int) {
	if len(list) <= MaxListed {
		return list, 0
	}
	return list[:MaxListed:MaxListed], len(list) - MaxListed
}
