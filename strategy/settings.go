package strategy

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/promogate/caddy-discount/internal/rates"
	"github.com/promogate/caddy-discount/money"
	"github.com/promogate/caddy-discount/strategy/document"
)

const (
	defaultCurrency = "CNY"
	defaultTimezone = "UTC"
	maxVersionRunes = 64
)

// decodeSettings reads version, currency and timezone.
func (m *Model) decodeSettings(s *section) {
	m.version = decodeVersion(s)
	m.currency = decodeCurrency(s)
	m.zone, m.location = decodeTimezone(s)
	s.zoned = s.Has("timezone")
	s.currency, s.location = m.currency, m.location
}

// decodeVersion reads the version. A document with [[discounts]] and no rules may leave it out,
// because such files are older than the key; its label is then made from its fingerprint.
func decodeVersion(s *section) string {
	n := s.Get("version")
	if n == nil {
		if s.Has("rule") || !s.Has("discounts") {
			if s.mistyped("version") {
				return "" // the mistyped key is reported
			}
			s.Add(s.Node.Pos, "version", "the strategy has no version", `add version = "…" at the top`)
		}
		return ""
	}
	version := s.text("version")
	if n.Kind == document.String && version != "" && strings.TrimSpace(version) == "" {
		s.Wrong(n, "version", "the version is blank", "")
	}
	if reason := checkLabel(version); n.Kind == document.String && version != "" && reason != "" {
		s.Wrong(n, "version", reason, "")
	}
	return version
}

// checkLabel says what is wrong with a version or rule id, if anything.
func checkLabel(label string) string {
	if n := utf8.RuneCountInString(label); n > maxVersionRunes {
		return fmt.Sprintf("%d characters are too many, want 1 to %d", n, maxVersionRunes)
	}
	for _, c := range label {
		if !unicode.IsPrint(c) {
			return fmt.Sprintf("%q has a character that cannot be printed", label)
		}
	}
	return ""
}

func decodeCurrency(s *section) money.Currency {
	code := defaultCurrency
	n := s.Get("currency")
	if n != nil {
		code = s.text("currency")
	}
	currency, err := money.ParseCurrency(code)
	if err != nil {
		if code != "" {
			s.Wrong(n, "currency", err.Error(), currencyMeant(code))
		}
		currency, _ = money.ParseCurrency(defaultCurrency)
	}
	return currency
}

// currencyMeant is the hint for a value that is no currency: the code in capitals, its first
// three letters, or the code that replaced it.
func currencyMeant(typed string) string {
	upper := strings.ToUpper(typed)
	for _, code := range []string{upper, upper[:min(len(upper), 3)]} {
		_, err := money.ParseCurrency(code)
		var refused *money.CodeError
		switch {
		case err == nil:
			return fmt.Sprintf("did you mean %q?", code)
		case len(typed) == len(code) && errors.As(err, &refused) && refused.Instead != "":
			return fmt.Sprintf("write %q, and all amounts in it", refused.Instead)
		}
	}
	return "such as CNY, USD or JPY"
}

func decodeTimezone(s *section) (string, *time.Location) {
	n := s.Get("timezone")
	if n == nil {
		return defaultTimezone, time.UTC
	}
	name := s.text("timezone")
	if name == "" {
		return defaultTimezone, time.UTC
	}
	location, reason, hint := loadZone(name)
	if reason != "" {
		s.Wrong(n, "timezone", fmt.Sprintf("%q %s", name, reason), hint)
		return defaultTimezone, time.UTC
	}
	return name, location
}

// limits bounds what all rules together may take off the goods of a cart.
type limits struct {
	maxRate   money.Rate // of the subtotal; zero when absent
	maxAmount int64      // minor units; zero when absent
}

func decodeLimits(s *section) limits {
	var l limits
	n := s.Get("limits")
	if n == nil {
		return l
	}
	if n.Kind != document.Table {
		s.Want(n, "limits", "a table")
		return l
	}
	sub := s.member(n, "limits")
	l.maxRate, _ = sub.rate("max_rate", rates.Bounds{Most: rates.All})
	l.maxAmount, _ = sub.amount("max_amount", 1)
	sub.Done()
	s.maxRate = l.maxRate
	return l
}

func (l limits) encode(o *object) {
	if l == (limits{}) {
		return
	}
	o.key("limits")
	o.object(func(o *object) {
		o.optionalAmount("max_amount", l.maxAmount)
		if !l.maxRate.IsZero() {
			o.key("max_rate")
			o.rate(l.maxRate)
		}
	})
}

// budget is the most that may be taken off goods worth subtotal, in minor units.
func (l limits) budget(subtotal int64) int64 {
	budget := subtotal
	if !l.maxRate.IsZero() {
		budget = l.maxRate.Of(subtotal, 1, money.Down)
	}
	if l.maxAmount != 0 {
		budget = min(budget, l.maxAmount)
	}
	return budget
}
