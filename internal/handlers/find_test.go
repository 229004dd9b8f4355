package handlers

import (
	"slices"
	"testing"
)

func TestHandlersInAConfiguration(t *testing.T) {
	t.Parallel()
	const discount, quote = `{"handler":"discount","strategy":"a"}`, `{"handler":"discount_quote","strategy":"b"}`
	for name, c := range map[string]struct {
		text string
		want []string // module@hosts
	}{
		"nothing":                    {text: `{}`},
		"other handlers":             {text: `{"routes":[{"handle":[{"handler":"vars"}]}]}`},
		"a route":                    {text: `{"routes":[{"handle":[` + discount + `,` + quote + `]}]}`, want: []string{"discount@", "discount_quote@"}},
		"a part of a configuration":  {text: `[[{"handle":[` + discount + `]}],null,{"n":{"handle":[` + quote + `]}}]`, want: []string{"discount@", "discount_quote@"}},
		"hosts of a route":           {text: `{"routes":[{"match":[{"host":["a"]},{"host":["b","c"]}],"handle":[` + discount + `]}]}`, want: []string{"discount@a b c"}},
		"hosts behind the handlers":  {text: `{"routes":[{"handle":[` + discount + `],"match":[{"host":["a"]}]}]}`, want: []string{"discount@a"}},
		"hosts of the innermost":     {text: `{"routes":[{"match":[{"host":["a"]}],"handle":[{"handler":"subroute","routes":[{"match":[{"host":["b"]}],"handle":[` + discount + `]},{"match":[{"path":["/x"]}],"handle":[` + quote + `]}]}]}]}`, want: []string{"discount@b", "discount_quote@a"}},
		"routes for errors":          {text: `{"errors":{"routes":[{"handle":[` + discount + `]}]}}`, want: []string{"discount@"}},
		"routes for responses":       {text: `{"routes":[{"handle":[{"handler":"reverse_proxy","handle_response":[{"match":{"status_code":[500]},"routes":[{"handle":[` + quote + `]}]}]}]}]}`, want: []string{"discount_quote@"}},
		"a named route, once":        {text: `{"named_routes":{"n":{"handle":[` + discount + `]}},"routes":[{"handle":[{"handler":"invoke","name":"n"},{"handler":"invoke","name":"n"}]}]}`, want: []string{"discount@"}},
		"in a handler of its own":    {text: `{"handler":"x","then":` + discount + `}`, want: []string{"discount@"}},
		"a route that is none":       {text: `{"routes":[{"handle":7,"group":[],"terminal":"no"},{"handle":[5,` + discount + `]}]}`, want: []string{"discount@"}},
		"before what is not JSON":    {text: `[{"handle":[` + discount + `]},nonsense`, want: []string{"discount@"}},
		"what a handler has in it":   {text: `{"handle":[{"handler":"discount","routes":[{"handle":[` + quote + `]}]}]}`, want: []string{"discount@"}},
		"names in another case":      {text: `{"Routes":[{"Match":[{"host":["a"]}],"Handle":[` + discount + `]}]}`, want: []string{"discount@a"}},
		"a text that names handlers": {text: `{"handler":5,"note":"discount"}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			found, _ := In([]byte(c.text))
			var got []string
			for _, h := range found {
				got = append(got, h.Module+"@"+h.Hosts)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}
