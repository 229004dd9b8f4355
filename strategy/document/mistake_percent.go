package document

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/promogate/caddy-discount/internal/rates"
)

// bareShare is a share without quotes, such as 15%, 85折 or 0,85. TOML has no such value. In quotes
// it would be no rate either.
type bareShare struct {
	at           int
	reason, hint string
}

// rateKey matches the text before the value of a key that takes a rate or is probably meant to
// take one.
var rateKey = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)(rate|rates|percent|discount|off)["']?\s*=\s*(\[[^\]]*)?$`)
})

// amountToo reports whether a key may also take an amount, such as the discount that a test
// expects.
func amountToo(key string) bool {
	return strings.EqualFold(key, "discount") || strings.EqualFold(key, "off")
}

// shareAt finds the share that contains a mistake at an offset.
func (b *builder) shareAt(offset int) (bareShare, bool) {
	offset = min(offset, len(b.text))
	line := strings.LastIndexByte(b.text[:offset], '\n') + 1
	end := offset
	for end < len(b.text) && !strings.ContainsRune("\n#,]}", rune(b.text[end])) {
		end++
	}
	comma := offset < len(b.text) && b.text[offset] == ',' && isDigit(b.text, offset-1) && isDigit(b.text, offset+1)
	if comma {
		for end++; isDigit(b.text, end); end++ {
		}
	}
	from := line + strings.LastIndexAny(b.text[line:offset], "=[,") + 1
	text := b.text[from:end]
	key := rateKey().FindStringSubmatch(b.text[line:from])
	if !comma && !rates.Says(text) || key == nil || comma && amountToo(key[1]) {
		return bareShare{}, false
	}
	from += len(text) - len(strings.TrimLeft(text, " \t"))
	return bareShare{at: from, reason: fmt.Sprintf("%s is no rate", strings.TrimSpace(text)), hint: rates.Usual.Meant(text)}, true
}
