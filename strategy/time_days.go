package strategy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"github.com/promogate/caddy-discount/strategy/document"
)

const everyDay = 1<<7 - 1

var weekdays = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} // in the order of time.Weekday

// decodeDays reads the days on which a window may start, as a bit for each.
func decodeDays(s *section) uint8 {
	n := s.Node.Get("days")
	switch {
	case n == nil:
		s.Get("days")
		return everyDay
	case hasDayNumber(n):
		s.Get("days")
		s.refuseNumbers(n)
		return everyDay
	}
	days := uint8(0)
	for _, name := range s.texts("days") {
		i := slices.Index(weekdays, name)
		if i < 0 {
			item := itemOf(n, name, asWritten)
			s.Wrong(item, "days", fmt.Sprintf("%q is not a day, %s are", name, strings.Join(weekdays, ", ")), dayMeant(name, item == n))
			continue
		}
		days |= 1 << i
	}
	return days
}

func isDayNumber(n *document.Node) bool {
	return n.Kind == document.Integer || n.Kind == document.Float
}

func hasDayNumber(n *document.Node) bool {
	return isDayNumber(n) || slices.ContainsFunc(n.Items, isDayNumber)
}

// refuseNumbers reports days given as numbers: some people count from Sunday, others from Monday.
func (s *section) refuseNumbers(n *document.Node) {
	items := n.Items
	if n.Kind != document.Array {
		items = []*document.Node{n}
	}
	for _, item := range items {
		if isDayNumber(item) {
			s.Wrong(item, "days", item.Unlike("the name of a day"), `a day goes by its name, such as "mon"`)
		}
	}
}

// dayWords are words for several days.
var dayWords = map[string]uint8{
	"weekday": workdays, "weekdays": workdays, "workday": workdays, "workdays": workdays, "working": workdays, "workingdays": workdays,
	"business": workdays, "businessday": workdays, "businessdays": workdays, "workweek": workdays, "week": everyDay, "工作日": workdays, "平日": workdays, "周中": workdays,
	"weekend": weekend, "weekends": weekend, "周末": weekend, "週末": weekend, "双休日": weekend, "休息日": weekend,
	"daily": everyDay, "everyday": everyDay, "all": everyDay, "alldays": everyDay, "any": everyDay, "always": everyDay, "*": everyDay, "每天": everyDay, "每日": everyDay, "天天": everyDay,
}

const (
	workdays = everyDay &^ weekend
	weekend  = 1<<0 | 1<<6
)

// dayMeant is the hint for a name that is no day; alone says that the name is not in a list.
func dayMeant(name string, alone bool) string {
	plain := strings.ToLower(strings.TrimSpace(norm.NFKC.String(name)))
	days, ok := daysOf(plain)
	switch {
	case strings.Contains(plain, "holiday"), strings.Contains(plain, "节"), strings.Contains(plain, "假日"):
		return "a holiday is a date: a rule has valid_from and valid_until"
	case !ok:
		return `such as "mon"`
	case days == everyDay:
		return "leave days out to mean every day"
	}
	list := daysText(days)
	if alone && strings.Contains(list, ",") {
		list = "[" + list + "]"
	}
	return "did you mean " + list + "?"
}

// daysText is days as a list has them, from Monday on.
func daysText(days uint8) string {
	var names []string
	for i := range weekdays {
		if day := (i + 1) % 7; days&(1<<day) != 0 {
			names = append(names, strconv.Quote(weekdays[day]))
		}
	}
	return strings.Join(names, ", ")
}

// daysOf guesses the days of a word, a range or a list.
func daysOf(text string) (days uint8, ok bool) {
	if days, ok = dayWords[strings.NewReplacer(" ", "", "_", "", "-", "").Replace(text)]; ok {
		return days, true
	}
	if day, is := dayOf(text); is {
		return 1 << day, true
	}
	for _, mark := range []string{"-", "–", "—", "~", "..", " to ", " through ", "至", "到"} {
		first, last, _ := strings.Cut(text, mark)
		from, ok1 := dayOf(first)
		to, ok2 := dayOf(strings.TrimLeft(last, ".-"))
		if !ok1 || !ok2 {
			continue
		}
		for day := from; ; day = (day + 1) % 7 {
			if days |= 1 << day; day == to {
				return days, true
			}
		}
	}
	parts := strings.FieldsFunc(text, func(c rune) bool { return strings.ContainsRune(",;、|+&/ ", c) })
	if len(parts) < 2 {
		return 0, false
	}
	for _, part := range parts {
		some, known := daysOf(part)
		if !known {
			return 0, false
		}
		days |= some
	}
	return days, true
}

// dayOf guesses a day from the beginning of its English name, or from its Chinese one.
func dayOf(name string) (day int, ok bool) {
	name = strings.Trim(name, " .")
	for _, before := range []string{"星期", "礼拜", "禮拜", "周", "週"} {
		if letter, is := strings.CutPrefix(name, before); is {
			at := slices.Index([]string{"日", "一", "二", "三", "四", "五", "六"}, strings.Replace(letter, "天", "日", 1))
			return at, at >= 0
		}
	}
	if strings.Trim(name, "abcdefghijklmnopqrstuvwxyz") != "" {
		return 0, false
	}
	for i, short := range weekdays {
		if len(name) >= 3 && strings.HasPrefix(fullDays[i], name) || strings.HasPrefix(name, short) && len(name) <= len(fullDays[i])+1 || name == short[:2] {
			return i, true
		}
	}
	return 0, false
}

var fullDays = []string{"sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"}
