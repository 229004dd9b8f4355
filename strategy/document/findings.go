package document

import "slices"

// MaxTold is how many problems are told of a strategy. Of more it is told how many.
const MaxTold = 200

// Findings are problems of a document as they are found, of which the first in the order
// of the text are kept.
type Findings struct {
	list []Diagnostic
	more int
}

// Add keeps a problem. What is found of a large document is put in order and cut every
// now and then, so that a mistake in each of its lines takes no memory for each.
func (f *Findings) Add(d *Document, p Diagnostic) {
	const most = 5 * MaxTold
	if f.list = append(f.list, p); len(f.list) >= most {
		f.cut(d)
	}
}

func (f *Findings) cut(d *Document) {
	d.Sort(f.list)
	if dropped := len(f.list) - MaxTold; dropped > 0 {
		f.more += dropped
		f.list = slices.Delete(f.list, MaxTold, len(f.list))
	}
}

// Count is how many problems were found.
func (f *Findings) Count() int { return len(f.list) + f.more }

// Told are the first problems in the order of the text, up to [MaxTold], and how many
// more there are.
func (f *Findings) Told(d *Document) (list []Diagnostic, more int) {
	f.cut(d)
	return f.list, f.more
}

// Tell is the beginning of a list of problems that may be told, and how many more it has.
func Tell(list []Diagnostic) (told []Diagnostic, more int) {
	if len(list) <= MaxTold {
		return list, 0
	}
	return list[:MaxTold:MaxTold], len(list) - MaxTold
}
