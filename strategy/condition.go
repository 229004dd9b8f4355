package strategy

// condition is something that must hold for a rule to apply. It is immutable
// once decoded and compiled.
type condition interface {
	// key is the key of the language the condition is written with.
	key() string
	// met reports whether the cart meets it; t is the target of the rule.
	met(e *evaluation, t *target) bool
	// explain says what was seen and what is needed.
	explain(e *evaluation, t *target) (seen, needed Value)
}

// conditionSpec decodes, encodes and compiles the conditions of one file.
type conditionSpec interface {
	encode(*object)
	// compile appends the conditions that were given.
	compile(*compiler, []condition) []condition
}

// decodeConditions reads every condition of a rule besides its time. A new kind
// is one line here and one file. A spec is nil when the rule has none of its
// conditions, as is usual.
func decodeConditions(s *section) []conditionSpec {
	specs := [...]conditionSpec{
		decodeCoupons(s),
		decodeCustomer(s),
		decodeSalesContext(s),
		decodeContains(s),
		decodeThreshold(s),
	}
	given := 0
	for _, spec := range specs {
		if spec != nil {
			specs[given] = spec
			given++
		}
	}
	return append(s.specs.alloc(given), specs[:given]...)
}
