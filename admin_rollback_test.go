package discount

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/caddyserver/caddy/v2"
	"pgregory.net/rapid"
)

func TestIfMatchIsReadAsRFC9110Says(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fields []string
		any    bool
		tags   []string
		err    string // of the answer
		status int
	}{
		"a tag":                     {fields: []string{`"abc"`}, tags: []string{"abc"}},
		"the wildcard":              {fields: []string{"*"}, any: true},
		"the wildcard and space":    {fields: []string{" \t* "}, any: true},
		"a tag that is an asterisk": {fields: []string{`"*"`}, tags: []string{"*"}},
		"a weak tag":                {fields: []string{`W/"abc"`}},
		"a list":                    {fields: []string{`"a", "b"`}, tags: []string{"a", "b"}},
		"a list without spaces":     {fields: []string{`"a","b"`}, tags: []string{"a", "b"}},
		"a list with a weak one":    {fields: []string{`W/"a" , "b"`}, tags: []string{"b"}},
		"a list in two fields":      {fields: []string{`"a"`, `"b"`}, tags: []string{"a", "b"}},
		"empty elements":            {fields: []string{`, "a",,"b" ,`}, tags: []string{"a", "b"}},
		"a comma in a tag":          {fields: []string{`"a,b"`}, tags: []string{"a,b"}},
		"a tag of other letters":    {fields: []string{"\"\xe9\""}, tags: []string{"\xe9"}},
		"an empty tag":              {fields: []string{`""`}, tags: []string{""}},

		"none":                      {status: 428, err: "the header If-Match is missing: send the ETag of GET /discount/strategies/x, or * for whatever is in service"},
		"an empty field":            {fields: []string{""}, status: 400, err: "If-Match: it is empty: want the ETag of GET /discount/strategies/x in its double quotes"},
		"commas alone":              {fields: []string{", ,"}, status: 400, err: "it is empty"},
		"no quotes":                 {fields: []string{"abc"}, status: 400, err: `"abc" has no double quotes`},
		"single quotes":             {fields: []string{"'abc'"}, status: 400, err: `"'abc'" has no double quotes`},
		"a quote that ends nowhere": {fields: []string{`"abc`}, status: 400, err: `"\"abc" is no entity tag`},
		"no comma":                  {fields: []string{`"a" "b"`}, status: 400, err: `there is no comma before "\"b\""`},
		"a wildcard in a list":      {fields: []string{`"a", *`}, status: 400, err: `"*" has no double quotes`},
		"two wildcards":             {fields: []string{"*", "*"}, status: 400, err: `"*,*" has no double quotes`},
		"w in the small":            {fields: []string{`w/"a"`}, status: 400, err: "has no double quotes"},
		"a space in a tag":          {fields: []string{`"a b"`}, status: 400, err: "is no entity tag"},
		"a long one":                {fields: []string{strings.Repeat("a", 10_000)}, status: 400, err: "has no double quotes"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := readIfMatch(c.fields, "x")
			if c.status == 0 {
				if err != nil || got.any != c.any || !slices.Equal(got.tags, c.tags) {
					t.Errorf("%+v, %v", got, err)
				}
				return
			}
			var answer caddy.APIError
			if !errors.As(err, &answer) || answer.HTTPStatus != c.status || !strings.Contains(answer.Err.Error(), c.err) || len(answer.Err.Error()) > 400 {
				t.Errorf("%+v", err)
			}
		})
	}
}

// Whatever tags are written as a list, the strong ones are read.
func TestListsOfTagsAreReadAsTheyWereWritten(t *testing.T) {
	t.Parallel()
	opaque := rapid.StringMatching(`[!#-~]{0,8}`)
	rapid.Check(t, func(t *rapid.T) {
		var fields, strong []string
		for range rapid.IntRange(1, 3).Draw(t, "fields") {
			var elements []string
			for range rapid.IntRange(1, 4).Draw(t, "tags") {
				tag, weak := opaque.Draw(t, "tag"), rapid.Bool().Draw(t, "weak")
				if weak {
					elements = append(elements, `W/"`+tag+`"`)
				} else {
					elements, strong = append(elements, `"`+tag+`"`), append(strong, tag)
				}
			}
			fields = append(fields, strings.Join(elements, rapid.SampledFrom([]string{",", ", ", " ,\t", ",,"}).Draw(t, "comma")))
		}
		got, err := readIfMatch(fields, "x")
		if err != nil || got.any || !slices.Equal(got.tags, strong) {
			t.Fatalf("%q: %+v, %v", fields, got, err)
		}
	})
}

// rolledTo asks for a rollback and says what became of it.
func rolledTo(a *adminDescription, sha256, ifMatch string) (status int, answer string) {
	a.t.Helper()
	headers := []string{"If-Match", ifMatch}
	w := a.call("POST", "/discount/strategies/"+inService()[0].key.id()+"/rollback", fmt.Sprintf(`{"sha256": %q}`, sha256), headers...)
	return w.Code, w.Body.String()
}

func TestARollbackNamesWhatIsInServiceAndTheBeginningOfWhatIsMeant(t *testing.T) {
	a := describedAdmin(t)
	s := open(t, takes("v1", "0.5"), proxied)
	l := inService()[0]
	first := l.Live().Fingerprint
	s.saved(takes("v2", "0.6"), "v2")
	second := l.Live().Fingerprint
	eventually(t, "both contents", func() bool { return len(l.History().Snapshots) == 2 })
	quoted := func(tag string) string { return `"` + tag + `"` }
	for _, c := range []struct {
		name, sha256, ifMatch string
		status                int
		says                  string
	}{
		{name: "another is in service", sha256: first, ifMatch: quoted(first), status: 412,
			says: second + " is: see GET /discount/strategies/" + l.key.id() + " for what has changed, and send its ETag in If-Match"},
		{name: "a tag that is an asterisk", sha256: first, ifMatch: `"*"`, status: 412, says: "send its ETag"},
		{name: "a weak tag", sha256: first, ifMatch: "W/" + quoted(second), status: 412, says: "send its ETag"},
		{name: "no quotes", sha256: first, ifMatch: second, status: 400, says: "in its double quotes"},
		{name: "too few digits", sha256: first[:5], ifMatch: "*", status: 400, says: "is too short for a fingerprint, want its first 6 digits or more, which GET /discount/strategies/" + l.key.id() + "/history lists"},
		{name: "no digits", sha256: "latest", ifMatch: "*", status: 400, says: `\"latest\" is no fingerprint`},
		{name: "too many digits", sha256: first + "0", ifMatch: "*", status: 400, says: "is no fingerprint"},
		{name: "not kept", sha256: strings.Repeat("0", 64), ifMatch: "*", status: 404, says: "choose another one, which GET /discount/strategies/" + l.key.id() + "/history lists"},
		{name: "no beginning of what is kept", sha256: "000000", ifMatch: "*", status: 404, says: `begins with \"000000\"`},
		{name: "in service already", sha256: second[:8], ifMatch: "*", status: 409, says: "in service already"},
		{name: "a beginning and the wildcard", sha256: first[:6], ifMatch: "*", status: 200, says: first},
		{name: "in capitals, and a list", sha256: strings.ToUpper(second[:20]), ifMatch: quoted(second) + ", W/" + quoted(first) + ", " + quoted(first), status: 200, says: second},
		{name: "whole", sha256: first, ifMatch: quoted(second), status: 200, says: first},
	} {
		if status, answer := rolledTo(a, c.sha256, c.ifMatch); status != c.status || !strings.Contains(answer, c.says) {
			t.Errorf("%s: %d %s", c.name, status, answer)
		}
	}
	if live := l.Live().Fingerprint; live != first {
		t.Errorf("%s is in service", live)
	}
}

func TestAReasonOfARollbackIsBounded(t *testing.T) {
	a := describedAdmin(t)
	open(t, half, proxied)
	w := a.call("POST", "/discount/strategies/"+inService()[0].key.id()+"/rollback", `{"sha256": "abcdef", "reason": "`+strings.Repeat("x", 1001)+`"}`, "If-Match", "*")
	if w.Code != http.StatusBadRequest || !strings.Contains(w.Body.String(), "the reason has 1001 bytes, at most 1000 are kept: shorten it") {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestAnswersSayWhatToDoAboutAStrategyThatThereIsNot(t *testing.T) {
	a := describedAdmin(t)
	open(t, half, proxied)
	w := a.call("GET", "/discount/strategies/none", "")
	if w.Code != http.StatusNotFound || !strings.Contains(w.Body.String(), `the id \"none\": GET /discount/strategies lists those that are`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// What the log and the answers say of a full disk.
func TestAFullDiskIsToldWithWhatToDo(t *testing.T) {
	open(t, half, proxied)
	l := inService()[0]
	for _, full := range []error{syscall.ENOSPC, syscall.EDQUOT} {
		wrapped := fmt.Errorf("writing the rollback down: %w", full)
		if got, want := stateError("/state", wrapped).Error(), "state /state: writing the rollback down: "+full.Error()+": free some space there"; got != want {
			t.Errorf("got %q, want %q", got, want)
		}
		var answer caddy.APIError
		if err := l.rollbackError("abcdef", wrapped); !errors.As(err, &answer) || answer.HTTPStatus != http.StatusInsufficientStorage ||
			!strings.HasSuffix(answer.Err.Error(), ": free some space there, and ask again; nothing has changed") {
			t.Errorf("%v", err)
		}
	}
}
