package handlers

import "fmt"

// Agree sets a value that was not given so far. It fails if both values are given and differ. The
// error names the values, unless text is nil because they are secret.
func Agree[T comparable](name string, value *T, other T, text func(T) string) error {
	var none T
	switch {
	case other == none || *value == other:
		return nil
	case *value == none:
		*value = other
		return nil
	case text == nil:
		return fmt.Errorf("%s: one handler has another one than the other", name)
	}
	return fmt.Errorf("%s: one handler has %s and the other %s", name, text(*value), text(other))
}

// AgreeIfGiven is [Agree] for a value that may be given as zero.
func AgreeIfGiven[T comparable](name string, value **T, other *T, text func(T) string) error {
	switch {
	case other == nil || *value != nil && **value == *other:
		return nil
	case *value == nil:
		*value = other
		return nil
	}
	return fmt.Errorf("%s: one handler has %s and the other %s", name, text(**value), text(*other))
}
