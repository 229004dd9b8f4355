//go:build unix

package e2e

import (
	"encoding/json"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// An error of the state directory names its option: in the
// log, in the admin API, by a rollback and by the command that reads it.
func TestStateErrorsNameTheOption(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "shop", "discount.toml"), strategyOf(1))
	write(t, filepath.Join(dir, "blocked"), "a file where a directory is to be")
	g := start(t, dir, strings.Replace(remembering, "state remembered", "state blocked", 1))
	state := "state " + filepath.Join(dir, "blocked", g.only().ID) + ": "
	g.log.await(t, 0, "cannot write state directory", `"error":"`+state)
	if got := g.only().State.Error; !strings.HasPrefix(got, state) {
		t.Errorf("the admin API says %q", got)
	}
	first := g.only().Live.SHA256
	write(t, filepath.Join(dir, "shop", "discount.toml"), strategyOf(2))
	g.goesLive(2)
	req, err := http.NewRequest(http.MethodPost, "http://"+g.admin+"/discount/strategies/"+g.only().ID+"/rollback", strings.NewReader(`{"sha256": "`+first+`"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("If-Match", "*")
	res, err := g.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var answer struct{ Error string }
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil || res.StatusCode != http.StatusInternalServerError || !strings.HasPrefix(answer.Error, state) {
		t.Errorf("status %d, %q, %v", res.StatusCode, answer.Error, err)
	}
	caddy(t, dir, "discount", "log", "--state", "blocked").says(t, "--state: blocked: not a directory")
}
