package strategy

import (
	"strconv"
	"strings"
	"time"

	"github.com/promogate/caddy-discount/money"
)

// This file converts the typed values of reasons into words. No other file of the
// package writes a message that a quote or an explanation carries.

// phrase is the text of a [Value]: {} is replaced by the value, {of} by the name that the
// value is about.
type phrase string

const (
	sayPlain phrase = "{}"
	sayOr    phrase = "{|}" // any of several names

	sayAtLeast         phrase = "at least {}"
	sayArticles        phrase = "{articles}"
	sayAtLeastArticles phrase = "at least {articles}"
	sayAtLeastRequired phrase = "at least {} of the goods required"
	sayNoneForbidden   phrase = "none of the goods forbidden"

	sayNoneOfTarget  phrase = "nothing of it in the cart"
	sayTarget        phrase = "goods or shipping the rule is about"
	sayNoneFresh     phrase = "no unit at its full price"
	sayFresh         phrase = "a unit that no rule has reduced"
	sayOnlyAtNothing phrase = "only articles at 0.00"
	sayPriced        phrase = "articles that have a price"
	sayOnlyByWeight  phrase = "only goods by weight"
	saySoldByUnit    phrase = "goods that are sold by the unit"

	sayNoCoupon phrase = "no coupon"
	sayCoupon   phrase = "a coupon of the rule"
	sayNoCode   phrase = "no valid code"
	sayCodeUsed phrase = "a code that is used up"
	sayCode     phrase = "a code of the rule"

	sayNone            phrase = "no {of}"
	sayNamed           phrase = "{of} {}"
	sayNamedOr         phrase = "{of} {|}"
	sayNoCustomer      phrase = "no customer"
	sayAnotherCustomer phrase = "another customer"
	sayListedCustomer  phrase = "one of the customers listed"
	sayUnknownOrders   phrase = "unknown number of orders"
	sayOrder           phrase = "order {}"

	sayCustomer    phrase = "a customer"
	sayNothingLeft phrase = "nothing left"
	sayLeftOf      phrase = "{} left of {of}"

	sayUntil   phrase = "until {}"
	sayWall    phrase = "the day and the time that clocks show"
	sayWindows phrase = "the hours in which it is open"

	sayNothingAboveFloor  phrase = "nothing left above it"
	sayNothingLeftOf      phrase = "0 left of {of}"
	sayMoreThanRuleBeside phrase = "more than the {} of {of} and the rules of shipping"
	sayTogether           phrase = "{} together"
	sayMoreThanRule       phrase = "more than the {} of {of}"
	sayBesideShipping     phrase = "{} with the rules of shipping"
	sayMoreThanTogether   phrase = "more than the others together, {}"
	sayBestOfAll          phrase = "worth more than another rule"
	sayBestOfGroup        phrase = "worth more than the others of {of}"
	sayEndedBy            phrase = "ended by {}"
	sayNoStop             phrase = "no earlier rule that stops"

	sayAlone             phrase = "{} alone"
	sayBetterCombination phrase = "a combination with it that is worth more than {}"

	sayToPay           phrase = "{} to pay for goods"
	sayNoMultiple      phrase = "an amount that is no multiple of {}"
	sayToPayNothingOff phrase = "{} to pay for goods, nothing off"
	sayDiscountToTake  phrase = "a discount to take {} back from"

	sayGoodsFor     phrase = "goods for {} more"
	sayMore         phrase = "{} more"
	sayMoreOf       phrase = "{} of {of} more"
	sayArticlesMore phrase = "{articles} more"
)

// inWords fills in Words.
func (v Value) inWords(currency money.Currency) Value {
	if !v.known() {
		return v
	}
	switch v.phrase {
	case sayWall:
		v.Words = wallText(v.Time)
	case sayWindows:
		v.Words = windowsText(v.windows)
	default:
		v.Words = strings.NewReplacer("{}", v.plainWords(currency), "{articles}", articlesText(v.Number), "{|}", strings.Join(v.names, " or "), "{of}", v.of).Replace(string(v.phrase))
	}
	if v.Unit == UnitText && len(v.names) == 0 {
		v.Text = v.Words
	}
	return v
}

// plainWords is the value without its phrase.
func (v *Value) plainWords(currency money.Currency) string {
	switch v.Unit {
	case UnitMinor:
		return majorText(currency, v.Number)
	case UnitUnits:
		return unitsText(v.Number)
	case UnitUses:
		return ordersText(v.Number)
	case UnitOrders:
		return strconv.FormatInt(v.Number, 10)
	case UnitTime:
		return v.Time.Format(time.RFC3339)
	}
	return v.Text
}

// wallText is the wall-clock time of an instant.
func wallText(at time.Time) string {
	wall := readWallClock(at, at.Location())
	return weekdays[wall.weekday] + " " + formatTimeOfDay(wall.seconds)
}

func windowsText(windows []window) string {
	texts := make([]string, len(windows))
	for i, w := range windows {
		texts[i] = formatTimeOfDay(w.start) + " to " + formatTimeOfDay(w.end)
		if w.days != everyDay {
			texts[i] += " on " + strings.Join(w.dayNames(), ", ")
		}
	}
	return strings.Join(texts, " or ")
}

func unitsText(n int64) string {
	if n == 1 {
		return "1 unit"
	}
	return strconv.FormatInt(n, 10) + " units"
}

func ordersText(n int64) string {
	if n == 1 {
		return "1 order"
	}
	return strconv.FormatInt(n, 10) + " orders"
}

func articlesText(n int64) string {
	if n == 1 {
		return "1 article"
	}
	return strconv.FormatInt(n, 10) + " articles"
}

// sentence is why a rule did not apply, in words.
func (s *shortfall) sentence() string {
	var parts []string
	if s.seen.Words != "" {
		parts = append(parts, "seen "+s.seen.Words)
	}
	if s.needed.Words != "" {
		parts = append(parts, "needed "+s.needed.Words)
	}
	text := reasonText(s.reason)
	if len(parts) > 0 {
		text += ": " + strings.Join(parts, ", ")
	}
	return text
}

// sentence is what adding the missing goods would bring, in words.
func (n *Next) sentence(currency money.Currency) string {
	missing := n.Missing.Words
	if n.Units > 0 && n.Amount > 0 {
		goods := minorValue(n.Amount, sayGoodsFor).inWords(currency)
		missing += " and " + goods.Words
	}
	if n.Gift.SKU == "" {
		return missing + " would save " + majorText(currency, n.Saves)
	}
	text := missing + " would bring " + strconv.FormatInt(n.Gift.Quantity, 10) + " × " + n.Gift.SKU
	if n.Saves > 0 {
		text += " and save " + majorText(currency, n.Saves)
	}
	return text
}
