package cart

import (
	"errors"
	"io"
	"testing"
)

func TestDetailOfAReason(t *testing.T) {
	for name, test := range map[string]struct {
		body string
		want Detail
	}{
		"a type": {
			body: `{"items":{}}`,
			want: Detail{
				Problem: "is an object, want an array", Seen: JSONObject, Wanted: JSONArray,
				Hint: "the path items.* reads the values of an object",
			},
		},
		"no JSON": {
			body: "\ufeff{\"items\":[1,]}",
			want: Detail{Problem: "is not JSON: invalid character ']' at start of value", Offset: 15, HasOffset: true},
		},
		"more text": {
			body: `{"items":[]} {}`,
			want: Detail{Problem: "has more text after the JSON value", Offset: 12, HasOffset: true},
		},
		"a name twice": {
			body: `{"items":[],"x":{"a":1,"a":2}}`,
			want: Detail{Problem: "is in its object twice", Offset: 23, HasOffset: true},
		},
		"a name in another case": {
			body: `{"items":[{"quantity":1,"Quantity":1}]}`,
			want: Detail{Problem: "differs only in case from \"quantity\", want it written so", CaseOnly: true},
		},
	} {
		t.Run(name, func(t *testing.T) {
			options := Options{Map: Mapping{Items: Paths{"items"}}}
			_, err := reader(t, options).ReadJSON([]byte(test.body), currency(t, "CNY"), new(Cart))
			var invalid *Invalid
			if !errors.As(err, &invalid) || invalid.Detail != test.want {
				t.Errorf("got  %+v\nwant %+v", invalid, test.want)
			}
		})
	}
}

func TestOffsetsInATextAreNoneInTheBody(t *testing.T) {
	options := Options{Map: Mapping{Items: Paths{"detail!json.lines"}}}
	for _, body := range []string{`{"detail":"{\"lines\":[}"}`, `{"detail":"{\"lines\":[],\"x\":1,\"x\":2}"}`} {
		_, err := reader(t, options).ReadJSON([]byte(body), currency(t, "CNY"), new(Cart))
		var invalid *Invalid
		if !errors.As(err, &invalid) || invalid.Detail.HasOffset || invalid.Detail.Problem != invalid.Reason {
			t.Errorf("%s: got %+v", body, invalid)
		}
	}
}

func TestATextThatEndsTooEarly(t *testing.T) {
	_, err := reader(t, Options{}).ReadJSON([]byte(`{"items":[`), currency(t, "CNY"), new(Cart))
	if !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("got %v, want %v within", err, io.ErrUnexpectedEOF)
	}
}
