package discount

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// rolledTo asks for a rollback and says what became of it.
func rolledTo(a *adminDescription, sha256, ifMatch string) (status int, answer string) {
	a.t.Helper()
	headers := []string{"If-Match", ifMatch}
	w := a.call("POST", "/discount/strategies/"+runningEngines()[0].Key().ID()+"/rollback", fmt.Sprintf(`{"sha256": %q}`, sha256), headers...)
	return w.Code, w.Body.String()
}

func TestARollbackNamesWhatIsInServiceAndTheBeginningOfWhatIsMeant(t *testing.T) {
	a := describedAdmin(t)
	s := open(t, takes("v1", "0.5"), proxied)
	l := runningEngines()[0]
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
			says: second + " is: see GET /discount/strategies/" + l.Key().ID() + " for what has changed, and send its ETag in If-Match"},
		{name: "a tag that is an asterisk", sha256: first, ifMatch: `"*"`, status: 412, says: "send its ETag"},
		{name: "a weak tag", sha256: first, ifMatch: "W/" + quoted(second), status: 412, says: "send its ETag"},
		{name: "no quotes", sha256: first, ifMatch: second, status: 400, says: "in its double quotes"},
		{name: "too few digits", sha256: first[:5], ifMatch: "*", status: 400, says: "is too short for a fingerprint, want its first 6 digits or more, which \\\"caddy discount log\\\" and GET /discount/strategies/" + l.Key().ID() + "/history list"},
		{name: "no digits", sha256: "latest", ifMatch: "*", status: 400, says: `\"latest\" is no fingerprint`},
		{name: "too many digits", sha256: first + "0", ifMatch: "*", status: 400, says: "is no fingerprint"},
		{name: "not kept", sha256: strings.Repeat("0", 64), ifMatch: "*", status: 404, says: "choose another one, which \\\"caddy discount log\\\" and GET /discount/strategies/" + l.Key().ID() + "/history list"},
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

func TestARollbackWithoutAStateDirectoryIsToNothing(t *testing.T) {
	a := describedAdmin(t)
	open(t, half, "discount /orders* STRATEGY {\nstate off\n}\nreverse_proxy UPSTREAM")
	for _, sha256 := range []string{strings.Repeat("0", 64), "000000"} {
		if status, answer := rolledTo(a, sha256, "*"); status != http.StatusNotFound || !strings.Contains(answer, "no content is kept, because the configuration has no state directory: set the option state") {
			t.Errorf("%s: %d %s", sha256, status, answer)
		}
	}
}

func TestAReasonOfARollbackIsBounded(t *testing.T) {
	a := describedAdmin(t)
	open(t, half, proxied)
	w := a.call("POST", "/discount/strategies/"+runningEngines()[0].Key().ID()+"/rollback", `{"sha256": "abcdef", "reason": "`+strings.Repeat("x", 1001)+`"}`, "If-Match", "*")
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
