package cart

import (
	"fmt"
	"strings"
	"testing"
)

// An i without a dot, and a capital one with a dot, are an i to those who look up names as
// Java does: in any name that is read, written or escaped, among few members or many.
func TestEveryNameWithAnotherI(t *testing.T) {
	t.Parallel()
	var many strings.Builder
	for i := range 2 * fewNames {
		fmt.Fprintf(&many, `"m%d":1,`, i)
	}
	line := func(members string) string { return `{"items":[{"quantity":1,"unit_price":1` + members + `}]}` }
	for _, c := range []struct{ name, body string }{ // NAME: the member with another i
		{name: "items", body: `{"items":[],NAME:1}`},
		{name: "items", body: `{NAME:[],"items":[]}`},
		{name: "shipping", body: `{"items":[],"shipping":[],NAME:1}`},
		{name: "region", body: `{"items":[],"region":"a",NAME:"b"}`},
		{name: "id", body: line(`,"id":"a",NAME:"b"`)},
		{name: "quantity", body: line(`,NAME:2`)},
		{name: "unit_price", body: line(`,NAME:2`)},
		{name: "attributes", body: line(`,"attributes":{},NAME:{}`)},
		{name: "iced", body: line(`,"attributes":{"iced":true,NAME:false}`)},
		{name: "tier", body: `{"items":[],"customer":{"tier":"a",NAME:"b"}}`},
		{name: "id", body: `{"items":[],"customer":{"id":"a",NAME:"b"}}`},
		{name: "id", body: `{"items":[],"shipping":[{"id":"a","method":"b","amount":1,NAME:"c"}]}`},
		{name: "id", body: `{"items":[],"shipping":{"amount":1,NAME:"c"}}`},
	} {
		read := func(t *testing.T, body string) error {
			t.Helper()
			_, err := reader(t, Options{}).ReadJSON([]byte(body), currency(t, "CNY"), new(Cart))
			return err
		}
		t.Run(c.name+" in "+c.body, func(t *testing.T) {
			t.Parallel()
			for _, i := range []string{"ı", "İ", `\u0131`, `\u0130`} {
				name := `"` + strings.Replace(c.name, "i", i, 1) + `"`
				for _, body := range []string{strings.Replace(c.body, "NAME", name, 1), strings.Replace(c.body, "NAME", many.String()+name, 1)} {
					if err := read(t, body); err == nil || !strings.Contains(err.Error(), "differs only in case") {
						t.Errorf("%s of %s: %v", i, body, err)
					}
				}
			}
			if err := read(t, strings.Replace(c.body, "NAME", `"other"`, 1)); err != nil {
				t.Errorf("with another name: %v", err)
			}
		})
	}
}
