package main

import (
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

// bad is a kind of request that nobody honest sends.
type bad struct {
	name   string
	rate   int // a second
	body   string
	header http.Header
}

// badRequests are a tenth as many as the good ones.
func badRequests() []bad {
	var lines, keys, items strings.Builder
	for i := range 500 {
		fmt.Fprintf(&lines, `,{"sku":"sku-%d","quantity":1000000,"unit_price":%d}`, i, 100+i)
		fmt.Fprintf(&items, `, "sku-%d";q=1000;p=%d`, i, 100+i)
	}
	for i := range 60_000 {
		fmt.Fprintf(&keys, `,"key-%05d":0`, i)
	}
	return []bad{
		{"broken", 60, `{"items":[{"sku":`, nil},
		{"the same key twice", 60, `{"items":[{"sku":"a","quantity":1,"unit_price":1,"quantity":2}]}`, nil},
		{"500 lines", 30, `{"items":[` + lines.String()[1:] + `]}`, nil},
		{"500 articles in headers", 20, "", http.Header{"X-Cart-Items": {items.String()[2:]}}},
		{"60,000 keys", 5, `{"items":[{"quantity":1,"unit_price":1}]` + keys.String() + `}`, nil},
		{"nested 100,000 deep", 5, strings.Repeat("[", 100_000) + strings.Repeat("]", 100_000), nil},
		{"over max_body", 10, `{"x":"` + strings.Repeat("x", 1_100_000) + `"}`, nil},
		{"headers of ours", 10, shop.Cart, forged()},
	}
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
func attack(g *shop.Gateway) (end func() error) {
	stop := make(chan struct{})
	var all sync.WaitGroup
	errs := make(chan error, 1)
	for i, b := range badRequests() {
		time.Sleep(time.Duration(i) * apart)
		attacker := vegeta.NewAttacker(vegeta.Connections(16), vegeta.Timeout(20*time.Second))
		results := attacker.Attack(post(g, []byte(b.body), b.header), vegeta.Rate{Freq: b.rate, Per: time.Second}, 10*time.Minute, b.name)
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

// post is an order with a body and headers.
func post(g *shop.Gateway, body []byte, header http.Header) vegeta.Targeter {
	h := http.Header{"Content-Type": {"application/json"}}
	for name, values := range header {
		h[name] = values
	}
	return vegeta.NewStaticTargeter(vegeta.Target{Method: http.MethodPost, URL: g.URL(), Body: body, Header: h})
}
