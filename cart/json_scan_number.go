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

// plainDecimal reads a number of at most fifteen digits without sign and exponent, or a text of
// one, if there is one. Reading it and checking it is one loop over the digits before the point and
// one over those behind it. It is what [parseDecimal] makes of such a text.
func (s *scanner) plainDecimal() (number decimal, ok bool) {
	text, i := s.text, s.pos
	quoted := s.next() == '"'
	if quoted {
		i++
	}
	first := i
	for ; i < len(text) && text[i]-'0' <= 9; i++ {
		number.digits = number.digits*10 + int64(text[i]-'0')
	}
	whole := i - first
	if whole == 0 || whole > mostPlain || whole > 1 && text[first] == '0' {
		return decimal{}, false
	}
	if i < len(text) && text[i] == '.' {
		if i = number.fraction(text, i+1, mostPlain-whole); i < 0 {
			return decimal{}, false
		}
	}
	switch {
	case quoted && (i == len(text) || text[i] != '"'):
		return decimal{}, false
	case quoted:
		i++
	case i < len(text) && text[i]|0x20 == 'e':
		return decimal{}, false
	}
	s.pos = i
	return number, true
}

// fraction adds the digits of a text from i on to a whole number, as decimals, without zeros at
// their end. It returns where they end; -1 if there are none, or more than most.
func (d *decimal) fraction(text string, i, most int) int {
	first, zeros := i, 0
	for ; i < len(text) && text[i]-'0' <= 9; i++ {
		if i == first+most {
			return -1
		}
		if zeros++; text[i] != '0' {
			d.digits = d.digits*powersOfTen[zeros] + int64(text[i]-'0')
			d.places += zeros
			zeros = 0
		}
	}
	if i == first {
		return -1
	}
	return i
}
