package strategy

// condition is a condition of a rule. It is immutable once it is decoded and compiled.
type condition interface {
	// key is the key of the language that states the condition.
	key() string
	// met reports whether the cart satisfies the condition; t is the target of the rule.
	met(e *evaluation, t *target) bool
	// explain returns the value of the cart and the value that the condition needs.
	explain(e *evaluation, t *target) (seen, needed Value)
}

// conditionSpec is the conditions of one file as they are decoded. It encodes and compiles
// them.
type conditionSpec interface {
	encode(*object)
	// compile appends the conditions that the rule has.
	compile(*compiler, []condition) []condition
}

// decodeConditions reads every condition of a rule except its time. A new kind of condition
// is one line here and one file. A spec is nil when the rule has none of its conditions,
// which is the usual case.
func decodeConditions(s *section) []conditionSpec {
	specs := [...]conditionSpec{
		decodeCoupons(s),
		decodeCodes(s),
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
	return append(s.specs.Alloc(given), specs[:given]...)
}
