//go:build unix

package e2e

import (
	"encoding/json"
	"io"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// limitedSale halves three orders.
const limitedSale = "version = \"sale\"\ncurrency = \"CNY\"\n[rule.sale]\ndiscount_rate = 0.5\nquota = { uses = 3, uses_per_customer = 2 }\n"

// patientCounting waits for a disk that is slow.
const patientCounting = siteBegins + `	discount /orders* shop/discount.toml {
		state remembered
		ledger embedded {
			timeout 30s
		}
	}
` + siteEnds

// buys orders one tea for a customer, and returns what it is reduced by.
func (g *gateway) buys(customer string) (amount string) {
	g.t.Helper()
	body := `{"items":[{"sku":"tea","quantity":1,"unit_price":1000}],"customer":{"id":"` + customer + `"}}`
	res, err := g.client.Post("http://"+g.site+"/orders", "application/json", strings.NewReader(body))
	if err != nil {
		g.t.Fatal(err)
	}
	defer res.Body.Close()
	if _, err := io.Copy(io.Discard, res.Body); err != nil || res.StatusCode != http.StatusOK {
		g.t.Fatalf("status %d, %v", res.StatusCode, err)
	}
	return res.Header.Get("Seen-Amount")
}

// What the gateway counts is shown, changed and on record, and survives a restart.
func TestQuotasByCommand(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "shop", "discount.toml"), limitedSale)
	g := start(t, dir, patientCounting)
	if amount := g.buys("c-1"); amount != "500" {
		t.Errorf("the first order has a discount of %s", amount)
	}
	shows := func(lines ...string) {
		t.Helper()
		out := ""
		if !poll(patience, func() bool { // an order is committed a moment after it is answered
			out = caddy(t, dir, "discount", "quotas", "--customer", "c-1").good(t).out
			for _, line := range lines {
				if !strings.Contains(strings.Join(strings.Fields(out), " "), line) {
					return false
				}
			}
			return true
		}) {
			t.Errorf("quotas shows\n%swant %q", out, lines)
		}
	}
	shows("sale.uses 3 1 0 2", "sale.uses_per_customer 2 1 0 1")
	caddy(t, dir, "discount", "quotas", "adjust", "sale.uses", "--by", "1", "--reason", "sold in the shop").good(t)
	g.buys("c-2")
	shows("sale.uses 3 3 0 0")
	if amount := g.buys("c-3"); amount != "0" {
		t.Errorf("an order beyond the limit has a discount of %s", amount)
	}
	caddy(t, dir, "discount", "quotas", "adjust", "sale.uses", "--by=-9", "--reason", "too much").says(t, "the count would be below zero: 3 are committed")
	caddy(t, dir, "discount", "reservations", "--unresolved").good(t)

	var records []struct{ Action, Reason string }
	if err := json.Unmarshal([]byte(caddy(t, dir, "discount", "log", "--json").good(t).out), &records); err != nil {
		t.Fatal(err)
	}
	if last := records[len(records)-1]; last.Action != "quota_adjusted" || last.Reason != "sale.uses by +1: sold in the shop" {
		t.Errorf("the last record is %+v", last)
	}
	caddy(t, dir, "discount", "log", "verify").good(t)

	g.stop()
	g.killed = true // it has ended
	start(t, dir, patientCounting)
	shows("sale.uses 3 3 0 0", "sale.uses_per_customer 2 1 0 1")
}
