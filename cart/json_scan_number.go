package cart

// digits goes over the current number (RFC 8259, section 6).
func (s *scanner) digits() {
	text, i := s.text, s.pos
	if i < len(text) && text[i] == '-' {
		i++
	}
	first := i
	if i = pastDigits(text, i); i == first || text[first] == '0' && i > first+1 {
		s.fail()
		return
	}
	if i < len(text) && text[i] == '.' {
		first = i + 1
		if i = pastDigits(text, first); i == first {
			s.fail()
			return
		}
	}
	if i < len(text) && text[i]|0x20 == 'e' {
		if i++; i < len(text) && (text[i] == '+' || text[i] == '-') {
			i++
		}
		first = i
		if i = pastDigits(text, first); i == first {
			s.fail()
			return
		}
	}
	s.pos = i
}

// pastDigits is where the digits end that begin at i.
func pastDigits(text string, i int) int {
	for i < len(text) && text[i]-'0' <= 9 {
		i++
	}
	return i
}

// mostPlain is how many digits every number has that is at most [money.Max].
const mostPlain = 15

// plain reads a number of digits alone that is at most [money.Max], if there is one. Reading it and
// checking it is one loop.
func (s *scanner) plain() (value int64, ok bool) {
	text, i := s.text, s.pos
	for ; i < len(text); i++ {
		digit := text[i] - '0'
		if digit > 9 {
			break
		}
		value = value*10 + int64(digit) // may overflow where there are too many
	}
	switch n := i - s.pos; {
	case n == 0 || n > mostPlain || n > 1 && text[s.pos] == '0':
		return 0, false
	case i < len(text) && (text[i] == '.' || text[i]|0x20 == 'e'):
		return 0, false
	}
	s.pos = i
	return value, true
}
