package strategy

// condition is something that must hold for a rule to apply. It is immutable
// once decoded and compiled.
type condition interface {
	// key is the key of the language the condition is written with.
	key() string
	// holds reports whether it holds for the cart at hand; t is the rule's
	// target.
	holds(e *evaluation, t *target) bool
	// explain says what was seen and what is needed.
	explain(e *evaluation, t *target) (seen, needed Value)
}

// conditionRoom decodes, encodes and compiles the conditions of one file.
type conditionRoom interface {
	encode(*object)
	// compile appends the conditions that were given.
	compile(*compiler, []condition) []condition
}

// decodeConditions reads every condition of a rule besides its time. A new kind
// is one line here and one file. A room is nil when the rule has none of its
// conditions, as is usual.
func decodeConditions(s *section) []conditionRoom {
	rooms := [...]conditionRoom{
		decodeCoupons(s),
		decodeCustomer(s),
		decodePlaces(s),
		decodeContains(s),
		decodeThreshold(s),
	}
	given := 0
	for _, room := range rooms {
		if room != nil {
			rooms[given] = room
			given++
		}
	}
	return append(s.rooms.room(given), rooms[:given]...)
}
