package strategy

import (
	"bytes"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// aKey is a key of codes.
var aKey = bytes.Repeat([]byte("k"), MinCodeKey)

// keysOf are the keys of some sets, all the same.
func keysOf(t testing.TB, sets ...string) *CodeKeys {
	t.Helper()
	keys := map[string][]byte{}
	for _, set := range sets {
		keys[set] = aKey
	}
	k, err := NewCodeKeys(keys)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// A code can be verified, in every way that people type it, and with any character changed it
// cannot.
func TestSignedCodes(t *testing.T) {
	t.Parallel()
	keys := keysOf(t, "a", "b")
	rapid.Check(t, func(t *rapid.T) {
		serial := rapid.Uint32Range(0, MaxSerial).Draw(t, "serial")
		length := rapid.IntRange(MinSignedCode, MaxSignedCode).Draw(t, "length")
		code, err := keys.Sign("a", serial, length)
		if err != nil || len(code) != length {
			t.Fatalf("%q: %v", code, err)
		}
		typed := []byte(code)
		for i, c := range typed {
			switch alike := map[byte]string{'0': "0Oo", '1': "1IiLl"}[c]; {
			case alike != "":
				typed[i] = rapid.SampledFrom([]byte(alike)).Draw(t, "alike")
			case rapid.Bool().Draw(t, "small"):
				typed[i] = bytes.ToLower(typed[i : i+1])[0]
			}
		}
		at := rapid.IntRange(0, length).Draw(t, "hyphen")
		text := " " + string(typed[:at]) + "-" + string(typed[at:])
		if got, valid, err := keys.Verify("a", text); err != nil || !valid || got != serial {
			t.Fatalf("%q of %q: %d %v %v", text, code, got, valid, err)
		}
		if _, valid, _ := keys.Verify("b", text); valid {
			t.Fatal("the code is one of another set")
		}
		changed := []byte(code)
		changed[rapid.IntRange(0, length-1).Draw(t, "at")] = rapid.SampledFrom([]byte(crockford)).Draw(t, "character")
		if _, valid, _ := keys.Verify("a", string(changed)); valid != (string(changed) == code) {
			t.Fatalf("%q of %q is %v", changed, code, valid)
		}
	})
}

// A short code is no beginning of a long one.
func TestTheLengthOfACodeIsSigned(t *testing.T) {
	t.Parallel()
	keys := keysOf(t, "a")
	long, err := keys.Sign("a", 7, MaxSignedCode)
	if err != nil {
		t.Fatal(err)
	}
	for length := 0; length < MaxSignedCode; length++ {
		if _, valid, _ := keys.Verify("a", long[:length]); valid {
			t.Errorf("%d characters of it are a code", length)
		}
	}
}

func TestWrongSignedCodes(t *testing.T) {
	t.Parallel()
	if _, err := NewCodeKeys(map[string][]byte{"a": aKey[1:]}); err == nil || err.Error() != `the key of the codes "a" has 31 bytes, want at least 32` {
		t.Error(err)
	}
	keys := keysOf(t, "a")
	for name, c := range map[string]struct {
		set    string
		serial uint32
		length int
		want   string
	}{
		"no key":        {set: "b", length: 16, want: `there is no key of the codes "b"`},
		"a high serial": {set: "a", serial: MaxSerial + 1, length: 16, want: "the serial number is 1073741824, want at most 1073741823"},
		"a short code":  {set: "a", length: 15, want: "a code has 15 characters, want 16 to 20"},
		"a long code":   {set: "a", length: 21, want: "a code has 21 characters, want 16 to 20"},
	} {
		if _, err := keys.Sign(c.set, c.serial, c.length); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, _, err := keys.Verify("b", "x"); err == nil || err.Error() != `there is no key of the codes "b"` {
		t.Error(err)
	}
	for _, text := range []string{"", "0123456789ABCDE", "0123456789ABCDEFGHJKM", "0123456789ABCDEU", "0123456789ABCDE\u0130", strings.Repeat("-", 1<<20)} {
		if code := parseSigned(text); code.length != 0 {
			t.Errorf("%.40q is %d characters long", text, code.length)
		}
	}
}

// within is a restriction that only has keys.
func within(keys *CodeKeys) *Restriction {
	r := &Restriction{}
	r.SetCodeKeys(keys)
	return r
}

const signedStrategy = "version = \"v\"\n[codes.a]\nsigned = true\n[rule.r]\ncodes = \"a\"\ndiscount_amount = 20\n"

// A code of a set with signatures is valid with the key of the set alone, and is one code in all
// its lengths.
func TestARuleWithSignedCodes(t *testing.T) {
	t.Parallel()
	s := loaded(t, signedStrategy)
	keys := keysOf(t, "a")
	short, _ := keys.Sign("a", 7, 16)
	long, _ := keys.Sign("a", 7, 20)
	other, _ := keys.Sign("a", 8, 16)
	digest := func(coupon string) [16]byte {
		q := quoted(t, s, within(keys), cartWith("x", coupon))
		used := usedIn(s, q)
		if len(used) != 1 || used[0].Set != "a" || used[0].Coupon != 1 || q.Discount != 2000 {
			t.Fatalf("%q: %d off with %v", coupon, q.Discount, used)
		}
		return used[0].Digest
	}
	if digest(short) != digest(strings.ToLower(long)) || digest(short) == digest(other) {
		t.Error("the digest is not that of the serial number")
	}
	for name, k := range map[string]*CodeKeys{"none": nil, "of another set": keysOf(t, "b")} {
		if q := quoted(t, s, within(k), cartWith(short)); q.Discount != 0 {
			t.Errorf("%s: %d off", name, q.Discount)
		}
	}
	if got := s.SignedCodes(); len(got) != 1 || got[0] != "a" {
		t.Error(got)
	}
	if want := `"codes":{"a":{"signed":true}}`; !strings.Contains(canonicalOf(t, Source{Name: "t.toml", Data: []byte(signedStrategy)}), want) {
		t.Error("the canonical form has no", want)
	}
}

// FuzzSignedCode takes any text for a code. What is valid is the code of its serial number.
func FuzzSignedCode(f *testing.F) {
	keys := keysOf(f, "a")
	for length := MinSignedCode; length <= MaxSignedCode; length++ {
		code, err := keys.Sign("a", MaxSerial/2, length)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(code)
	}
	f.Add("oO0-iIlL1 " + crockford[:16])
	f.Fuzz(func(t *testing.T, text string) {
		code := parseSigned(text)
		if code.length == 0 {
			return
		}
		if again := parseSigned(code.text()); again != code {
			t.Fatalf("%q is read as %q, and that as %q", text, code.text(), again.text())
		}
		serial, valid, err := keys.Verify("a", text)
		if err != nil {
			t.Fatal(err)
		}
		if signed, err := keys.Sign("a", serial, code.length); valid && (err != nil || signed != code.text()) {
			t.Fatalf("%q is valid, and %d has %q: %v", text, serial, signed, err)
		}
	})
}
