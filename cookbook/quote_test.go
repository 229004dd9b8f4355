package cookbook_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/text/language"

	"github.com/promogate/caddy-discount/cart"
	"github.com/promogate/caddy-discount/strategy"
)

// The page of the quote shows what the strategy on it makes of the cart on it.
func TestTheQuoteOnThePageIsTrue(t *testing.T) {
	blocks := blocksOf(t, mustRead(t, filepath.Join("..", "docs", "quote.md")))
	text := func(kind string) string {
		i := slices.IndexFunc(blocks, func(b block) bool { return b.kind == kind })
		if i < 0 {
			t.Fatalf("the page has no block of %s", kind)
		}
		return blocks[i].text
	}
	s, err := strategy.Load("", strategy.Source{Name: "discount.toml", Data: []byte(text("toml"))})
	if err != nil {
		t.Fatal(err)
	}
	reader, err := cart.NewReader(cart.Options{})
	if err != nil {
		t.Fatal(err)
	}
	c := new(cart.Cart)
	if _, err := reader.ReadJSON([]byte(text("json cart")), s.Currency(), c); err != nil {
		t.Fatal(err)
	}
	now, err := time.Parse(time.RFC3339, noon)
	if err != nil {
		t.Fatal(err)
	}
	x, err := s.Explain(c, now)
	if err != nil {
		t.Fatal(err)
	}
	var got, want bytes.Buffer
	if err := json.Compact(&got, s.Wording(language.English).AppendExplanationJSON(nil, x, c)); err != nil {
		t.Fatal(err)
	}
	if err := json.Compact(&want, []byte(text("json explained"))); err != nil {
		t.Fatal(err)
	}
	if got.String() != want.String() {
		t.Errorf("the page shows\n%s\nthe quote is\n%s", &want, &got)
	}
}
