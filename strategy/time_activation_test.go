package strategy

import (
	"strings"
	"testing"
	"time"
)

func TestActivateAt(t *testing.T) {
	const rules = "version = \"v\"\ntimezone = \"Asia/Shanghai\"\n%s\n[rule.a]\ndiscount_rate = 0.1\n"
	for name, c := range map[string]struct {
		line string
		want time.Time
		says string
	}{
		"absent":          {"", time.Time{}, ""},
		"with an offset":  {"activate_at = 2026-11-11T00:00:00+08:00", time.Date(2026, 11, 10, 16, 0, 0, 0, time.UTC), ""},
		"a string":        {`activate_at = "2026-11-10T16:00:00Z"`, time.Date(2026, 11, 10, 16, 0, 0, 0, time.UTC), ""},
		"in the timezone": {"activate_at = 2026-11-11T00:00:00", time.Date(2026, 11, 10, 16, 0, 0, 0, time.UTC), ""},
		"a date alone":    {"activate_at = 2026-11-11", time.Time{}, "s.toml:3:15: activate_at: 2026-11-11 is a date without a time"},
		"a number":        {"activate_at = 5", time.Time{}, `s.toml:3:15: activate_at: this is an integer ("5"), want a date-time`},
		"mistyped":        {"activat_at = 2026-11-11T00:00:00Z", time.Time{}, "did you mean activate_at?"},
	} {
		t.Run(name, func(t *testing.T) {
			m, err := Parse("", Source{Name: "s.toml", Data: []byte(strings.Replace(rules, "%s", c.line, 1))})
			if c.says != "" {
				if err == nil || !strings.Contains(err.Error(), c.says) {
					t.Errorf("error = %v, want %q", err, c.says)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := m.ActivateAt(); !got.Equal(c.want) {
				t.Errorf("activate at %v, want %v", got, c.want)
			}
		})
	}
}

func TestInstantOfActivationIsNoMeaning(t *testing.T) {
	plain := "version = \"v\"\n[rule.a]\ndiscount_rate = 0.1\n"
	one, err := Load("", Source{Name: "s.toml", Data: []byte(plain)})
	if err != nil {
		t.Fatal(err)
	}
	two, err := Load("", Source{Name: "s.toml", Data: []byte("activate_at = 2026-11-11T00:00:00Z\n" + plain)})
	if err != nil {
		t.Fatal(err)
	}
	if one.Fingerprint() != two.Fingerprint() {
		t.Error("activate_at changes the fingerprint")
	}
}
