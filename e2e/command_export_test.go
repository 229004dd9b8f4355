//go:build unix

package e2e

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"path/filepath"
	"strings"
	"testing"
)

// What export writes has the fingerprint in the headers of orders.
func TestTheExportHasTheFingerprintOfTheHeader(t *testing.T) {
	readsOutput(t)
	t.Parallel()
	path, err := filepath.Abs(filepath.Join("testdata", "shop"))
	if err != nil {
		t.Fatal(err)
	}
	g := start(t, t.TempDir(), "{\n\tadmin ADMIN\n}\nhttp://SITE {\n\trespond /ready 200\n\tdiscount /orders "+path+" {\n\t\tenv dev\n\t}\n\treverse_proxy UPSTREAM\n}\n")
	res, err := g.client.Post("http://"+g.site+"/orders", "application/json", strings.NewReader(read(t, filepath.Join("testdata", "cart.json"))))
	if err != nil {
		t.Fatal(err)
	}
	drain(res)
	meaning := caddy(t, ".", "discount", "export", path, "--env", "dev").good(t).out
	sum := sha256.Sum256([]byte(meaning))
	if want, got := `"2026-11";sha256=:`+base64.StdEncoding.EncodeToString(sum[:])+":", res.Header.Get("Seen-Strategy"); got != want {
		t.Errorf("the header is %s, the export has %s", got, want)
	}
	checked := caddy(t, ".", "discount", "check", path, "--env", "dev", "--json").good(t).out
	if !strings.Contains(checked, `"sha256": "`+hex.EncodeToString(sum[:])+`"`) {
		t.Errorf("check says\n%s", checked)
	}
}
