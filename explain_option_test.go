package discount

import (
	"encoding/json"
	"strings"
	"testing"
)

// secrets is a strategy of which a browser is to learn no more than what it can have.
const secrets = `version = "v1"
[rule.internal-id-17]
title = "Spend and save"
min_subtotal = 20
discount_amount = 3
[rule.secret-off]
title = "Secret, off"
enabled = false
min_subtotal = 20
discount_amount = 4
[rule.secret-future]
title = "Secret, later"
valid_from = 2199-01-01T00:00:00Z
min_subtotal = 20
discount_amount = 5
[rule.secret-hours]
title = "Secret, over"
valid_until = 2001-01-01T00:00:00Z
min_subtotal = 20
discount_amount = 5
[rule.secret-segment]
title = "Secret, staff"
customer = { segments = ["secret-staff"] }
min_subtotal = 20
discount_amount = 6
[rule.secret-coupon]
title = "Secret, code"
coupons = ["SECRET"]
min_subtotal = 20
discount_amount = 7
[rule.untitled]
min_quantity = 2
gift = { sku = "mug" }
`

// With explain next a browser learns what it is close to, of rules that are open to it and
// by title; with explain on, everything.
func TestExplainNextTellsGoalsAlone(t *testing.T) {
	s := open(t, secrets, "discount_quote /next STRATEGY {\n\texplain next\n}\ndiscount_quote /all STRATEGY {\n\texplain on\n}\ndiscount_quote /off STRATEGY {\n\texplain off\n}")
	const ten = `{"items":[{"id":"l1","sku":"tea","quantity":1,"unit_price":1000}]}`
	ask := func(path, cart string) string {
		t.Helper()
		a := s.send("POST " + path + jsonRequest(cart)[len("POST /orders"):])
		if a.StatusCode != 200 {
			t.Fatalf("%d %s", a.StatusCode, a.body)
		}
		return a.body
	}
	body := ask("/next", ten)
	for _, hidden := range []string{"ecret", "SECRET", "internal-id-17", "untitled", `"rejected"`, `"lowered"`} {
		if strings.Contains(body, hidden) {
			t.Errorf("%s is told: %s", hidden, body)
		}
	}
	const want = `"next":[{"title":"Spend and save","missing_amount":1000,"saves":300,"reason":"min_subtotal",` +
		`"seen":{"value":1000,"unit":"minor"},"needed":{"value":2000,"unit":"minor"},"missing":{"value":1000,"unit":"minor"},` +
		`"add":[{"amount":1000,"line":0,"sku":"tea"}],"would_save":300,"text":"goods for 10.00 CNY more would save 3.00 CNY"},` +
		`{"missing_units":1,"saves":0,"reason":"min_quantity","seen":{"value":1,"unit":"units"},"needed":{"value":2,"unit":"units"},` +
		`"missing":{"value":1,"unit":"units"},"add":[{"units":1,"line":0,"sku":"tea"}],"would_save":0,` +
		`"gift":{"sku":"mug","quantity":1},"text":"1 unit more would bring 1 × mug"}]}`
	if !strings.HasSuffix(strings.TrimSpace(body), want) {
		t.Errorf("got  %s\nwant …%s", body, want)
	}
	staff := strings.TrimSuffix(ten, "}") + `,"customer":{"segments":["secret-staff"]}}`
	if body := ask("/next", staff); !strings.Contains(body, `"title":"Secret, staff"`) {
		t.Errorf("what the customer has is not told: %s", body)
	}
	if body := ask("/all", ten); !strings.Contains(body, `"rule":"secret-off"`) || !strings.Contains(body, `"rule":"internal-id-17"`) {
		t.Errorf("explain on does not tell all: %s", body)
	}
	if body := ask("/off", ten); strings.Contains(body, `"next"`) {
		t.Errorf("explain off tells: %s", body)
	}
}

// In JSON explain is one of the words, or a boolean as it was.
func TestExplainInJSON(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		want ExplainMode
		err  string
	}{
		"on":       {text: `{"explain": "on"}`, want: explainOn},
		"next":     {text: `{"explain": "next"}`, want: explainNext},
		"true":     {text: `{"explain": true}`, want: explainOn},
		"false":    {text: `{"explain": false}`, want: explainOff},
		"nothing":  {text: `{}`, want: explainOff},
		"a word":   {text: `{"explain": "all"}`, err: `explain: "all" is none of off, on, next`},
		"null":     {text: `{"explain": null}`, want: explainOff},
		"a number": {text: `{"explain": 1}`, err: "explain: 1 is none of off, on, next"},
	} {
		t.Run(name, func(t *testing.T) {
			o := Options{Strategy: "discount.toml"}
			err := json.Unmarshal([]byte(c.text), &o)
			if err == nil {
				err = o.fill()
			}
			if err == nil {
				err = o.Validate()
			}
			if c.err != "" {
				if err == nil || !strings.Contains(err.Error(), c.err) {
					t.Errorf("%v, want %s", err, c.err)
				}
				return
			}
			if err != nil || o.Explain != c.want {
				t.Errorf("%q, %v, want %q", o.Explain, err, c.want)
			}
		})
	}
}
