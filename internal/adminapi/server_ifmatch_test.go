package adminapi

import (
	"errors"
	"slices"
	"strings"
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
			got, err := readIfMatch(c.fields, inService("x"))
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
		got, err := readIfMatch(fields, inService("x"))
		if err != nil || got.any || !slices.Equal(got.tags, strong) {
			t.Fatalf("%q: %+v, %v", fields, got, err)
		}
	})
}
