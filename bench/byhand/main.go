// Command byhand is Caddy with what a good engineer writes in a day in the place of
// this module, for bench/gateway to measure beside it: a handler that decodes the
// cart with encoding/json and goes through all rules, and one that asks a service
// beside the gateway, which does the same. `byhand serve ADDRESS RULES` is that
// service.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	caddycmd "github.com/caddyserver/caddy/v2/cmd"

	_ "github.com/caddyserver/caddy/v2/modules/standard"
)

func main() {
	if len(os.Args) == 4 && os.Args[1] == "serve" {
		if err := serve(os.Args[2], os.Args[3]); err != nil {
			fmt.Fprintln(os.Stderr, "byhand:", err)
			os.Exit(1)
		}
		return
	}
	caddycmd.Main()
}

// rule takes Percent off the lines of a SKU, from MinQuantity units on.
type rule struct {
	SKU         string `json:"sku"`
	MinQuantity int64  `json:"min_quantity"`
	Percent     int64  `json:"percent"`
}

func readRules(path string) ([]rule, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	var rules []rule
	return rules, json.Unmarshal(text, &rules)
}

type order struct {
	Items []struct {
		SKU       string `json:"sku"`
		Quantity  int64  `json:"quantity"`
		UnitPrice int64  `json:"unit_price"`
	} `json:"items"`
}

// discount goes through all rules, and for each through all lines.
func discount(rules []rule, body []byte) (int64, error) {
	var o order
	if err := json.Unmarshal(body, &o); err != nil {
		return 0, err
	}
	var sum int64
	for _, r := range rules {
		var quantity, value int64
		for _, item := range o.Items {
			if item.SKU == r.SKU {
				quantity += item.Quantity
				value += item.Quantity * item.UnitPrice
			}
		}
		if quantity >= r.MinQuantity {
			sum += (value*r.Percent + 50) / 100
		}
	}
	return sum, nil
}

// serve is the service.
func serve(address, path string) error {
	rules, err := readRules(path)
	if err != nil {
		return err
	}
	server := &http.Server{Addr: address, ReadHeaderTimeout: 10 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		amount, err := discount(rules, body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("X-Discount-Amount", fmt.Sprint(amount))
	})}
	return server.ListenAndServe()
}
