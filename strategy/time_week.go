package strategy

import (
	"cmp"
	"slices"
	"time"
)

// week is the number of seconds of a week, which begins on Sunday at 00:00.
const week = 7 * day

// weekOf is when windows are open: spans of seconds of the week, in order and disjoint.
func weekOf(windows []window) []span {
	if len(windows) == 0 {
		return []span{{0, week}}
	}
	var spans []span
	for _, w := range windows {
		length := int64(w.end) - int64(w.start)
		if length <= 0 {
			length += day
		}
		for d := range int64(7) {
			if w.days&(1<<d) == 0 {
				continue
			}
			from := d*day + int64(w.start)
			spans = append(spans, span{from, min(from+length, week)})
			if from+length > week {
				spans = append(spans, span{0, from + length - week})
			}
		}
	}
	slices.SortFunc(spans, func(a, b span) int { return cmp.Compare(a.from, b.from) })
	joined := spans[:0]
	for _, s := range spans {
		if last := len(joined) - 1; last >= 0 && s.from <= joined[last].until {
			joined[last].until = max(joined[last].until, s.until)
			continue
		}
		joined = append(joined, s)
	}
	return joined
}

// hours are the spans of a week in which windows are open, in wall-clock time.
type hours []span

// always reports whether the windows are never closed.
func (h hours) always() bool { return len(h) == 1 && h[0] == span{0, week} }

// at reports whether the windows are open at a second of the week, and after how many seconds
// that changes if the clocks are not changed.
func (h hours) at(second int64) (open bool, left int64) {
	i, _ := slices.BinarySearchFunc(h, second+1, func(s span, after int64) int { return cmp.Compare(s.until, after) })
	switch {
	case i == len(h):
		return false, week - second + h[0].from
	case second < h[i].from:
		return false, h[i].from - second
	}
	until := h[i].until
	if until == week && h[0].from == 0 {
		until += h[0].until
	}
	return true, until - second
}

// maxClockChanges bounds how many changes of the clocks nextChange passes. No time zone has ever
// changed its clocks every few days.
const maxClockChanges = 64

// nextChange is the first instant after another one at which the windows open or close. ever is
// false if they never do.
func (h hours) nextChange(after time.Time) (at time.Time, ever bool) {
	if len(h) == 0 || h.always() {
		return time.Time{}, false
	}
	at = after.Truncate(time.Second)
	was, left := h.at(weekSecond(at))
	for range maxClockChanges {
		change := at.Add(time.Duration(left) * time.Second)
		_, changed := at.ZoneBounds() // when the clocks are changed next
		if changed.IsZero() || change.Before(changed) {
			return change, true
		}
		at = changed
		var open bool
		if open, left = h.at(weekSecond(at)); open != was {
			return at, true
		}
	}
	return time.Time{}, false
}

// weekSecond is the second of the week that clocks show.
func weekSecond(at time.Time) int64 {
	wall := readWallClock(at, at.Location())
	return int64(wall.weekday)*day + int64(wall.seconds)
}
