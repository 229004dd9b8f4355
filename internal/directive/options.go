package directive

import (
	"fmt"
	"time"

	"github.com/caddyserver/caddy/v2"
)

// Expand replaces the placeholders in the value of an option.
func Expand(name string, value *string) error {
	expanded, err := caddy.NewReplacer().ReplaceOrErr(*value, true, true)
	if err == nil {
		*value = expanded
	}
	return InOption(name, err)
}

// Default sets a value that is not given.
func Default[T comparable](value *T, usual T) {
	var none T
	if *value == none {
		*value = usual
	}
}

// InOption names the option that an error is about. It returns nil for no error.
func InOption(name string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", name, err)
}

// Within is an error if the value of an option is out of range.
func Within(name string, value, least, most int64) error {
	if value < least || value > most {
		return fmt.Errorf("%s: %d is out of range, want %d to %d", name, value, least, most)
	}
	return nil
}

// During is [Within] for a duration.
func During(name string, value, least, most caddy.Duration) error {
	if value < least || value > most {
		return fmt.Errorf("%s: %v is out of range, want %v to %v", name, time.Duration(value), time.Duration(least), time.Duration(most))
	}
	return nil
}
