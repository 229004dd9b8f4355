package discount

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/internal/adminapi"
)

// manyMistakes is a strategy with so many mistakes, and as many warnings.
func manyMistakes(n int) string {
	var text strings.Builder
	text.WriteString("version = \"many\"\n")
	for i := range n {
		fmt.Fprintf(&text, "[rule.r%d]\ndiscount_rate = 0.1\ncoupons = [\"A%d \"]\nnope = 1\n", i, i)
	}
	return text.String()
}

// Of many mistakes two hundred are told, and how many more there are, wherever they are.
func TestOfManyMistakesItIsToldHowMany(t *testing.T) {
	a := describedAdmin(t)
	s := open(t, half, proxied)
	at := "/discount/strategies/" + runningEngines()[0].Key().ID()

	var checked checkAnswer
	if err := json.Unmarshal(a.call("POST", at+"/check", manyMistakes(300)).Body.Bytes(), &checked); err != nil {
		t.Fatal(err)
	}
	if len(checked.Errors) != 200 || checked.MoreErrors != 100 {
		t.Errorf("%d errors and %d more", len(checked.Errors), checked.MoreErrors)
	}
	if err := json.Unmarshal(a.call("POST", at+"/check", strings.ReplaceAll(manyMistakes(300), "nope = 1\n", "")).Body.Bytes(), &checked); err != nil {
		t.Fatal(err)
	}
	if len(checked.Warnings) != 200 || checked.MoreWarnings != 100 {
		t.Errorf("%d warnings and %d more", len(checked.Warnings), checked.MoreWarnings)
	}

	s.save(manyMistakes(300))
	eventually(t, "a refusal", func() bool { return runningEngines()[0].Status().Refusal.Active })
	var status adminapi.Strategy
	if err := json.Unmarshal(a.call("GET", at, "").Body.Bytes(), &status); err != nil {
		t.Fatal(err)
	}
	if r := status.Refusal; r == nil || len(r.Problems) != 200 || r.More != 100 || !strings.HasSuffix(r.Error, "\nand 100 more problems") {
		t.Errorf("the refusal is %+v", r)
	}
	if !strings.Contains(s.logged(), `,"and 100 more problems"]`) {
		t.Error("the log does not say how many more there are")
	}
}

// A strategy in UTF-8 with a byte order mark goes into service, and so does the next.
func TestAStrategyWithAByteOrderMark(t *testing.T) {
	s := open(t, "\ufeff"+half, proxied)
	if got := s.order(tenYuan).Get("X-Discount-Amount"); got != "500" {
		t.Errorf("the discount is %q", got)
	}
	s.saved("\ufeff"+takes("v2", "0.6"), "v2")
	if got := s.order(tenYuan).Get("X-Discount-Amount"); got != "600" {
		t.Errorf("the discount is %q", got)
	}
}

func TestAQuoteTellsWhatOneRuleLostToAnother(t *testing.T) {
	s := open(t, "version = \"v\"\n[rule.a]\ndiscount_amount = 1\n[rule.b]\ndiscount_rate = 0.1\n", "discount_quote STRATEGY {\n\texplain on\n}")
	const want = `"lowered":[{"rule":"b","from":100,"amount":90,"by":["rule.a"]}]`
	if a := s.send(jsonRequest(tenYuan)); !strings.Contains(a.body, want) {
		t.Errorf("%s is not in %s", want, a.body)
	}
}
