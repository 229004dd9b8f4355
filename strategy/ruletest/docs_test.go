package ruletest_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/strategy/document"
	"github.com/promogate/caddy-discount/strategy/ruletest"
)

// The page for people who write tests shows what is so.
func TestPageIsTrue(t *testing.T) {
	page, err := os.ReadFile("../../docs/testing-rules.md")
	if err != nil {
		t.Fatal(err)
	}
	block := func(kind string) string {
		found := regexp.MustCompile("(?s)```" + kind + "\n(.*?)```").FindSubmatch(page)
		if found == nil {
			t.Fatalf("no block %q", kind)
		}
		return string(found[1])
	}
	suite, err := ruletest.Parse(document.Source{Name: "shop.test.toml", Data: []byte(block("toml tests"))})
	if err != nil {
		t.Fatal(err)
	}
	strategy := block("toml strategy")
	if err := suite.Run(load(t, strategy), "").Err(); err != nil {
		t.Error(err)
	}
	err = suite.Run(load(t, strings.Replace(strategy, "discount_amount = 6", "discount_amount = 5", 1)), "").Err()
	if want := strings.TrimSpace(block("text failure")); err == nil || err.Error() != want {
		t.Errorf("the failure is\n%v\nwant\n%s", err, want)
	}
}
