package document

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/promogate/caddy-discount/internal/rates"
)

// bareShare is a share that is written without quotes, as 15% or 85折: TOML has no such
// value, and in quotes it would be no rate either.
type bareShare struct {
	at           int
	reason, hint string
}

// rateKey is the end of the text before the value of a key that takes a rate, or is
// probably meant to.
var rateKey = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(rate|rates|percent|discount|off)["']?\s*=\s*(\[[^\]]*)?$`)
})

// shareAt finds the share that a mistake at an offset is in.
func (b *builder) shareAt(offset int) (bareShare, bool) {
	offset = min(offset, len(b.text))
	line := strings.LastIndexByte(b.text[:offset], '\n') + 1
	end := offset
	for end < len(b.text) && !strings.ContainsRune("\n#,]}", rune(b.text[end])) {
		end++
	}
	from := line + strings.LastIndexAny(b.text[line:offset], "=[,") + 1
	text := b.text[from:end]
	if !rates.Says(text) || !rateKey().MatchString(b.text[line:from]) {
		return bareShare{}, false
	}
	from += len(text) - len(strings.TrimLeft(text, " \t"))
	return bareShare{at: from, reason: fmt.Sprintf("%s is no rate", strings.TrimSpace(text)), hint: rates.Usual.Meant(text)}, true
}
