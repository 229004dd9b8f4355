//go:build unix

package e2e

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// sheetStrategy takes a tenth off the tea, and has its prices from a spreadsheet.
const sheetStrategy = `version = "sheet"
products = { file = "catalogue.csv" }
[rule.tea]
categories = ["tea"]
discount_rate = 0.1
`

// catalogueOf has the tea at a price of n yuan.
func catalogueOf(n int) string {
	return fmt.Sprintf("\xef\xbb\xbfSKU;名称;分类;价格\r\ntea;绿茶;tea;%d,00\r\n", n)
}

// payable is what the order for one tea comes to, in fen, as the order service is told.
func (g *gateway) payable() string {
	g.t.Helper()
	res, err := g.client.Post("http://"+g.site+"/orders", "application/json", strings.NewReader(order))
	if err != nil {
		g.t.Fatal(err)
	}
	drain(res)
	return res.Header.Get("Seen-Payable")
}

// priced waits until the tea costs n yuan less a tenth.
func (g *gateway) priced(n int) {
	g.t.Helper()
	want := fmt.Sprint(n * 90)
	if got := ""; !poll(patience, func() bool { got = g.payable(); return got == want }) {
		g.t.Fatalf("the order comes to %s, want %s", got, want)
	}
}

// Whatever way a spreadsheet is saved, the next order is priced by it, though the strategy
// stays as it is.
func TestEveryWayOfSavingASpreadsheetChangesTheNextPrice(t *testing.T) {
	t.Parallel()
	for kind, config := range map[string]string{
		"a file":      oneSite,
		"a directory": strings.Replace(oneSite, "shop/discount.toml", "shop", 1),
	} {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			dir := outsideTmp(t)
			f := filepath.Join(dir, "shop", "catalogue.csv")
			write(t, filepath.Join(dir, "shop", "discount.toml"), sheetStrategy)
			write(t, f, catalogueOf(100))
			g := start(t, dir, config)
			g.priced(100)
			n := 100
			for _, way := range []struct{ name, script string }{
				{name: "mv", script: `cp "$N" "$F.new" && mv "$F.new" "$F"`},
				{name: "cp", script: `cp "$N" "$F"`},
				{name: "cat >", script: `cat "$N" > "$F"`},
				{name: "slow cat >", script: `{ head -n 1 "$N"; sleep 0.1; tail -n +2 "$N"; } > "$F"`},
				{name: "delete and recreate", script: `rm "$F" && cat "$N" > "$F"`},
				{name: "sed -i", script: `sed -i -e "s/;tea;.*/;tea;$V,00/" "$F"`},
			} {
				n++
				next := filepath.Join(dir, "next")
				write(t, next, catalogueOf(n))
				shell(t, way.script, "F="+f, "N="+next, fmt.Sprintf("V=%d", n))
				g.priced(n)
			}
		})
	}
}

// A spreadsheet that is wrong, or gone, leaves what is in service where it is, and the log
// says where the mistake is.
func TestAWrongSpreadsheetKeepsTheStrategyInService(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := filepath.Join(dir, "shop", "catalogue.csv")
	write(t, filepath.Join(dir, "shop", "discount.toml"), sheetStrategy)
	write(t, f, catalogueOf(100))
	g := start(t, dir, oneSite)
	g.priced(100)
	const refused = "strategy refused"
	seen := g.log.count()
	write(t, f, "sku,price\ntea,\"1,299.00\"\n")
	g.log.await(t, seen, refused, f+":2:5: row 2, column B (price)", "write 1299.00")
	g.priced(100)
	seen = g.log.count()
	if err := os.Remove(f); err != nil {
		t.Fatal(err)
	}
	g.log.await(t, seen, refused, "there is no file catalogue.csv beside the strategy")
	g.priced(100)
	write(t, f, catalogueOf(101))
	g.priced(101)
}

// A link is not followed to another file, and is on the way that Kubernetes mounts one.
func TestALinkToASpreadsheet(t *testing.T) {
	t.Parallel()
	t.Run("elsewhere", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		write(t, filepath.Join(dir, "shop", "discount.toml"), sheetStrategy)
		write(t, filepath.Join(dir, "secret.csv"), catalogueOf(1))
		write(t, filepath.Join(dir, "catalogue.csv"), catalogueOf(1))
		write(t, filepath.Join(dir, "shop", "near.csv"), catalogueOf(1))
		link := filepath.Join(dir, "shop", "catalogue.csv")
		for _, to := range []string{"../secret.csv", "../catalogue.csv", "near.csv"} {
			if err := os.Symlink(to, link); err != nil {
				t.Fatal(err)
			}
			r := caddy(t, dir, "discount", "check", "shop")
			if r.code != 2 || !strings.Contains(r.out, "there is no file catalogue.csv beside the strategy") || !strings.Contains(r.out, "is not followed") {
				t.Errorf("a link to %s: exit %d: %s", to, r.code, r.out)
			}
			if err := os.Remove(link); err != nil {
				t.Fatal(err)
			}
		}
	})
	t.Run("of a volume", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		mount := filepath.Join(dir, "shop")
		fill := func(name string, n int) {
			write(t, filepath.Join(mount, name, "discount.toml"), sheetStrategy)
			write(t, filepath.Join(mount, name, "catalogue.csv"), catalogueOf(n))
		}
		fill("..1", 100)
		shell(t, `cd "$M" && ln -s ..1 ..data && ln -s ..data/discount.toml . && ln -s ..data/catalogue.csv .`, "M="+mount)
		g := start(t, dir, oneSite)
		g.priced(100)
		for n := 2; n <= 4; n++ {
			fill(fmt.Sprintf("..%d", n), 100+n)
			swapData(t, mount, fmt.Sprintf("..%d", n-1), fmt.Sprintf("..%d", n))
			g.priced(100 + n)
		}
	})
}

// What is remembered of a strategy is all of its files.
func TestASpreadsheetIsRememberedAndRolledBack(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	f := filepath.Join(dir, "shop", "catalogue.csv")
	write(t, filepath.Join(dir, "shop", "discount.toml"), sheetStrategy)
	write(t, f, catalogueOf(100))
	g := start(t, dir, remembering)
	g.priced(100)
	first := g.only().Live.SHA256
	write(t, f, catalogueOf(101))
	g.priced(101)
	caddy(t, dir, "discount", "rollback", first[:12]).good(t)
	g.priced(100)
	write(t, f, catalogueOf(102))
	g.priced(102)
	g.remembers(3)
	g.kill()
	write(t, f, "sku,price\ntea,x\n")
	g = start(t, dir, remembering)
	g.priced(102)
	if kind := g.only().Live.Kind; kind != "recall" {
		t.Errorf("it is in service by %s", kind)
	}
}

func TestPublishTakesTheSpreadsheetAlong(t *testing.T) {
	t.Parallel()
	publish := func(t *testing.T, dir string, args ...string) result {
		t.Helper()
		return caddy(t, dir, append([]string{"discount", "publish"}, args...)...)
	}
	next := func(t *testing.T, n int) string {
		t.Helper()
		dir := t.TempDir()
		write(t, filepath.Join(dir, "next", "discount.toml"), sheetStrategy)
		write(t, filepath.Join(dir, "next", "catalogue.csv"), catalogueOf(n))
		return dir
	}
	const missing = "there is no file catalogue.csv beside the strategy"
	t.Run("a file", func(t *testing.T) {
		t.Parallel()
		dir := next(t, 100)
		write(t, filepath.Join(dir, "shop", "discount.toml"), strategyOf(1))
		g := start(t, dir, oneSite)
		publish(t, dir, "next/discount.toml", "shop/discount.toml").good(t)
		g.priced(100)
		write(t, filepath.Join(dir, "next", "catalogue.csv"), catalogueOf(101))
		if r := publish(t, dir, "next/discount.toml", "shop/discount.toml").good(t); !strings.Contains(r.out, "published,") {
			t.Errorf("output = %s", r.out)
		}
		g.priced(101)
		if r := publish(t, dir, "next/discount.toml", "shop/discount.toml").good(t); !strings.Contains(r.out, "unchanged,") {
			t.Errorf("output = %s", r.out)
		}
		if got := names(t, filepath.Join(dir, "shop")); !slices.Equal(got, []string{"catalogue.csv", "discount.toml"}) {
			t.Errorf("published %q", got)
		}
		if err := os.Remove(filepath.Join(dir, "next", "catalogue.csv")); err != nil {
			t.Fatal(err)
		}
		before := contents(t, filepath.Join(dir, "shop"))
		if r := publish(t, dir, "next/discount.toml", "shop/discount.toml"); r.code != 2 || !strings.Contains(r.out, missing) {
			t.Errorf("exit %d: %s", r.code, r.out)
		}
		if after := contents(t, filepath.Join(dir, "shop")); fmt.Sprint(after) != fmt.Sprint(before) {
			t.Errorf("a refused one changed %v to %v", before, after)
		}
	})
	t.Run("a file of a directory", func(t *testing.T) {
		t.Parallel()
		dir := next(t, 100)
		write(t, filepath.Join(dir, "shop", "rules.toml"), "version = \"v\"\n[rule.half]\ndiscount_rate = 0.5\n")
		write(t, filepath.Join(dir, "next", "goods.toml"), "products = { file = \"catalogue.csv\" }\n")
		publish(t, dir, "next/goods.toml", "shop").good(t)
		if got := names(t, filepath.Join(dir, "shop")); !slices.Equal(got, []string{"catalogue.csv", "goods.toml", "rules.toml"}) {
			t.Errorf("published %q", got)
		}
		// The other files of the directory are checked with the one that is there.
		write(t, filepath.Join(dir, "next", "rules.toml"), "version = \"v\"\n[rule.half]\nskus = [\"te\"]\ndiscount_rate = 0.5\n")
		if r := publish(t, dir, "next/rules.toml", "shop").good(t); !strings.Contains(r.out, `did you mean "tea"?`) {
			t.Errorf("output = %s", r.out)
		}
		// What a file names comes with it.
		if err := os.Remove(filepath.Join(dir, "next", "catalogue.csv")); err != nil {
			t.Fatal(err)
		}
		if r := publish(t, dir, "next/goods.toml", "shop"); r.code != 2 || !strings.Contains(r.out, missing) {
			t.Errorf("exit %d: %s", r.code, r.out)
		}
	})
	t.Run("a directory", func(t *testing.T) {
		t.Parallel()
		dir := next(t, 100)
		for n := range 3 { // the third time, what the first made is removed
			write(t, filepath.Join(dir, "next", "catalogue.csv"), catalogueOf(100+n))
			if r := publish(t, dir, "next", "shop").good(t); !strings.Contains(r.out, "put in place; ") {
				t.Errorf("output = %s", r.out)
			}
			if got := read(t, filepath.Join(dir, "shop", "catalogue.csv")); got != catalogueOf(100+n) {
				t.Errorf("published %q", got)
			}
		}
		if r := publish(t, dir, "next", "shop").good(t); !strings.Contains(r.out, "unchanged,") {
			t.Errorf("output = %s", r.out)
		}
		if all, _ := filepath.Glob(filepath.Join(dir, "shop.published-*")); len(all) != 2 {
			t.Errorf("there are %q", all)
		}
		if err := os.Remove(filepath.Join(dir, "next", "catalogue.csv")); err != nil {
			t.Fatal(err)
		}
		if r := publish(t, dir, "next", "shop"); r.code != 2 || !strings.Contains(r.out, missing) {
			t.Errorf("exit %d: %s", r.code, r.out)
		}
	})
	t.Run("onto a link", func(t *testing.T) {
		t.Parallel()
		dir := next(t, 100)
		write(t, filepath.Join(dir, "shop", "discount.toml"), strategyOf(1))
		write(t, filepath.Join(dir, "other.csv"), "other")
		if err := os.Symlink("../other.csv", filepath.Join(dir, "shop", "catalogue.csv")); err != nil {
			t.Fatal(err)
		}
		if r := publish(t, dir, "next/discount.toml", "shop/discount.toml"); r.code != 1 || !strings.Contains(r.err, "a gateway does not follow it") {
			t.Errorf("exit %d: %s %s", r.code, r.out, r.err)
		}
		if got := read(t, filepath.Join(dir, "other.csv")); got != "other" {
			t.Errorf("what the link leads to is %q", got)
		}
	})
}

// Every command reads the catalogue where the gateway does.
func TestCommandsReadTheSpreadsheet(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a", "discount.toml"), sheetStrategy)
	write(t, filepath.Join(dir, "a", "catalogue.csv"), catalogueOf(100))
	write(t, filepath.Join(dir, "a", "discount.test.toml"), strings.Replace(testsOf(1000), "unit_price = 1000 ", "unit_price = 1 ", 1))
	write(t, filepath.Join(dir, "b", "discount.toml"), "version = \"sheet\"\nproducts = [{ sku = \"tea\", name = \"绿茶\", category = \"tea\", price = 101 }]\n[rule.tea]\ncategories = [\"tea\"]\ndiscount_rate = 0.1\n")
	write(t, filepath.Join(dir, "c", "discount.toml"), "unknown_skus = \"reject\"\n"+sheetStrategy)
	write(t, filepath.Join(dir, "c", "catalogue.csv"), catalogueOf(100))
	write(t, filepath.Join(dir, "cart.json"), order)
	for name, c := range map[string]struct {
		args []string
		code int
		says string
	}{
		"check":             {args: []string{"check", "c", "--strict"}, code: 0, says: "fine"},
		"check of a file":   {args: []string{"check", "c/discount.toml"}, code: 0, says: "fine"},
		"explain":           {args: []string{"explain", "a", "--cart", "cart.json"}, code: 0, says: "10.00"},
		"export":            {args: []string{"export", "a"}, code: 0, says: `"price":"100.00","sku":"tea"`},
		"test":              {args: []string{"test", "a"}, code: 0, says: "1 test"},
		"diff":              {args: []string{"diff", "a", "b"}, code: 2, says: "101.00"},
		"bench":             {args: []string{"bench", "a", "--cart", "cart.json"}, code: 0, says: "allocations"},
		"fmt of a strategy": {args: []string{"fmt", "a/discount.toml"}, code: 0, says: `products = { file = "catalogue.csv" }`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := caddy(t, dir, append([]string{"discount"}, c.args...)...)
			if r.code != c.code || !strings.Contains(r.out, c.says) {
				t.Errorf("exit %d: %s%s\nwant exit %d and %q", r.code, r.out, r.err, c.code, c.says)
			}
		})
	}
}

// A draft sees the files in service and those that are sent with it, and no others.
func TestADraftSeesTheFilesInService(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "shop", "discount.toml"), sheetStrategy)
	write(t, filepath.Join(dir, "shop", "catalogue.csv"), catalogueOf(100))
	write(t, filepath.Join(dir, "shop", "other.csv"), catalogueOf(1))
	g := start(t, dir, oneSite)
	g.priced(100)
	ask := func(call, kind string, body any) (int, string) {
		t.Helper()
		text, isText := body.(string)
		if !isText {
			data, err := json.Marshal(body)
			if err != nil {
				t.Fatal(err)
			}
			text = string(data)
		}
		res, err := g.client.Post("http://"+g.admin+"/discount/strategies/"+g.only().ID+"/"+call, kind, strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var answer json.RawMessage
		if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, strings.Join(strings.Fields(string(answer)), " ")
	}
	type object = map[string]any
	other := strings.Replace(sheetStrategy, "catalogue.csv", "other.csv", 1)
	for name, c := range map[string]struct {
		call, kind string
		body       any
		status     int
		says       string
	}{
		"the file in service":      {call: "check", kind: "application/toml", body: sheetStrategy, status: http.StatusOK, says: `"in_service": true`},
		"the same, as JSON":        {call: "check", kind: "application/json; charset=utf-8", body: object{"strategy": sheetStrategy}, status: http.StatusOK, says: `"in_service": true`},
		"one that is not":          {call: "check", kind: "application/toml", body: other, status: http.StatusOK, says: "there is no file other.csv beside the strategy"},
		"one that is sent along":   {call: "check", kind: "application/json", body: object{"strategy": other, "files": object{"other.csv": "sku,category\ntea,tea\n"}}, status: http.StatusOK, says: `"valid": true`},
		"in the place of the one":  {call: "check", kind: "application/json", body: object{"strategy": sheetStrategy, "files": object{"catalogue.csv": "sku,category\ntea,x\n"}}, status: http.StatusOK, says: `the catalogue does not know \"tea\"`},
		"one that is wrong":        {call: "check", kind: "application/json", body: object{"strategy": other, "files": object{"other.csv": "sku,price\ntea,x\n"}}, status: http.StatusOK, says: `"key": "row 2, column B (price)"`},
		"what is no draft":         {call: "check", kind: "application/json", body: object{"rules": "x"}, status: http.StatusBadRequest, says: "want one object such as"},
		"explained":                {call: "explain", kind: "application/json", body: object{"cart": json.RawMessage(order), "strategy": sheetStrategy}, status: http.StatusOK, says: `"discount":1000`},
		"explained with a new one": {call: "explain", kind: "application/json", body: object{"cart": json.RawMessage(order), "strategy": other, "files": object{"other.csv": "sku,category,price\ntea,tea,7\n"}}, status: http.StatusOK, says: `"discount":70`},
		"explained without one":    {call: "explain", kind: "application/json", body: object{"cart": json.RawMessage(order), "strategy": other}, status: http.StatusBadRequest, says: "there is no file other.csv"},
		"files without a strategy": {call: "explain", kind: "application/json", body: object{"cart": json.RawMessage(order), "files": object{"catalogue.csv": ""}}, status: http.StatusBadRequest, says: "files go with a strategy"},
	} {
		t.Run(name, func(t *testing.T) {
			if status, answer := ask(c.call, c.kind, c.body); status != c.status || !strings.Contains(answer, c.says) {
				t.Errorf("status %d: %s\nwant %d and %s", status, answer, c.status, c.says)
			}
		})
	}
	g.priced(100)
}
