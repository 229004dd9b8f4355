package main

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	vegeta "github.com/tsenart/vegeta/v12/lib"

	"github.com/promogate/caddy-discount/bench/shop"
)

// bad is a kind of request that no honest client sends.
type bad struct {
	name   string
	rate   int // a second
	body   string
	header http.Header
	url    string // where orders go if empty
}

// Of rules that are about each line of hostile carts alone, so that good orders are what
// they are without.
const pairsRules = 40

// strategy has, besides those of a shop, rules that look at each line of hostile carts: the
// dearest reward there is, and many of the cheapest.
func strategy() []byte {
	text := bytes.NewBuffer(shop.StrategyOf(100, 1))
	text.WriteString("\n[rule.pairs]\ncategories = [\"p\"]\nbuy = { quantity = 2 }\nget = { quantity = 1, rate = 0.5 }\n")
	for i := range pairsRules {
		fmt.Fprintf(text, "[rule.\"pairs-%02d\"]\ncategories = [\"p\"]\ncoupons = [\"many\"]\ndiscount_amount = 0.01\n", i)
	}
	return text.Bytes()
}

// badRequests are a tenth as many as the good ones; check is where a strategy is checked.
func badRequests(check string) []bad {
	var lines, keys, items, pairs, variants strings.Builder
	for i := range 500 {
		fmt.Fprintf(&pairs, `,{"sku":"%d","category":"p","quantity":1,"unit_price":%d}`, i, 100+i)
		fmt.Fprintf(&variants, `,{"sku":"a","category":"p","quantity":1,"unit_price":9,"attributes":{"n":%d}}`, i)
		fmt.Fprintf(&lines, `,{"sku":"sku-%d","quantity":1000000,"unit_price":%d}`, i, 100+i)
		fmt.Fprintf(&items, `, "sku-%d";q=1000;p=%d`, i, 100+i)
	}
	for i := range 60_000 {
		fmt.Fprintf(&keys, `,"key-%05d":0`, i)
	}
	return []bad{
		{name: "broken", rate: 60, body: `{"items":[{"sku":`},
		{name: "the same key twice", rate: 60, body: `{"items":[{"sku":"a","quantity":1,"unit_price":1,"quantity":2}]}`},
		{name: "500 lines", rate: 30, body: `{"items":[` + lines.String()[1:] + `]}`},
		{name: "500 lines to buy and get", rate: 30, body: `{"items":[` + pairs.String()[1:] + `]}`},
		{name: "500 lines of one SKU", rate: 10, body: `{"items":[` + variants.String()[1:] + `]}`},
		{name: "500 lines by 41 rules", rate: 10, body: `{"coupons":["many"],"items":[` + pairs.String()[1:] + `]}`},
		{name: "500 articles in headers", rate: 20, header: http.Header{"X-Cart-Items": {items.String()[2:]}}},
		{name: "60,000 keys", rate: 5, body: `{"items":[{"quantity":1,"unit_price":1}]` + keys.String() + `}`},
		{name: "nested 100,000 deep", rate: 5, body: strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000)},
		{name: "over max_body", rate: 10, body: `{"x":"` + strings.Repeat("x", 1_100_000) + `"}`},
		{name: "headers of ours", rate: 10, body: shop.Cart, header: forged()},
		{name: "a strategy of one long line", rate: 2, body: longLine(), url: check},
	}
}

// longLine is a strategy in one line in which everything is wrong.
func longLine() string {
	var b strings.Builder
	b.WriteString("rule = { ")
	for i := range 3_000 {
		fmt.Fprintf(&b, "r%d = { discount_rate = 15 }, ", i)
	}
	return strings.TrimSuffix(b.String(), ", ") + " }\n"
}

func forged() http.Header {
	h := http.Header{}
	for i := range 100 {
		h[fmt.Sprintf("X-Discount-%d", i)] = []string{"1"}
	}
	return h
}

// How many clients announce a body and send it a byte at a time, and how often.
const (
	slow     = 200
	dripping = time.Second
)

// apart keeps the kinds from coming in step: all of them at once, and then none,
// is a mix that strangers do not send.
const apart = 7 * time.Millisecond

// attack sends bad requests until it is ended. What becomes of them is their own
// affair, but for those who would not be answered at all.
func attack(g *shop.Gateway, check string) (end func() error) {
	stop := make(chan struct{})
	var all sync.WaitGroup
	errs := make(chan error, 1)
	for i, b := range badRequests(check) {
		time.Sleep(time.Duration(i) * apart)
		attacker := vegeta.NewAttacker(vegeta.Connections(16), vegeta.Timeout(20*time.Second))
		results := attacker.Attack(post(cmp.Or(b.url, g.URL()), []byte(b.body), b.header), vegeta.Rate{Freq: b.rate, Per: time.Second}, 10*time.Minute, b.name)
		all.Go(func() {
			for r := range results {
				if r.Code == 0 || r.Code >= http.StatusInternalServerError {
					note(errs, fmt.Errorf("%s: answered %d %s", b.name, r.Code, r.Error))
				}
			}
		})
		all.Go(func() { <-stop; attacker.Stop() })
	}
	for i := range slow {
		// Not all in step: that would be a burst a second, and no slowness.
		first := time.After(time.Duration(i) * dripping / slow)
		all.Go(func() {
			select {
			case <-stop:
			case <-first:
				drip(g.Address, stop, errs)
			}
		})
	}
	return func() error {
		close(stop)
		all.Wait()
		close(errs)
		return errors.Join(<-errs)
	}
}

func note(errs chan<- error, err error) {
	select {
	case errs <- err:
	default:
	}
}

// drip announces a megabyte and sends it byte by byte.
func drip(address string, stop <-chan struct{}, errs chan<- error) {
	conn, err := net.Dial("tcp", address)
	if err != nil {
		note(errs, err)
		return
	}
	defer conn.Close()
	text := "POST /orders HTTP/1.1\r\nHost: shop\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n{"
	tick := time.NewTicker(dripping)
	defer tick.Stop()
	for {
		if _, err := conn.Write([]byte(text)); err != nil {
			return // the server had enough
		}
		text = " "
		select {
		case <-stop:
			return
		case <-tick.C:
		}
	}
}

// post is a request with a body and headers, which are those of an order.
func post(url string, body []byte, header http.Header) vegeta.Targeter {
	h := http.Header{"Content-Type": {"application/json"}}
	for name, values := range header {
		h[name] = values
	}
	return vegeta.NewStaticTargeter(vegeta.Target{Method: http.MethodPost, URL: url, Body: body, Header: h})
}
