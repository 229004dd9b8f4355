package guardrail

import "testing"

func TestAClientIsItsAddressOrItsNetwork(t *testing.T) {
	for name, c := range map[string]struct{ a, b, other string }{
		"IPv4":                       {a: "192.0.2.7", b: "192.0.2.7", other: "192.0.2.8"},
		"IPv4 written as IPv6":       {a: "192.0.2.7", b: "::ffff:192.0.2.7", other: "::ffff:192.0.2.8"},
		"IPv6, one network":          {a: "2001:db8:1:2::1", b: "2001:db8:1:2:ffff::9", other: "2001:db8:1:3::1"},
		"IPv6 with a zone":           {a: "fe80::1%eth0", b: "fe80::2%eth1", other: "fe80:0:0:1::1"},
		"a socket without addresses": {a: "@", b: "@", other: ""},
	} {
		t.Run(name, func(t *testing.T) {
			a, b, other := Client(c.a), Client(c.b), Client(c.other)
			if a != b || a == other {
				t.Errorf("%s is %q, %s is %q, %s is %q", c.a, a, c.b, b, c.other, other)
			}
		})
	}
}
