//go:build unix

package e2e

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// accepts reports whether an order with a coupon gets the discount.
func (g *gateway) accepts(coupon string) bool {
	g.t.Helper()
	body := strings.Replace(order, "{", `{"coupons":["`+coupon+`"],`, 1)
	res, err := g.client.Post("http://"+g.site+"/orders", "application/json", strings.NewReader(body))
	if err != nil {
		g.t.Fatal(err)
	}
	drain(res)
	return res.Header.Get("Seen-Payable") == "90000"
}

// accepting waits until an order with a coupon gets the discount.
func (g *gateway) accepting(coupon string) {
	g.t.Helper()
	if !poll(patience, func() bool { return g.accepts(coupon) }) {
		g.t.Fatalf("%s is not accepted", coupon)
	}
}

// A file of codes is watched, hashed, remembered and rolled back as the spreadsheet of a catalogue
// is, and drafts have the codes in service.
func TestAFileOfCodesIsPartOfTheStrategy(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := filepath.Join(dir, "shop", "welcome.codes")
	write(t, filepath.Join(dir, "shop", "discount.toml"), codesStrategy)
	write(t, f, "c-1\n")
	g := start(t, dir, remembering)
	g.accepting("C-1")
	first := g.only().Live.SHA256
	write(t, f, "code,for\nc-2,x\n")
	g.accepting("c-2")
	if g.accepts("c-1") || g.only().Live.SHA256 == first {
		t.Error("the codes of before are still accepted, or in the fingerprint")
	}
	seen := g.log.count()
	write(t, f, "c-2\nc-3\nC-2\n")
	g.log.await(t, seen, "strategy refused", f+":3:1: codes.welcome: the code is on line 1, too")
	if g.accepts("c-3") {
		t.Error("a code of a refused file is accepted")
	}
	seen = g.log.count()
	if err := os.Remove(f); err != nil {
		t.Fatal(err)
	}
	g.log.await(t, seen, "strategy refused", "there is no file welcome.codes beside the strategy")
	g.accepting("c-2")
	t.Run("a draft", func(t *testing.T) { g.draftsCodes(t) })
	write(t, f, "c-4\n")
	g.accepting("c-4")
	caddy(t, dir, "discount", "rollback", first[:12]).good(t)
	g.accepting("c-1")
}

// draftsCodes checks and explains drafts with the codes in service, which are c-2, and with others.
func (g *gateway) draftsCodes(t *testing.T) {
	type object = map[string]any
	other := strings.Replace(codesStrategy, "welcome.codes", "other.codes", 1)
	cart := json.RawMessage(strings.Replace(order, "{", `{"coupons":["c-2"],`, 1))
	for name, c := range map[string]struct {
		call string
		body object
		says string
	}{
		"the codes in service":   {call: "check", body: object{"strategy": codesStrategy}, says: `"in_service": true`},
		"explained with them":    {call: "explain", body: object{"cart": cart, "strategy": codesStrategy}, says: `"discount":10000`},
		"a file that is sent":    {call: "explain", body: object{"cart": cart, "strategy": codesStrategy, "files": object{"welcome.codes": "c-9\n"}}, says: `"discount":0`},
		"a file that is not":     {call: "check", body: object{"strategy": other}, says: "there is no file other.codes beside the strategy"},
		"codes in another case":  {call: "check", body: object{"strategy": "coupon_case = \"exact\"\n" + codesStrategy}, says: "there is no file welcome.codes beside the strategy"},
		"another file, as it is": {call: "explain", body: object{"cart": cart, "strategy": other, "files": object{"other.codes": "c-2\n"}}, says: `"discount":10000`},
	} {
		body, err := json.Marshal(c.body)
		if err != nil {
			t.Fatal(err)
		}
		res, err := g.client.Post("http://"+g.admin+"/discount/strategies/"+g.only().ID+"/"+c.call, "application/json", strings.NewReader(string(body)))
		if err != nil {
			t.Fatal(err)
		}
		var answer json.RawMessage
		err = json.NewDecoder(res.Body).Decode(&answer)
		res.Body.Close()
		if err != nil || res.StatusCode != http.StatusOK || !strings.Contains(strings.Join(strings.Fields(string(answer)), " "), c.says) {
			t.Errorf("%s: status %d: %s %v\nwant %s", name, res.StatusCode, answer, err, c.says)
		}
	}
}

func TestPublishTakesFilesOfCodesAlong(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "next", "discount.toml"), codesStrategy)
	write(t, filepath.Join(dir, "next", "welcome.codes"), "c-1\n")
	caddy(t, dir, "discount", "publish", "next", "shop").good(t)
	write(t, filepath.Join(dir, "next", "welcome.codes"), "c-1\nc-2\n")
	if r := caddy(t, dir, "discount", "diff", "shop", "next"); r.code != 2 || !strings.Contains(r.out, "codes") || !strings.Contains(r.out, "2") || strings.Contains(r.out, "c-2") {
		t.Errorf("exit %d: %s%s", r.code, r.out, r.err)
	}
	for range 2 { // the second time, what the first made is removed
		caddy(t, dir, "discount", "publish", "next", "shop").good(t)
		write(t, filepath.Join(dir, "next", "welcome.codes"), "c-3\n")
	}
	if got := names(t, filepath.Join(dir, "shop")); !slices.Equal(got, []string{"discount.toml", "welcome.codes"}) || read(t, filepath.Join(dir, "shop", "welcome.codes")) != "c-3\n" {
		t.Errorf("published %q", got)
	}
}
