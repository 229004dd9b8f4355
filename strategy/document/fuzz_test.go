package document_test

import (
	"math"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/pelletier/go-toml/v2"

	"github.com/promogate/caddy-discount/strategy/document"
)

// FuzzParse holds the tree against go-toml's own strict decoder: both accept the
// same texts, and see the same keys, kinds and values in them. The places of the
// keys are held against the text.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"", "a = 1\n[b]\nc = 'x'\n[[d]]\ne = {f = [1, {g = 2}], h.i = 3}\n[[d]]\n[d.k]\n",
		"a.b = 1\na.c = 2\n[a.d]\n", "[a.b]\n[a]\nc = 1\n[a]\n", "x = 1979-05-27T07:32:00Z\ny = 07:32\nz = 1979-05-27 07:32:00.999+01:30\n",
		"a = {b = 1}\n[a.c]\n", "v = 0x_1", "v = 1_000.5e3", "v = 99999999999999999999", "v = inf", "v = 2023-02-30", "[a]\nb.c = 1\n[a.b]\n",
		"[[a]]\n[a.b]\n[[a]]\n[a.b]\n[a]\n", "a = [1,\n2, # c\n]\n", "\"\" = 1\n''.x = 2", "a = \"\"\"\nx\\\n y\"\"\"\r\n", "t = 24:00", "d = 2024-01-01T00:00:00+24:00",
		"o = {x.y = 1, x.z = 2}\no.q = 1", "a.b.c = 1\na.b = 2", "f = 1e400", "i = -0x1", "i = -9223372036854775808", "a=1\na=2",
	} {
		f.Add(seed)
	}
	for _, seed := range seeds() {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		doc, err := document.Parse(document.Source{Name: "f.toml", Data: []byte(text)})
		text = strings.TrimPrefix(text, "\ufeff") // which go-toml refuses
		var judge map[string]any
		judged := toml.NewDecoder(strings.NewReader(text)).DisallowUnknownFields().Decode(&judge)
		if err != nil && strings.HasSuffix(err.Error(), "the key has more than 100 parts") {
			return // the one thing that only this package refuses
		}
		if (err == nil) != (judged == nil) {
			t.Fatalf("ours: %v\ngo-toml: %v\ntext: %q", err, judged, text)
		}
		if err == nil {
			compare(t, doc.Root, judge)
			checkPlaces(t, doc, doc.Root, strings.Split(text, "\n"))
		}
	})
}

func compare(t *testing.T, node *document.Node, want any) {
	t.Helper()
	switch want := want.(type) {
	case map[string]any:
		if node.Kind != document.Table || len(node.Fields) != len(want) {
			t.Fatalf("%v with %d members, go-toml has %v", node.Kind, len(node.Fields), want)
		}
		for key, value := range want {
			member := node.Get(key)
			if member == nil {
				t.Fatalf("key %q is missing", key)
			}
			compare(t, member, value)
		}
	case []any:
		if node.Kind != document.Array || len(node.Items) != len(want) {
			t.Fatalf("%v with %d items, go-toml has %v", node.Kind, len(node.Items), want)
		}
		for i, value := range want {
			compare(t, node.Items[i], value)
		}
	default:
		compareScalar(t, node, want)
	}
}

func compareScalar(t *testing.T, node *document.Node, want any) {
	t.Helper()
	same := false
	switch want := want.(type) {
	case string:
		same = node.Kind == document.String && node.Text == want
	case int64:
		got, err := document.ParseInteger(node.Text)
		same = node.Kind == document.Integer && err == nil && got == want
	case float64:
		got, err := strconv.ParseFloat(node.Text, 64)
		same = node.Kind == document.Float && err == nil && got == want
		if math.IsNaN(want) {
			same = node.Kind == document.Float && strings.TrimLeft(node.Text, "+-") == "nan"
		}
	case bool:
		same = node.Kind == document.Bool && (node.Text == "true") == want
	case time.Time:
		got, err := document.ParseDateTime(node.Text)
		_, east := got.Zone()
		_, wanted := want.Zone()
		same = node.Kind == document.DateTime && err == nil && got.Equal(want) && east == wanted
	case toml.LocalDateTime:
		got, err := document.ParseLocalDateTime(node.Text, time.UTC)
		same = node.Kind == document.LocalDateTime && err == nil && got.Equal(want.AsTime(time.UTC))
	case toml.LocalDate:
		same = node.Kind == document.LocalDate && node.Text == want.String()
	case toml.LocalTime:
		var got toml.LocalTime
		same = node.Kind == document.LocalTime && got.UnmarshalText([]byte(node.Text)) == nil && got == want
	}
	if !same {
		t.Fatalf("%v %q, go-toml has %T %v", node.Kind, node.Text, want, want)
	}
}

// checkPlaces looks for every key where it is said to be.
func checkPlaces(t *testing.T, doc *document.Document, node *document.Node, lines []string) {
	t.Helper()
	for _, f := range node.Fields {
		at := doc.Locate(f.Pos)
		if at.Line > len(lines) || at.Column > len([]rune(lines[at.Line-1])) {
			t.Fatalf("key %q is said to be at %v", f.Key, at)
		}
		rest := string([]rune(lines[at.Line-1])[at.Column-1:])
		if !strings.HasPrefix(rest, f.Key) && rest[0] != '"' && rest[0] != '\'' {
			t.Fatalf("key %q is said to be at %v, where %q is", f.Key, at, rest)
		}
		checkPlaces(t, doc, f.Value, lines)
	}
	for _, item := range node.Items {
		checkPlaces(t, doc, item, lines)
	}
}
