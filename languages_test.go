package discount

import (
	"net/http"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/strategy"
)

// titledHalf is half off, by a rule with texts.
func titledHalf(texts string) string { return takes("v1", "0.5") + "\n" + texts + "\n" }

const inTwoLanguages = `title = { zh = "半价", en = "Half off" }`

// An edit of a title goes into service like any other, and says that it is one. One of
// a comment does not.
func TestEditOfTextsGoesIntoService(t *testing.T) {
	a := describedAdmin(t)
	s := open(t, titledHalf(`title = "Half"`), quoting)
	at := "/discount/strategies/" + runningEngines()[0].Key().ID()
	before := runningEngines()[0].Live()
	s.save(titledHalf(`title = "Half off"  # with a comment`))
	eventually(t, "the new title", func() bool { return strings.Contains(s.quote().body, `"title":"Half off"`) })
	live := runningEngines()[0].Live()
	if live.Fingerprint != before.Fingerprint || live.Texts == before.Texts || live.Sequence != before.Sequence+1 {
		t.Errorf("in service is %+v, was %+v", live.Info, before.Info)
	}
	eventually(t, "a record", func() bool {
		return strings.Count(a.call("GET", at+"/history", "").Body.String(), `"change": "texts"`) == 1
	})
	for _, want := range []string{`"change": "texts"`, `"texts_sha256": "` + live.Texts + `"`, `"title": "Half off"`} {
		if text := a.call("GET", at, "").Body.String(); !strings.Contains(text, want) {
			t.Errorf("there is no %s in %s", want, text)
		}
	}
	if log := s.logged(); strings.Count(log, `"change":"texts"`) != 1 || strings.Count(log, `"change":"meaning"`) != 1 {
		t.Errorf("the log has %s", log)
	}
	s.save(titledHalf(`title = "Half off"  # with another comment`))
	eventually(t, "that it is unchanged", func() bool { return strings.Contains(s.logged(), "the meaning that is in service") })
	if again := runningEngines()[0].Live(); again.Sequence != live.Sequence {
		t.Errorf("a comment made revision %d", again.Sequence)
	}
}

const quoting = "discount_quote STRATEGY {\n\texplain on\n}"

// quote posts ten yuan of goods.
func (s *shop) quote(headers ...string) *answer {
	s.t.Helper()
	return s.send(jsonRequest(tenYuan, headers...))
}

func TestQuoteIsInTheLanguageAsked(t *testing.T) {
	s := open(t, titledHalf(inTwoLanguages)+"[rule.night]\ntitle = \"Night\"\ntime_window = { start = \"00:00\", end = \"00:01\", days = [\"mon\"] }\ncoupons = [\"N\"]\ndiscount_amount = 1\n", quoting)
	for name, c := range map[string]struct{ accept, title, language string }{
		"not asked":     {title: "半价", language: "zh"},
		"asked":         {accept: "en-GB, zh;q=0.5", title: "Half off", language: "en"},
		"not there":     {accept: "fr", title: "半价", language: "zh"},
		"not a header":  {accept: ";;;,", title: "半价", language: "zh"},
		"not wanted":    {accept: "zh;q=0, en;q=0.1", title: "Half off", language: "en"},
		"in one's case": {accept: "EN", title: "Half off", language: "en"},
	} {
		t.Run(name, func(t *testing.T) {
			var headers []string
			if c.accept != "" {
				headers = append(headers, "Accept-Language: "+c.accept)
			}
			a := s.quote(headers...)
			if !strings.Contains(a.body, `{"rule":"half","title":"`+c.title+`"`) || !strings.Contains(a.body, `{"rule":"night","title":"Night"`) {
				t.Errorf("the answer is %s", a.body)
			}
			if got := a.Header.Get("Content-Language"); got != c.language {
				t.Errorf("Content-Language is %q, want %q", got, c.language)
			}
			if got := a.Header.Values("Vary"); len(got) != 1 || got[0] != "Accept-Language" {
				t.Errorf("Vary is %q", got)
			}
		})
	}
}

// What is in no language, or in one, is the same for all readers.
func TestQuoteWithoutLanguagesDoesNotVary(t *testing.T) {
	for name, c := range map[string]struct{ texts, language string }{
		"no texts":          {},
		"a plain title":     {texts: `title = "Half off"`},
		"a single language": {texts: `title = { zh = "半价" }`, language: "zh"},
	} {
		t.Run(name, func(t *testing.T) {
			a := open(t, titledHalf(c.texts), quoting).quote("Accept-Language: en")
			if got := a.Header.Get("Vary"); got != "" || a.StatusCode != http.StatusOK {
				t.Errorf("status %d, Vary is %q", a.StatusCode, got)
			}
			if got := a.Header.Get("Content-Language"); got != c.language {
				t.Errorf("Content-Language is %q, want %q", got, c.language)
			}
		})
	}
}

func TestAdminAPIIsInTheLanguageAsked(t *testing.T) {
	a := describedAdmin(t)
	open(t, titledHalf(inTwoLanguages), proxied)
	at := "/discount/strategies/" + runningEngines()[0].Key().ID()
	for name, c := range map[string]struct{ method, path, body, title string }{
		"a strategy":    {method: "GET", path: at, title: `"title": "Half off"`},
		"a quoted cart": {method: "POST", path: at + "/explain", body: tenYuan, title: `"title":"Half off"`},
	} {
		t.Run(name, func(t *testing.T) {
			w := a.call(c.method, c.path, c.body, "Accept-Language", "en")
			if !strings.Contains(w.Body.String(), c.title) || w.Header().Get("Content-Language") != "en" || w.Header().Get("Vary") != "Accept-Language" {
				t.Errorf("%v %s", w.Header(), w.Body)
			}
		})
	}
}

// The description of the admin API lists all reasons.
func TestAdminAPIListsAllReasons(t *testing.T) {
	t.Parallel()
	listed := map[any]bool{}
	for _, reason := range describedAdmin(t).doc.Components.Schemas["Reason"].Value.Enum {
		listed[reason] = true
	}
	for _, reason := range strategy.Reasons() {
		if !listed[reason] {
			t.Errorf("%s is not listed", reason)
		}
	}
	if n := len(strategy.Reasons()); len(listed) != n {
		t.Errorf("%d are listed of %d", len(listed), n)
	}
}
