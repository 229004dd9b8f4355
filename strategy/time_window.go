package strategy

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/promogate/caddy-discount/strategy/document"
)

const day = 24 * 60 * 60 // seconds

// window is a part of the day, in wall-clock time of the strategy's time zone: from start,
// inclusive, to end, exclusive. If end is not after start, the window runs past midnight and
// belongs to the day on which it starts.
//
//	time_window  = { start = "08:00", end = "10:00", days = ["mon", "tue"] }
//	time_windows = [{ start = "22:00", end = "02:00" }, …]
//
// When the clocks change, the wall clock decides: an hour that is skipped does not occur, and an
// hour that occurs twice is open twice.
type window struct {
	start, end int32 // seconds after midnight; end may be 24:00
	days       uint8 // bit per time.Weekday on which it may start
}

// decodeWindows reads time_window and, where a rule may have it,
// time_windows.
func decodeWindows(s *section) []window {
	var windows []window
	for _, key := range []string{"time_window", "time_windows"} {
		nodes := s.Tables(key, `{ start = "08:00", end = "10:00" }`)
		if windows == nil {
			windows = s.windows.Alloc(len(nodes))
		}
		for i, node := range nodes {
			at := notListed
			if key == "time_windows" || len(nodes) > 1 {
				at = i
			}
			windows = append(windows, decodeWindow(s.element(node, key, at)))
		}
		if n := s.Node.Get(key); n != nil && n.Kind == document.Array && len(n.Items) == 0 {
			s.Wrong(n, key, "the list is empty, so the window would never open", "leave the key out")
		}
	}
	if s.Has("time_window") && s.Has("time_windows") {
		s.Wrong(s.Node.Get("time_windows"), "time_windows", "time_window and time_windows are both here", "write all as time_windows")
	}
	return windows
}

func decodeWindow(s *section) window {
	s.checkZone(s.Node, "start")
	w := window{
		start: s.timeOfDay("start", false),
		end:   s.timeOfDay("end", true),
		days:  decodeDays(s),
	}
	s.Done()
	return w
}

// timeOfDay reads "08:00", "08:00:30", or the same as a TOML local time.
func (s *section) timeOfDay(name string, mayBe24 bool) int32 {
	n := s.Get(name)
	if n == nil {
		clock := "00:00" // together they are the whole day
		if mayBe24 {
			clock = "24:00"
		}
		s.Add(s.Node.Pos, s.Path(), "the time window has no "+name, fmt.Sprintf("such as %s = %q", name, clock))
		return 0
	}
	if n.Kind != document.String && n.Kind != document.LocalTime {
		s.Want(n, name, `a time of day such as "08:00"`)
		return 0
	}
	seconds, ok := parseTimeOfDay(n.Text)
	if !ok || seconds == day && !mayBe24 {
		s.Wrong(n, name, fmt.Sprintf("%q is not a time of day", n.Text), timeOfDayMeant(n.Text, mayBe24))
		return 0
	}
	return seconds
}

// timeOfDayMeant is the hint for a value that is no time of day.
func timeOfDayMeant(text string, mayBe24 bool) string {
	if seconds, ok := parseTimeOfDay(text); ok && seconds == day && !mayBe24 {
		return `a day begins at "00:00", and only the end of a window may be "24:00"`
	}
	if padded := "0" + text; strings.IndexByte(text, ':') == 1 {
		if _, ok := parseTimeOfDay(padded); ok {
			return fmt.Sprintf("did you mean %q?", padded)
		}
	}
	return `such as "08:00" or "22:30:15"`
}

func parseTimeOfDay(text string) (int32, bool) {
	if colons := strings.Count(text, ":"); colons < 1 || colons > 2 {
		return 0, false
	}
	var hms [3]int32
	for i, more := 0, true; more; i++ {
		var part string
		part, text, more = strings.Cut(text, ":")
		v, err := strconv.ParseUint(part, 10, 8)
		if err != nil || len(part) != 2 || i > 0 && v > 59 {
			return 0, false
		}
		hms[i] = int32(v)
	}
	seconds := hms[0]*3600 + hms[1]*60 + hms[2]
	return seconds, seconds <= day
}

func (w *window) encode(o *object) {
	if w.days != everyDay {
		o.texts("days", w.dayNames())
	}
	o.key("end")
	o.timeOfDay(w.end)
	o.key("start")
	o.timeOfDay(w.start)
}

// dayNames are the days on which the window may start.
func (w *window) dayNames() []string {
	var names []string
	for i, name := range weekdays {
		if w.days&(1<<i) != 0 {
			names = append(names, name)
		}
	}
	return names
}

func formatTimeOfDay(seconds int32) string { return string(appendTimeOfDay(nil, seconds)) }

func appendTimeOfDay(dst []byte, seconds int32) []byte {
	for i, part := range [...]int32{seconds / 3600, seconds / 60 % 60, seconds % 60} {
		if i > 0 {
			dst = append(dst, ':')
		}
		dst = append(dst, '0'+byte(part/10), '0'+byte(part%10))
	}
	return dst
}

func (o *object) timeOfDay(seconds int32) {
	o.buf = append(o.buf, '"')
	o.buf = appendTimeOfDay(o.buf, seconds)
	o.buf = append(o.buf, '"')
}

// wallClock is the wall-clock time of an instant.
type wallClock struct {
	seconds int32 // after midnight
	weekday time.Weekday
}

func readWallClock(now time.Time, location *time.Location) wallClock {
	local := now.In(location)
	h, m, s := local.Clock()
	return wallClock{seconds: int32(h*3600 + m*60 + s), weekday: local.Weekday()}
}

func (w *window) open(at wallClock) bool {
	today := w.days&(1<<at.weekday) != 0
	if w.start < w.end {
		return today && w.start <= at.seconds && at.seconds < w.end
	}
	yesterday := w.days&(1<<((at.weekday+6)%7)) != 0
	return today && at.seconds >= w.start || yesterday && at.seconds < w.end
}

// anyOpen reports whether one of the windows is open; no window at all is
// always open.
func anyOpen(windows []window, e *evaluation) bool {
	if len(windows) == 0 {
		return true
	}
	at := e.wall()
	for i := range windows {
		if windows[i].open(at) {
			return true
		}
	}
	return false
}
