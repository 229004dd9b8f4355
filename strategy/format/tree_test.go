package format_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/promogate/caddy-discount/strategy/document"
)

// tree is what a text means, with every scalar as it is written.
func tree(t *testing.T, data []byte) string {
	t.Helper()
	d, err := document.Parse(document.Source{Name: "x.toml", Data: data})
	if err != nil {
		t.Fatal(err)
	}
	var s strings.Builder
	describe(&s, d.Root)
	return s.String()
}

func describe(s *strings.Builder, n *document.Node) {
	s.WriteString(n.Kind.String() + strconv.Quote(n.Text) + "(")
	for _, f := range n.Fields {
		s.WriteString(strconv.Quote(f.Key) + "=")
		describe(s, f.Value)
	}
	for _, item := range n.Items {
		describe(s, item)
	}
	s.WriteString(")")
}
