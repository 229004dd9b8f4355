package document

import (
	"strconv"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

func kindOf(k unstable.Kind) Kind {
	switch k {
	case unstable.String:
		return String
	case unstable.Integer:
		return Integer
	case unstable.Float:
		return Float
	case unstable.Bool:
		return Bool
	case unstable.DateTime:
		return DateTime
	case unstable.LocalDateTime:
		return LocalDateTime
	case unstable.LocalDate:
		return LocalDate
	default:
		return LocalTime
	}
}

// checkScalar checks what the grammar does not: that a number fits 64 bits and a date exists. It
// returns the reason of a problem; "" if there is none.
func checkScalar(kind Kind, text string) string {
	switch kind {
	case Integer:
		if _, err := ParseInteger(strings.ReplaceAll(text, "_", "")); err != nil {
			return "the integer does not fit 64 bits"
		}
	case Float:
		if !inRange(text) {
			return "the number is out of range"
		}
	case DateTime:
		if _, err := ParseDateTime(text); err != nil {
			return "there is no such date-time"
		}
	case LocalDateTime:
		return reasonOf(new(toml.LocalDateTime).UnmarshalText([]byte(text)), "there is no such date-time")
	case LocalDate:
		return reasonOf(new(toml.LocalDate).UnmarshalText([]byte(text)), "there is no such date")
	case LocalTime:
		return reasonOf(new(toml.LocalTime).UnmarshalText([]byte(text)), "there is no such time")
	}
	return ""
}

// inRange reports whether a decimal number fits a float64. A number of less than 300 characters
// and without an exponent always does.
func inRange(text string) bool {
	if len(text) < 300 && !strings.ContainsAny(text, "eE") {
		return true
	}
	_, err := strconv.ParseFloat(strings.ReplaceAll(text, "_", ""), 64)
	return err == nil
}

func reasonOf(err error, reason string) string {
	if err == nil {
		return ""
	}
	return reason
}

// ParseInteger reads the text of an integer node: decimal, or 0x, 0o, 0b.
func ParseInteger(text string) (int64, error) {
	if len(text) > 2 && text[0] == '0' {
		return strconv.ParseInt(text, 0, 64)
	}
	return strconv.ParseInt(text, 10, 64)
}

// ParseLocalDateTime reads the text of a local date-time node in the time zone loc. If clocks show
// it twice, it returns the first instant. [ReadLocal] returns both.
func ParseLocalDateTime(text string, loc *time.Location) (time.Time, error) {
	local, err := ReadLocal(text, loc)
	return local.First, err
}

// ParseDateTime reads the text of a date-time node: a local date-time and an
// offset, Z or ±hh:mm.
func ParseDateTime(text string) (time.Time, error) {
	local, zone, err := cutOffset(text)
	if err != nil {
		return time.Time{}, err
	}
	return ParseLocalDateTime(local, zone)
}

// cutOffset separates "2024-06-30T23:59:59" from "+08:00".
func cutOffset(text string) (local string, zone *time.Location, err error) {
	last := len(text) - 1
	if last < 0 {
		return "", nil, strconv.ErrSyntax
	}
	if c := text[last]; c == 'Z' || c == 'z' {
		return text[:last], time.UTC, nil
	}
	const width = len("+08:00")
	at := len(text) - width
	if at < 0 || text[at] != '+' && text[at] != '-' || text[at+3] != ':' {
		return "", nil, strconv.ErrSyntax
	}
	hours, err1 := strconv.ParseUint(text[at+1:at+3], 10, 8)
	minutes, err2 := strconv.ParseUint(text[at+4:], 10, 8)
	if err1 != nil || err2 != nil || hours > 23 || minutes > 59 {
		return "", nil, strconv.ErrSyntax
	}
	seconds := int(hours*3600 + minutes*60)
	if text[at] == '-' {
		seconds = -seconds
	}
	return text[:at], time.FixedZone("", seconds), nil
}
