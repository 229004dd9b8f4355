//go:build unix

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const twoRemembering = siteBegins + `	discount /orders* shop/discount.toml {
		state remembered
	}
	discount /gifts* shop/gifts.toml {
		state remembered
	}
` + siteEnds

// recordsOf are the versions that a log has as activated.
func recordsOf(t testing.TB, log string) []string {
	t.Helper()
	var records []struct{ Action, Version string }
	if err := json.Unmarshal([]byte(log), &records); err != nil {
		t.Fatalf("%v: %s", err, log)
	}
	var versions []string
	for _, r := range records {
		if r.Action == "activated" {
			versions = append(versions, r.Version)
		}
	}
	return versions
}

// The log is that of the running gateway, wherever its state directory is.
func TestLogAsksTheRunningGateway(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	dir := t.TempDir()
	f := filepath.Join(dir, "shop", "discount.toml")
	write(t, f, strategyOf(1))
	g := start(t, dir, remembering)
	g.remembers(1)
	write(t, filepath.Join(dir, "next.toml"), strategyOf(2))
	caddy(t, dir, "discount", "publish", "next.toml", f).good(t)
	g.remembers(2)
	if got := fmt.Sprint(recordsOf(t, caddy(t, dir, "discount", "log", "--json").good(t).out)); got != "[v-0001 v-0002]" {
		t.Errorf("the log has %s", got)
	}
	elsewhere := t.TempDir()
	if got := fmt.Sprint(recordsOf(t, caddy(t, elsewhere, "discount", "log", "--json", "--address", g.admin).good(t).out)); got != "[v-0001 v-0002]" {
		t.Errorf("the log has %s", got)
	}
	caddy(t, elsewhere, "discount", "log", "verify", "--address", g.admin).good(t)
	caddy(t, elsewhere, "discount", "log", "export", "--address", g.admin).good(t)
	caddy(t, dir, "discount", "log", "--id", "none").says(t, `no strategy in service has the id "none", there are `+g.only().ID+" ("+f+")", "--state reads a state directory instead")

	// A time has the zone of its reader.
	log := caddy(t, dir, "discount", "log").good(t).out
	if !regexp.MustCompile(`(?m)^1 +\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[+-]\d\d:\d\d  activated  v-0002 `).MatchString(log) {
		t.Errorf("the log is\n%s", log)
	}
}

func TestLogOfSeveralStrategies(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "shop", "discount.toml"), strategyOf(1))
	write(t, filepath.Join(dir, "shop", "gifts.toml"), strategyOf(2))
	g := start(t, dir, twoRemembering)
	var all []shown
	if err := json.Unmarshal([]byte(g.get("/discount/strategies")), &all); err != nil || len(all) != 2 {
		t.Fatalf("%v: %v", err, all)
	}
	for _, s := range all {
		if !poll(patience, func() bool { return len(g.recorded(s.ID)) > 0 }) {
			t.Fatalf("nothing is on record of %s", s.ID)
		}
	}
	discount, gifts := filepath.Join(dir, "shop", "discount.toml"), filepath.Join(dir, "shop", "gifts.toml")
	for _, args := range [][]string{{"log"}, {"log", "verify"}, {"log", "export"}} {
		caddy(t, dir, append([]string{"discount"}, args...)...).says(t, "say which with --id", all[0].ID+" ("+discount+")", all[1].ID+" ("+gifts+")")
		caddy(t, dir, append([]string{"discount"}, append(args, "--id", all[1].ID)...)...).good(t)
		caddy(t, dir, append([]string{"discount"}, append(args, "--state", "remembered")...)...).says(t,
			"there are several strategies in remembered, say which with --state", filepath.Join("remembered", all[0].ID)+" ("+discount+")", filepath.Join("remembered", all[1].ID)+" ("+gifts+")")
		caddy(t, dir, append([]string{"discount"}, append(args, "--state", "remembered", "--id", all[1].ID)...)...).good(t)
	}
	if got := fmt.Sprint(recordsOf(t, caddy(t, dir, "discount", "log", "--json", "--id", all[1].ID).good(t).out)); got != "[v-0002]" {
		t.Errorf("the log has %s", got)
	}
}

// Without a gateway the message names both ways to the log.
func TestLogWithoutAGateway(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	dir := t.TempDir()
	for _, args := range [][]string{{"log"}, {"log", "verify"}, {"log", "export"}} {
		caddy(t, dir, append([]string{"discount"}, args...)...).says(t, "nothing answers at unix/", "caddy/discount: no such file or directory",
			"--address names the admin API of a gateway, --state its state directory")
		caddy(t, dir, append([]string{"discount"}, append(args, "--address", "unix/none.sock")...)...).says(t, "nothing answers at unix/none.sock (no such file or directory)")
		caddy(t, dir, append([]string{"discount"}, append(args, "--state", "none")...)...).says(t, "--state: none: no such file or directory")
		caddy(t, dir, append([]string{"discount"}, append(args, "--state", dir)...)...).says(t, "--state: "+dir+" is no state directory, and there is none in it")
	}
}

// A gateway without a state directory says so, instead of another log being shown.
func TestLogOfAGatewayThatRemembersNothing(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "shop", "discount.toml"), strategyOf(1))
	start(t, dir, strings.Replace(remembering, "state remembered", "state off", 1))
	caddy(t, dir, "discount", "log").says(t, "keeps no log of discount-", "its state is off")
}

// A state directory of another user is an error that names it.
func TestLogOfAnotherUser(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	if os.Geteuid() == 0 {
		t.Skip("root may read everything")
	}
	dir := t.TempDir()
	state := filepath.Join(dir, "state", "discount-1")
	if err := os.MkdirAll(filepath.Join(state, "snapshots"), 0o755); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(state, "log"), "")
	if err := os.Chmod(state, 0); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.Chmod(state, 0o755) }) // so that it can be removed
	caddy(t, dir, "discount", "log", "--state", "state").says(t, "--state state/discount-1", "permission denied")
}
