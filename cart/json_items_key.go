package cart

// hasItemsKey reports whether a body has anything where the items are, names being
// the same whatever their case.
func (d *document) hasItemsKey(body []byte) bool {
	s := scanner{text: view(body), pos: markLength(body)}
	s.space()
	return s.hasKey(d.reader.body)
}

// hasKey reports whether the current value has anything where the items are below a node, names
// being the same whatever their case. If it reports false, it has skipped the value.
func (s *scanner) hasKey(at *node) bool {
	switch {
	case at == nil || at.fields&fieldItems.bit() == 0:
		s.skipValue()
		return false
	case s.next() == '[':
		return s.hasKeyInList(at)
	case s.next() != '{':
		s.skipValue()
		return false
	}
	for more := s.enter('}'); more; more = s.more('}') {
		name, _, _ := s.name()
		e := at.each
		if e == nil {
			e = at.variant(name)
		}
		if s.hasKeyAt(e) {
			return true
		}
	}
	return false
}

func (s *scanner) hasKeyInList(at *node) bool {
	i := 0
	for more := s.enter(']'); more; more = s.more(']') {
		found := false
		switch {
		case len(at.positions) > 0:
			found = s.hasKeyAt(at.at(i))
		case at.each != nil:
			found = s.hasKeyAt(at.each)
		default:
			found = s.hasKey(at)
		}
		if found {
			return true
		}
		i++
	}
	return false
}

// hasKeyAt is hasKey for the value an edge leads to; nil for none.
func (s *scanner) hasKeyAt(e *edge) bool {
	switch {
	case e == nil:
		s.skipValue()
		return false
	case e.field == fieldItems:
		return true
	case e.embedded && e.into != nil && e.into.fields&fieldItems.bit() != 0 && s.next() == '"':
		return true
	}
	return s.hasKey(e.into)
}
