package quota_test

import (
	"bytes"
	"crypto/sha256"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/promogate/caddy-discount/quota"
)

func digester(t testing.TB, key string) *quota.Digester {
	t.Helper()
	d, err := quota.NewDigester([]byte(key))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

var (
	firstKey  = strings.Repeat("k", quota.LeastKey)
	secondKey = strings.Repeat("l", quota.LeastKey)
)

func TestShortKeyOfDigests(t *testing.T) {
	t.Parallel()
	if _, err := quota.NewDigester(make([]byte, quota.LeastKey-1)); err == nil {
		t.Error("a key of 31 bytes is taken")
	}
}

func TestWhichOrderItIs(t *testing.T) {
	t.Parallel()
	d := digester(t, firstKey)
	cart := sha256.Sum256([]byte("cart"))
	base := quota.OrderName{Key: "key", Customer: "customer", CartOrder: "", Cart: cart}
	same, joins := d.Order(base)
	if !joins {
		t.Fatal("nothing joins an order with a key")
	}
	if again, _ := d.Order(base); again != same {
		t.Error("the same order is another one")
	}
	withID := base
	withID.CartOrder = "cart's"
	if got, _ := d.Order(withID); got != same {
		t.Error("the cart's id counts beside a key")
	}
	if _, joins := d.Order(quota.OrderName{Customer: "customer", Cart: cart}); joins {
		t.Error("an order joins without a key and an id")
	}
	others := map[string]quota.OrderName{
		"another customer":      {Key: "key", Customer: "customers", Cart: cart},
		"no customer":           {Key: "key", Cart: cart},
		"another key":           {Key: "Key", Customer: "customer", Cart: cart},
		"another cart":          {Key: "key", Customer: "customer", Cart: sha256.Sum256([]byte("cart "))},
		"customer and key meet": {Key: "rkey", Customer: "custome", Cart: cart},
		"the cart's id":         {CartOrder: "key", Customer: "customer", Cart: cart},
	}
	for name, other := range others {
		if got, joins := d.Order(other); got == same || !joins {
			t.Errorf("%s: the same order", name)
		}
	}
	if got, _ := digester(t, secondKey).Order(base); got == same {
		t.Error("the key of the ledger does not matter")
	}
}

// The key that names an order may be as long as a header can be. What is kept has one length.
func TestLongOrderKey(t *testing.T) {
	t.Parallel()
	d := digester(t, firstKey)
	long := strings.Repeat("x", 64<<10)
	a, joins := d.Order(quota.OrderName{Key: long})
	b, _ := d.Order(quota.OrderName{Key: long[1:]})
	if !joins || a == b {
		t.Error("two long keys name the same order")
	}
}

func TestDigestsSayNothing(t *testing.T) {
	t.Parallel()
	d := digester(t, firstKey)
	customer := d.Customer("alice@example.com")
	if customer == d.Customer("bob@example.com") || customer == digester(t, secondKey).Customer("alice@example.com") {
		t.Error("two customers have one digest")
	}
	if customer == d.Code("alice@example.com", "") || d.Code("a", "bc") == d.Code("ab", "c") {
		t.Error("a digest stands for two things")
	}
	if d.Customer("") != (quota.Digest{}) {
		t.Error("no customer has a digest")
	}
	k := quota.Counter{Kind: quota.Uses, Name: "welcome", Customer: customer}.Key()
	if bytes.Contains([]byte(k), []byte("alice")) {
		t.Errorf("the key %s names the customer", k)
	}
}

func TestKeysOfCounts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.SampledFrom([]string{"", "a", "|", "%", "%7C", "a|b", "%25"}), rapid.String())
		digest := rapid.Custom(func(t *rapid.T) quota.Digest {
			var d quota.Digest
			d[rapid.IntRange(0, 15).Draw(t, "byte")] = rapid.Byte().Draw(t, "value")
			return d
		})
		counter := rapid.Custom(func(t *rapid.T) quota.Counter {
			return quota.Counter{Kind: rapid.SampledFrom([]quota.Kind{quota.Uses, quota.Units, quota.Budget, quota.Code}).Draw(t, "kind"),
				Name: text.Draw(t, "name"), Round: text.Draw(t, "round"), Window: text.Draw(t, "window"),
				Customer: digest.Draw(t, "customer"), Code: digest.Draw(t, "code")}
		})
		a, b := counter.Draw(t, "a"), counter.Draw(t, "b")
		if (a == b) != (a.Key() == b.Key()) {
			t.Fatalf("%+v is %s, and %+v is %s", a, a.Key(), b, b.Key())
		}
		if got, err := a.Key().Counter(); err != nil || got != a {
			t.Fatalf("%s is %+v, %v, want %+v", a.Key(), got, err, a)
		}
	})
}

// A text that is read as a key is what that key is written as.
func FuzzReadKey(f *testing.F) {
	for _, seed := range []string{"", "|||||", "uses|flash|1|2026-11-30||", "units|a%7Cb||||00", "code|w||||000102030405060708090A0B0C0D0E0F",
		"code|w||||000102030405060708090a0b0c0d0e0f"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if c, err := quota.Key(text).Counter(); err == nil && c.Key() != quota.Key(text) {
			t.Fatalf("%q is read as %q", text, c.Key())
		}
	})
}

func TestIDs(t *testing.T) {
	t.Parallel()
	a, b := quota.NewID(), quota.NewID()
	if a == b || a.IsZero() || !(quota.ID{}).IsZero() {
		t.Fatalf("%s and %s", a, b)
	}
	first, second, later := quota.NewOrderID(start), quota.NewOrderID(start), quota.NewOrderID(start.Add(time.Millisecond))
	if first == second || bytes.Compare(first[:], later[:]) >= 0 || bytes.Compare(second[:], later[:]) >= 0 {
		t.Errorf("%x, %x and then %x", first, second, later)
	}
	if got, err := quota.ParseID(a.String()); err != nil || got != a {
		t.Errorf("%s is read as %s, %v", a, got, err)
	}
	for _, bad := range []string{"", "x", a.String() + "=", a.String()[1:], strings.Repeat("+", 22), strings.Repeat("_", 22)} {
		if got, err := quota.ParseID(bad); err == nil {
			t.Errorf("%q is read as %s", bad, got)
		}
	}
}

// The id of an order is an argument of commands: it never looks like a flag.
func TestIDsBeginWithALetter(t *testing.T) {
	t.Parallel()
	d, err := quota.NewDigester(make([]byte, quota.LeastKey))
	if err != nil {
		t.Fatal(err)
	}
	for n := range 2000 {
		byKey, _ := d.Order(quota.OrderName{Key: strconv.Itoa(n)})
		byCart, _ := d.Order(quota.OrderName{CartOrder: strconv.Itoa(n)})
		for _, id := range []quota.ID{byKey, byCart, quota.NewID(), quota.NewOrderID(time.UnixMilli(1_800_000_000_000))} {
			if first := id.String()[0]; first == '-' || first == '_' {
				t.Fatalf("%s begins with %c", id, first)
			}
		}
	}
}
