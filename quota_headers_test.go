package discount

import (
	"encoding/base64"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/dunglas/httpsfv"

	"github.com/promogate/caddy-discount/quota"
)

// What an order holds, and what is exhausted, is said to the order service and to no client.
func TestHeadersOfQuotas(t *testing.T) {
	t.Setenv("DISCOUNT_TEST_KEY", secret)
	const strategy = limited + "[rule.plain]\npriority = -1\ndiscount_amount = 1\n"
	for _, form := range []string{"fields", "compact"} {
		for _, respond := range []string{"off", "on", "upstream"} {
			t.Run(form+" "+respond, func(t *testing.T) {
				s, ledger := openLimited(t, strategy, "log\ndiscount STRATEGY {\n\tLEDGER\n\theaders "+form+"\n\trespond "+respond+"\n\tsign HS256 {env.DISCOUNT_TEST_KEY}\n}\nreverse_proxy UPSTREAM")
				id, until, rules, exhausted, claims := reservationOf(t, s, form)
				r, err := ledger.Find(t.Context(), id)
				if err != nil || r.Takes[0].Amount != 4 || until.Before(time.Now()) {
					t.Errorf("reserved is %+v, %v, until %s", r, err, until)
				}
				if !strings.Contains(rules, `"flash";amount=2000;units=4`) || exhausted != "" {
					t.Errorf("rules are %s, exhausted %s", rules, exhausted)
				}
				if claims["reservation"] != id.String() || claims["until"] != float64(until.Unix()) || claims["exhausted"] != nil {
					t.Errorf("claims are %v", claims)
				}
				s.logs(`"discount_reservation":"` + id.String() + `"`)

				id, _, rules, exhausted, claims = reservationOf(t, s, form)
				if !id.IsZero() || !strings.Contains(rules, `"plain";amount=100`) || strings.Contains(rules, "units") || exhausted != `"flash"` {
					t.Errorf("reserved is %s, rules are %s, exhausted %s", id, rules, exhausted)
				}
				if claims["reservation"] != nil || claims["until"] != nil || claims["exhausted"] == nil {
					t.Errorf("claims are %v", claims)
				}
				s.logs(`"discount_exhausted":"\"flash\""`)
			})
		}
	}
}

// No client sees what a service for errors says of a reservation, also where its other headers pass.
func TestServicesForErrorsTellClientsNothingOfReservations(t *testing.T) {
	s := open(t, half, "discount STRATEGY {\n\trespond upstream\n}\nerror 503\nhandle_errors {\n\tdiscount_strip\n\treverse_proxy UPSTREAM\n}")
	s.upstream.answers = http.Header{"X-Discount-Reservation": {"commit"}, "X-Discount-Amount": {"7"}}
	got := s.send(jsonRequest(tenYuan)).Header
	if word := got.Get("X-Discount-Reservation"); word != "" || got.Get("X-Discount-Amount") != "7" {
		t.Errorf("the client sees %v", got)
	}
}

// reservationOf sends an order of four units, and returns what the order service was told. The order
// service says it back.
func reservationOf(t *testing.T, s *shop, form string) (id quota.ID, until time.Time, rules, exhausted string, claims map[string]any) {
	t.Helper()
	s.upstream.answers = http.Header{"X-Discount-Reservation": {"commit"}, "X-Discount-Exhausted": {`"flash"`}, "X-Discount": {`reservation="x", exhausted=("flash")`}}
	a := s.send(jsonRequest(`{"items":[{"quantity":4,"unit_price":1000}]}`))
	if text := fmt.Sprint(a.Header); strings.Contains(strings.ToLower(text), "reservation") || strings.Contains(strings.ToLower(text), "exhausted") {
		t.Errorf("the client sees %s", text)
	}
	got := s.upstream.last(t)
	reservation := got.Get("X-Discount-Reservation")
	rules, exhausted = got.Get("X-Discount-Rules"), got.Get("X-Discount-Exhausted")
	if form == "compact" {
		d, err := httpsfv.UnmarshalDictionary([]string{got.Get("X-Discount")})
		if err != nil {
			t.Fatal(err)
		}
		member := func(name string) (text string) {
			if m, has := d.Get(name); has {
				one := httpsfv.NewDictionary()
				one.Add("a", m)
				text, _ = httpsfv.Marshal(one)
			}
			return strings.TrimSuffix(strings.TrimPrefix(strings.TrimPrefix(text, "a="), "("), ")")
		}
		reservation, rules, exhausted = member("reservation"), member("rules"), member("exhausted")
	}
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(got.Get("X-Discount-Assertion"), ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	claims = decode(t, string(payload))
	if reservation == "" {
		return id, until, rules, exhausted, claims
	}
	item, err := httpsfv.UnmarshalItem([]string{reservation})
	if err != nil {
		t.Fatal(err)
	}
	if id, err = quota.ParseID(item.Value.(string)); err != nil {
		t.Fatal(err)
	}
	date, _ := item.Params.Get("until")
	return id, date.(time.Time), rules, exhausted, claims
}
