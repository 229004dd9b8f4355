package document

import (
	"fmt"
	"strings"
	"time"
)

// TimeMeant returns the hint for a time, date or date-time that does not exist: how to write the
// same instant, or which part is out of range; "" if there is no hint.
func TimeMeant(text string) string {
	date, clock, both := cutClock(text)
	switch {
	case !both && strings.ContainsRune(text, ':'):
		return clockMeant(text)
	case !both:
		return dateMeant(text)
	}
	if hint := dateMeant(date); hint != "" {
		return hint
	}
	bare, offset := cutZone(clock)
	if !isMidnight(bare) {
		return clockMeant(bare)
	}
	day, err := time.Parse(time.DateOnly, date)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("the last second of the day is %sT23:59:59%s, and the one after it %sT00:00:00%s",
		date, offset, day.AddDate(0, 0, 1).Format(time.DateOnly), offset)
}

// cutClock separates "2026-06-30" from "24:00:00+08:00".
func cutClock(text string) (date, clock string, both bool) {
	const width = len(time.DateOnly)
	if len(text) <= width+1 || !strings.ContainsRune("Tt ", rune(text[width])) {
		return "", "", false
	}
	return text[:width], text[width+1:], true
}

// cutZone separates "24:00:00" from "+08:00".
func cutZone(clock string) (bare, offset string) {
	if at := strings.IndexAny(clock, "Zz+-"); at >= 0 {
		return clock[:at], clock[at:]
	}
	return clock, ""
}

// isMidnight reports whether a time is the end of a day: 24:00 or 24:00:00, also with decimals
// that are zero.
func isMidnight(clock string) bool {
	rest, is := strings.CutPrefix(clock, "24:00")
	return is && strings.Trim(rest, ":.0") == ""
}

func clockMeant(clock string) string {
	switch {
	case len(clock) < len("00:00"):
		return ""
	case isMidnight(clock):
		return `the end of a time window may be "24:00", in quotes; any other time is before 24:00:00`
	case clock[:2] > "23":
		return "hours go from 00 to 23"
	case clock[3:5] > "59":
		return "minutes go from 00 to 59"
	case len(clock) >= len("00:00:00") && clock[6:8] > "59":
		return "seconds go from 00 to 59"
	}
	return ""
}

func dateMeant(date string) string {
	if len(date) != len(time.DateOnly) {
		return "a date has four digits for the year and two each for month and day, such as 2026-06-01"
	}
	month, err := time.Parse("2006-01", date[:len("2006-01")])
	if err != nil {
		return "months go from 01 to 12"
	}
	if _, err := time.Parse(time.DateOnly, date); err != nil {
		return fmt.Sprintf("%s has %d days", month.Format("January 2006"), month.AddDate(0, 1, -1).Day())
	}
	return ""
}
