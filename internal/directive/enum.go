package directive

import (
	"fmt"
	"slices"
	"strings"

	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"
)

// Enum is an option that takes one of a few words.
type Enum interface {
	// Name returns the name of the option.
	Name() string
	// Fill expands placeholders and puts the default in.
	Fill() error
	// Validate refuses a word that is not known.
	Validate() error
	// Unmarshal reads the word in a Caddyfile.
	Unmarshal(d *caddyfile.Dispenser) error
}

// EnumOf is an option with the words that it takes. The first word is the default.
func EnumOf[T ~string](name string, value *T, words ...T) Enum {
	return enum[T]{name: name, value: value, words: words}
}

type enum[T ~string] struct {
	name  string
	value *T
	words []T
}

func (e enum[T]) Name() string { return e.name }

func (e enum[T]) Fill() error {
	text := string(*e.value)
	if err := Expand(e.name, &text); err != nil {
		return err
	}
	*e.value = T(text)
	Default(e.value, e.words[0])
	return nil
}

func (e enum[T]) Validate() error {
	if slices.Contains(e.words, *e.value) {
		return nil
	}
	return fmt.Errorf("%s: %q is none of %s", e.name, *e.value, listed(e.words))
}

func (e enum[T]) Unmarshal(d *caddyfile.Dispenser) error { return Choice(d, e.value, e.words...) }

// listed are words as a message has them.
func listed[T ~string](words []T) string {
	texts := make([]string, len(words))
	for i, word := range words {
		texts[i] = string(word)
	}
	return strings.Join(texts, ", ")
}
