package quota_test

import (
	"testing"
	"time"

	"github.com/promogate/caddy-discount/quota"
)

func TestParseWord(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		values []string
		want   quota.Word
		fails  bool
	}{
		"nothing":              {},
		"commit":               {values: []string{"commit"}, want: quota.Word{Said: true, Outcome: quota.Commit}},
		"release, with spaces": {values: []string{"  release "}, want: quota.Word{Said: true, Outcome: quota.Release}},
		"hold":                 {values: []string{"hold;for=900"}, want: quota.Word{Said: true, Outcome: quota.Hold, For: 15 * time.Minute}},
		"hold, with more":      {values: []string{"hold; for=1;because=payment"}, want: quota.Word{Said: true, Outcome: quota.Hold, For: time.Second}},
		"hold for a day":       {values: []string{"hold;for=86400"}, want: quota.Word{Said: true, Outcome: quota.Hold, For: 24 * time.Hour}},
		"hold for longer":      {values: []string{"hold;for=86401"}, want: quota.Word{Said: true, Outcome: quota.Hold, For: 24 * time.Hour}},
		"hold for ever":        {values: []string{"hold;for=999999999999999"}, want: quota.Word{Said: true, Outcome: quota.Hold, For: 24 * time.Hour}},
		"hold for nothing":     {values: []string{"hold;for=0"}, fails: true},
		"hold for less":        {values: []string{"hold;for=-1"}, fails: true},
		"hold for a fraction":  {values: []string{"hold;for=1.5"}, fails: true},
		"hold for a text":      {values: []string{`hold;for="900"`}, fails: true},
		"hold, no time":        {values: []string{"hold"}, fails: true},
		"another word":         {values: []string{"return"}, fails: true},
		"another case":         {values: []string{"Commit"}, fails: true},
		"a text":               {values: []string{`"commit"`}, fails: true},
		"empty":                {values: []string{""}, fails: true},
		"two lines":            {values: []string{"commit", "release"}, fails: true},
		"a list":               {values: []string{"commit, release"}, fails: true},
		"its own reservation":  {values: []string{`"AAAAAAAAAAAAAAAAAAAAAA";until=@1800000000`}, fails: true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := quota.ParseWord(tt.values)
			if got != tt.want || (err != nil) != tt.fails {
				t.Errorf("%q is %+v, %v, want %+v", tt.values, got, err, tt.want)
			}
		})
	}
}

// Whatever a header says, it is one of three words, and none that is wrong is taken for one.
func FuzzParseWord(f *testing.F) {
	for _, seed := range []string{"commit", "release", "hold;for=900", "hold;for=99999999999999999", "hold;for=-1;for=2", "(commit)", "commit;", "\xff"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, value string) {
		word, err := quota.ParseWord([]string{value})
		if err != nil {
			if word != (quota.Word{}) {
				t.Fatalf("%q is an error and %+v", value, word)
			}
			return
		}
		switch {
		case !word.Said:
			t.Fatalf("%q is no word, and no error", value)
		case word.Outcome == quota.Hold && word.For >= time.Second && word.For <= quota.MostHold:
		case (word.Outcome == quota.Commit || word.Outcome == quota.Release) && word.For == 0:
		default:
			t.Fatalf("%q is %+v", value, word)
		}
	})
}
