package strategy

import (
	"cmp"
	"encoding/binary"
	"math"
	"slices"
	"time"

	"github.com/promogate/caddy-discount/cart"
)

// timetable has the rules and steps with a validity or windows, ordered by the instant at which
// they become valid. The hot path does not use it.
type timetable struct {
	rules []timed
	hours []hours // the distinct hours of all windows
}

// timed is a rule, or a step of [[discounts]], that is not always open.
type timed struct {
	rule  int32 // index into Strategy.rules
	hours int32 // index into timetable.hours; -1 where it has no windows
	valid span
}

// timetableOf collects the rules and steps that are not always open.
func timetableOf(rules []compiledRule) timetable {
	t := timetable{}
	known := &knownHours{at: map[string]int32{}}
	for i := range rules {
		r := &rules[i]
		t.add(int32(i), r.valid, r.windows, known)
		if timed, is := r.reward.(timedReward); is {
			for _, windows := range timed.stepWindows() {
				t.add(int32(i), r.valid, windows, known)
			}
		}
	}
	slices.SortStableFunc(t.rules, func(a, b timed) int { return cmp.Compare(a.valid.from, b.valid.from) })
	return t
}

// alwaysValid is the span of a rule without valid_from and valid_until.
var alwaysValid = (&validity{}).compile()

// add adds a rule unless it is always open; known has the hours so far.
func (t *timetable) add(rule int32, valid span, windows []window, known *knownHours) {
	one := timed{rule: rule, hours: -1, valid: valid}
	if len(windows) > 0 {
		one.hours = t.hoursOf(windows, known)
	}
	if one.hours >= 0 || valid != alwaysValid {
		t.rules = append(t.rules, one)
	}
}

// knownHours finds the hours of a timetable by their windows: many rules have the same windows.
type knownHours struct {
	at  map[string]int32
	key []byte
}

// hoursOf is the index of the hours of windows; -1 where they are never closed.
func (t *timetable) hoursOf(windows []window, known *knownHours) int32 {
	known.key = known.key[:0]
	for _, w := range windows {
		known.key = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(known.key, uint32(w.start)), uint32(w.end))
		known.key = append(known.key, w.days)
	}
	at, is := known.at[string(known.key)]
	if is {
		return at
	}
	if week := hours(weekOf(windows)); week.always() {
		at = -1
	} else {
		at = int32(len(t.hours))
		t.hours = append(t.hours, week)
	}
	known.at[string(known.key)] = at
	return at
}

// never is after every instant.
const never = math.MaxInt64

// ChangesAt is the first instant after that of a quote at which a rule opens or ends that the cart
// touches, or could touch with more goods. Until then the price of the cart does not change. The
// instant is in the strategy's time zone. ever is false if there is no such instant. The cart
// must be that of the quote. The running time grows with the number of rules that have a
// validity or windows.
func (s *Strategy) ChangesAt(q *Quote, c *cart.Cart) (at time.Time, ever bool) {
	if len(s.timetable.rules) == 0 || q.Reason != "" {
		return time.Time{}, false
	}
	w := forecast{s: s, cart: c, now: q.work.now.In(s.location)}
	first := int64(never)
	for i := range s.timetable.rules {
		one := &s.timetable.rules[i]
		if one.valid.from >= first {
			break // the list is sorted by valid.from
		}
		if next := w.next(one); next < first && w.mayApply(&s.rules[one.rule]) {
			first = next
		}
	}
	if first == never {
		return time.Time{}, false
	}
	return time.Unix(0, first).In(s.location), true
}

// forecast finds the next change after a quote.
type forecast struct {
	s     *Strategy
	cart  *cart.Cart
	now   time.Time
	hours []hoursNow  // of timetable.hours; computed on first use
	goods *evaluation // of the cart before any discount; nil until first used
}

// hoursNow is the state of hours at an instant.
type hoursNow struct {
	known, open bool
	change      int64 // when they next open or close, in Unix nanoseconds; or never
}

// next is when a rule opens, or ends if it is open, in Unix nanoseconds; never for no change.
func (w *forecast) next(one *timed) int64 {
	now := w.now.UnixNano()
	if one.valid.until <= now {
		return never
	}
	if one.hours < 0 {
		if one.valid.from > now {
			return one.valid.from
		}
		return one.valid.until
	}
	if one.valid.from <= now {
		hours := w.hoursNow(one.hours)
		if hours.open {
			return min(hours.change, one.valid.until)
		}
		return one.unlessOver(hours.change)
	}
	week := w.s.timetable.hours[one.hours]
	from := time.Unix(0, one.valid.from).In(w.s.location)
	if open, _ := week.at(weekSecond(from)); open {
		return one.valid.from
	}
	if change, ever := week.nextChange(from); ever {
		return one.unlessOver(change.UnixNano())
	}
	return never
}

// unlessOver is the instant at which windows open, or never if the rule has ended by then.
func (t *timed) unlessOver(opens int64) int64 {
	if opens >= t.valid.until {
		return never
	}
	return opens
}

// hoursNow is the state of hours at the instant of the quote.
func (w *forecast) hoursNow(of int32) hoursNow {
	if w.hours == nil {
		w.hours = make([]hoursNow, len(w.s.timetable.hours))
	}
	now := &w.hours[of]
	if !now.known {
		week := w.s.timetable.hours[of]
		now.known, now.change = true, never
		now.open, _ = week.at(weekSecond(w.now))
		if change, ever := week.nextChange(w.now); ever {
			now.change = change.UnixNano()
		}
	}
	return *now
}

// mayApply reports whether a rule could apply at some instant if the cart had more goods.
func (w *forecast) mayApply(r *compiledRule) bool {
	if r.targeting.appliesTo == toShipping && len(w.cart.Shipping) == 0 {
		return false
	}
	if len(r.conditions) == 0 {
		return true
	}
	e := w.evaluation()
	for _, c := range r.conditions {
		if g, is := c.(growing); is && g.moreGoodsHelp() {
			continue
		}
		if !c.met(e, nil) {
			return false
		}
	}
	return true
}

// evaluation is the evaluation of the cart before any discount.
func (w *forecast) evaluation() *evaluation {
	if w.goods == nil {
		q := &Quote{}
		q.work.begin(w.s, w.cart, w.now)
		// The quote has priced the cart before, so there is no error.
		if w.s.price(q, w.cart, false) == nil {
			_ = q.ship(w.cart)
		}
		w.goods = &q.work
	}
	return w.goods
}
