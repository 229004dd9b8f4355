package document

// At is the beginning of a line of the first source, counted from 1.
func (d *Document) At(line int) Pos { return Pos{offset: d.lines(0).starts[line-1]} }
