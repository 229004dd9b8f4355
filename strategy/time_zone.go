package strategy

import (
	"strings"
	"time"
	"unicode"
)

// loadZone finds the time zone of a name, or says why it cannot be one. Every machine has
// to give the same answer, so names that stand for a setting of the machine are no zones,
// though its database may have them, and names are in the letters that the database has,
// though some file systems take others.
func loadZone(name string) (zone *time.Location, reason, hint string) {
	if reason, hint := zoneOfMachine(name); reason != "" {
		return nil, reason, hint
	}
	zone, err := time.LoadLocation(name)
	if err != nil || !unicode.IsUpper(rune(name[0])) {
		return nil, "is not an IANA time zone", zoneMeant(name)
	}
	return zone, "", ""
}

// zoneOfMachine says why a name means something else on another machine; "" for others.
func zoneOfMachine(name string) (reason, hint string) {
	const place = "name the zone of the shop, such as Asia/Shanghai"
	for _, prefix := range []string{"posix/", "right/"} {
		if of, is := strings.CutPrefix(name, prefix); is {
			return "is not on every machine", "write " + of
		}
	}
	switch strings.ToLower(strings.Trim(name, "/:")) {
	case "local", "localtime", "etc/localtime", "system", "default", "current":
		return "is the time zone of the machine, so the answer would depend on where it is computed", place
	case "posixrules", "factory":
		return "is a setting of the machine, so the answer would depend on where it is computed", place
	}
	return "", ""
}

// zoneMeant is the hint for what is no time zone: the one it may stand for.
func zoneMeant(name string) string {
	typed := recased(strings.ReplaceAll(strings.TrimSpace(name), " ", "_"))
	for _, area := range []string{"", "Asia/", "Europe/", "America/", "Africa/", "Australia/", "Pacific/", "Atlantic/", "Indian/"} {
		for _, candidate := range []string{area + typed, area + strings.ToUpper(typed)} {
			if _, err := time.LoadLocation(candidate); err == nil && candidate != "Local" && typed != "" {
				return "did you mean " + candidate + "?"
			}
		}
	}
	if strings.ContainsAny(name, "+-0123456789") {
		return "a zone is named by a place, such as Asia/Shanghai, and not by what it is ahead of UTC"
	}
	return "such as Asia/Shanghai"
}

// recased is a name with a capital letter at the beginning of each word and small ones
// after it.
func recased(name string) string {
	begins := true
	return strings.Map(func(c rune) rune {
		first := begins
		begins = !unicode.IsLetter(c)
		if first {
			return unicode.ToUpper(c)
		}
		return unicode.ToLower(c)
	}, name)
}
