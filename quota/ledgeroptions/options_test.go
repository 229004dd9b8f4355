package ledgeroptions_test

import (
	"strings"
	"testing"
	"time"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/caddyconfig/caddyfile"

	"github.com/promogate/caddy-discount/quota"
	"github.com/promogate/caddy-discount/quota/ledgeroptions"
)

// read reads a block as a module does that is unmarshalled from a Caddyfile.
func read(block string) (ledgeroptions.Options, error) {
	var o ledgeroptions.Options
	d := caddyfile.NewTestDispenser("engine {\n" + block + "\n}")
	d.Next()
	err := o.Unmarshal(d)
	return o, err
}

func TestDefaults(t *testing.T) {
	t.Parallel()
	var o ledgeroptions.Options
	if err := o.Provision(); err != nil {
		t.Fatal(err)
	}
	want := quota.Terms{Hold: 10 * time.Minute, Remember: 24 * time.Hour}
	if o.Terms() != want || o.Timeout != caddy.Duration(50*time.Millisecond) {
		t.Errorf("terms %+v and %v", o.Terms(), o.Timeout)
	}
}

func TestEveryOption(t *testing.T) {
	t.Setenv("LEDGER_KEY", "hex:"+strings.Repeat("0a", 32))
	o, err := read("namespace {env.SHOP}shop\nkey {env.LEDGER_KEY}\ntimeout 20ms\nhold 1h\nremember 30d\nunresolved keep")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("SHOP", "the-")
	if err := o.Provision(); err != nil {
		t.Fatal(err)
	}
	want := quota.Terms{Hold: time.Hour, Remember: 30 * 24 * time.Hour, Keep: true}
	if o.Terms() != want || o.Timeout != caddy.Duration(20*time.Millisecond) || o.Namespace != "the-shop" {
		t.Errorf("terms %+v, %v, %q", o.Terms(), o.Timeout, o.Namespace)
	}
	d, err := o.Digester()
	if err != nil {
		t.Fatal(err)
	}
	same, err := quota.NewDigester([]byte(strings.Repeat("\n", 32)))
	if err != nil {
		t.Fatal(err)
	}
	if d.Customer("a") != same.Customer("a") {
		t.Error("the key is not read as it is written")
	}
}

func TestBadCaddyfiles(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct{ block, says string }{
		"another option": {block: "ttl 1m", says: `unknown ledger option "ttl"`},
		"twice":          {block: "hold 1m\nhold 1m", says: "hold is given twice in ledger"},
		"held too long":  {block: "hold 25h", says: "hold: 25h0m0s is out of range"},
		"no time":        {block: "timeout 0s", says: "timeout: 0s is out of range"},
		"forgotten":      {block: "remember 1s", says: "remember: 1s is out of range"},
		"another word":   {block: "unresolved commit", says: `unresolved cannot be "commit": expire, keep are known`},
		"two keys":       {block: "key a b", says: "key takes exactly one argument"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := read(test.block); err == nil || !strings.Contains(err.Error(), test.says) {
				t.Errorf("error = %v, want one that says %q", err, test.says)
			}
		})
	}
}

func TestBadOptions(t *testing.T) {
	t.Parallel()
	const secret = "a short secret"
	for name, test := range map[string]struct {
		options ledgeroptions.Options
		says    string
	}{
		"short key":           {options: ledgeroptions.Options{Key: secret}, says: "ledger: key: the key of the ledger has 14 bytes, want 32 or more"},
		"key is not set":      {options: ledgeroptions.Options{Key: "{env.LEDGER_KEY_THAT_IS_NOT_SET}"}, says: "ledger: key: "},
		"key is no hex":       {options: ledgeroptions.Options{Key: "hex:" + secret}, says: "ledger: key: what follows hex: is not hexadecimal"},
		"path":                {options: ledgeroptions.Options{Namespace: "../shop"}, says: "ledger: namespace: "},
		"parent":              {options: ledgeroptions.Options{Namespace: ".."}, says: "ledger: namespace: "},
		"space":               {options: ledgeroptions.Options{Namespace: "a shop"}, says: "ledger: namespace: "},
		"long name":           {options: ledgeroptions.Options{Namespace: strings.Repeat("n", 101)}, says: "ledger: namespace: 101 bytes, want at most 100"},
		"word from JSON":      {options: ledgeroptions.Options{Unresolved: "never"}, says: `ledger: unresolved: "never" is none of expire, keep`},
		"hold from JSON":      {options: ledgeroptions.Options{Hold: 1}, says: "ledger: hold: 1ns is out of range"},
		"timeout from JSON":   {options: ledgeroptions.Options{Timeout: 1}, says: "ledger: timeout: 1ns is out of range"},
		"remember of a child": {options: ledgeroptions.Options{Remember: -1}, says: "ledger: remember: -1ns is out of range"},
	} {
		t.Run(name, func(t *testing.T) {
			err := test.options.Provision()
			if err == nil || !strings.Contains(err.Error(), test.says) {
				t.Fatalf("error = %v, want one that says %q", err, test.says)
			}
			if strings.Contains(err.Error(), secret) {
				t.Errorf("the error quotes the key: %v", err)
			}
		})
	}
}
