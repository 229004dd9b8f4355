package strategy

import (
	_ "embed"
	"strings"
	"time"
)

// zoneNames are the names of the IANA database, links among them, one a line. A test compares them
// with the database that Go has.
//
//go:embed time_zones.txt
var zoneNames string

// loadZone finds the time zone of a name, or says why the name is none. Every machine has to give
// the same answer. So names of a setting of the machine are refused, even if its database has
// them. A name has to be on the list letter by letter, because some file systems ignore case.
func loadZone(name string) (zone *time.Location, reason, hint string) {
	if reason, hint := zoneOfMachine(name); reason != "" {
		return nil, reason, hint
	}
	zone, err := time.LoadLocation(name)
	if err != nil || zoneLike(func(known string) bool { return known == name }) == "" {
		return nil, "is not an IANA time zone", zoneMeant(name)
	}
	return zone, "", ""
}

// zoneOfMachine says why the meaning of a name depends on the machine; "" if it does not.
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

// zoneMeant is the hint for a name that is no time zone: a similar one, if there is one.
func zoneMeant(name string) string {
	typed := strings.ReplaceAll(strings.TrimSpace(name), " ", "_")
	for _, area := range []string{"", "Asia/", "Europe/", "America/", "Africa/", "Australia/", "Pacific/", "Atlantic/", "Indian/"} {
		if zone := zoneLike(func(known string) bool { return strings.EqualFold(known, area+typed) }); zone != "" {
			return "did you mean " + zone + "?"
		}
	}
	if strings.ContainsAny(name, "+-0123456789") {
		return "a zone is named by a place, such as Asia/Shanghai, and not by what it is ahead of UTC"
	}
	return "such as Asia/Shanghai"
}

// zoneLike returns the first name of a zone that is like another; "" if none is.
func zoneLike(like func(known string) bool) string {
	for known := range strings.Lines(zoneNames) {
		if known = strings.TrimSpace(known); like(known) {
			return known
		}
	}
	return ""
}
