package strategy_test

import (
	"crypto/sha256"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"github.com/promogate/caddy-discount/strategy"
)

func mustParse(t *testing.T, env, text string) *strategy.Model {
	t.Helper()
	m, err := strategy.Parse(env, strategy.Source{Name: "t.toml", Data: []byte(text)})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestCanonicalForm(t *testing.T) {
	got := string(mustParse(t, "", `
# a comment
version = "v"
timezone = "Asia/Shanghai"
[[products]]
name = "拿铁"
caffeine_mg = 75.50
oat = true
price = 28
category = "咖啡"
[rule."z"]
discount_rate = 0.150
valid_until = 2024-07-01T07:59:59+08:00
categories = ["茶", "咖啡"]
time_window = { start = "08:00", end = "10:00", days = ["tue", "mon"] }
[rule."A"]
enabled = false
min_quantity = 3
discount_amount = "5"
`).Canonical())
	const want = `{"currency":"CNY","language":2,"products":[{"caffeine_mg":75.5,"category":"咖啡","name":"拿铁","oat":true,"price":"28.00","sku":"拿铁"}],` +
		`"rule":{"A":{"discount_amount":"5.00","enabled":false,"min_quantity":3},` +
		`"z":{"categories":["咖啡","茶"],"discount_rate":"0.15","time_windows":[{"days":["mon","tue"],"end":"10:00:00","start":"08:00:00"}],"valid_until":"2024-06-30T23:59:59Z"}},` +
		`"timezone":"Asia/Shanghai","version":"v"}`
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	again := jsontext.Value(got).Clone()
	if err := again.Canonicalize(); err != nil || string(again) != got {
		t.Errorf("RFC 8785 would write %s (%v)", again, err)
	}
}

func TestFingerprintFollowsTheMeaning(t *testing.T) {
	const base = "version = \"v\"\n[rule.a]\ndiscount_rate = 0.1\nmin_quantity = 2\n[[env]]\nname = \"dev\"\nversion = \"d\"\n"
	fingerprint := func(env, text string) [sha256.Size]byte {
		s := mustLoad(t, env, text)
		if s.Fingerprint() != sha256.Sum256(mustParse(t, env, text).Canonical()) {
			t.Fatal("the fingerprint is not the hash of the canonical form")
		}
		return s.Fingerprint()
	}
	same := map[string]string{
		"comments and space":      "  version='v' # c\r\n\r\n[rule.a]\nmin_quantity = 2\ndiscount_rate = 0.1\n[[env]]\nname='dev'\nversion='d'",
		"another way to write":    "version = \"v\"\nrule.a = { min_quantity = 0x2, discount_rate = \"0.100\" }\n",
		"a default spelled out":   "version = \"v\"\ncurrency = \"CNY\"\ntimezone = \"UTC\"\n[rule.a]\nenabled = true\npriority = 0\ndiscount_rate = 0.1\nmin_quantity = 2\n",
		"an environment not used": "version = \"v\"\n[rule.a]\ndiscount_rate = 0.1\nmin_quantity = 2\n[[env]]\nname = \"x\"\n",
	}
	for name, text := range same {
		if fingerprint("", text) != fingerprint("", base) {
			t.Errorf("%s changed the fingerprint", name)
		}
	}
	different := map[string]string{
		"a rate":           "version = \"v\"\n[rule.a]\ndiscount_rate = 0.11\nmin_quantity = 2\n",
		"an id":            "version = \"v\"\n[rule.b]\ndiscount_rate = 0.1\nmin_quantity = 2\n",
		"the version":      "version = \"w\"\n[rule.a]\ndiscount_rate = 0.1\nmin_quantity = 2\n",
		"switching off":    "version = \"v\"\n[rule.a]\nenabled = false\ndiscount_rate = 0.1\nmin_quantity = 2\n",
		"another currency": "version = \"v\"\ncurrency = \"USD\"\n[rule.a]\ndiscount_rate = 0.1\nmin_quantity = 2\n",
	}
	for name, text := range different {
		if fingerprint("", text) == fingerprint("", base) {
			t.Errorf("%s did not change the fingerprint", name)
		}
	}
	if fingerprint("dev", base) == fingerprint("", base) {
		t.Error("the overlay did not change the fingerprint")
	}
}

func TestAStrategyWithoutVersionIsLabelledByItsMeaning(t *testing.T) {
	s := mustLoad(t, "", mustReadFile(t, "beverages.toml"))
	const prefix = "sha256-"
	if v := s.Version(); len(v) != len(prefix)+12 || v[:len(prefix)] != prefix {
		t.Fatalf("version %q", v)
	}
}

func FuzzLoad(f *testing.F) {
	for _, name := range []string{"group-buy.toml", "beverages.toml"} {
		f.Add("", mustReadFile(f, name))
	}
	f.Add("dev", mustReadFile(f, "beverages.toml"))
	f.Add("", whitelist)
	f.Add("", window(`time_windows = [{ start = "08:00", end = "09:00", days = ["mon"] }]`))
	f.Add("", "version = \"v\"\nlimits = { max_rate = 1 }\n[[products]]\nsku = \"a\"\nx = 1.5\n[rule.a]\ndiscount_rate = 1\n")
	now := at(f, "2024-06-01T09:00:00Z")
	f.Fuzz(func(t *testing.T, env, text string) {
		m, err := strategy.Parse(env, strategy.Source{Name: "f.toml", Data: []byte(text)})
		if err != nil {
			if err.Error() == "" {
				t.Fatal("an error without a message")
			}
			return
		}
		canonical := m.Canonical()
		again := jsontext.Value(canonical).Clone()
		if err := again.Canonicalize(); err != nil || string(again) != string(canonical) {
			t.Fatalf("not canonical: %s\nbut: %s (%v)", canonical, again, err)
		}
		q, err := strategy.Compile(m).Quote(goods(t, of("咖啡", 3, 1999), of("茶", 1, 1)), now)
		if err == nil && (q.Payable < 0 || q.Discount < 0) {
			t.Fatalf("%+v", q)
		}
	})
}
