package cart

import (
	"bytes"
	"reflect"
	"strings"
	"sync"
	"testing"
)

const whole = `{
  "currency": "JPY",
  "items": [
    {"id": "l1", "sku": "americano-iced", "category": "咖啡", "subgroup": "冷饮",
     "quantity": 2, "unit_price": 1800, "reduced": true,
     "attributes": {"caffeine_mg": 95, "size": "L", "hot": false, "none": null, "nested": {"a": [1]}}},
    {"id": 7, "sku": 4006381333931, "quantity": 1}
  ],
  "customer": {"id": 12, "tier": "gold", "segments": ["student", "vip"], "completed_orders": 3},
  "coupons": ["SPRING", "618"], "channel": "app", "region": "sh",
  "shipping": [{"id": "s1", "method": "standard", "amount": 600}, {"amount": 0}]
}`

func wholeCart() Cart {
	return Cart{
		Currency: "JPY",
		Lines: []Line{{
			ID: "l1", SKU: "americano-iced", Category: "咖啡", Subgroup: "冷饮",
			Quantity: 2, UnitPrice: 1800, Subtotal: 3600, Reduced: true,
			Attributes: []Attribute{{Name: "caffeine_mg", Text: "95", Kind: Number}, {Name: "size", Text: "L", Kind: Text}, {Name: "hot", Text: "false", Kind: Bool}},
		}, {
			ID: "7", SKU: "4006381333931", Quantity: 1, UnitPrice: NoPrice,
		}},
		Customer: Customer{ID: "12", Tier: "gold", Segments: []string{"student", "vip"}, CompletedOrders: 3},
		Coupons:  []string{"SPRING", "618"}, Channel: "app", Region: "sh",
		Shipping: []Charge{{ID: "s1", Method: "standard", Amount: 600}, {}},
	}
}

func TestReadJSON(t *testing.T) {
	line := func(l Line) Cart {
		return Cart{Lines: []Line{l}, Customer: Customer{CompletedOrders: -1}}
	}
	empty := Cart{Customer: Customer{CompletedOrders: -1}}
	one := line(Line{SKU: "a", Quantity: 2, UnitPrice: 1850, Subtotal: 3700})
	with := func(change func(*Cart)) Cart {
		c := line(Line{SKU: "a", Quantity: 2, UnitPrice: 1850, Subtotal: 3700})
		change(&c)
		return c
	}
	for name, test := range map[string]struct {
		body    string
		options Options
		want    Cart
	}{
		"everything":                      {body: whole, want: wholeCart()},
		"no items is an empty cart":       {body: `{"items":[]}`, want: empty},
		"white space anywhere":            {body: " {\n\"items\" :\t[ { \"sku\" : \"a\" ,\r\n\"quantity\" : 2, \"unit_price\":1850 } ] }\n", want: one},
		"escapes are decoded":             {body: `{"items":[{"sku":"\u0061","quantity":2,"unit_price":1850}]}`, want: one},
		"escaped names are names":         {body: `{"\u0069tems":[{"\u0073ku":"a","quantity":2,"unit_price":1850}]}`, want: one},
		"quotes and pairs of surrogates":  {body: `{"items":[{"sku":"\"\\\ud83d\ude00","quantity":1}]}`, want: line(Line{SKU: "\"\\😀", Quantity: 1, UnitPrice: NoPrice})},
		"null is absent":                  {body: `{"currency":null,"customer":null,"coupons":null,"shipping":null,"region":null,"items":[{"sku":"a","id":null,"quantity":2,"unit_price":1850,"attributes":null,"reduced":null}]}`, want: one},
		"null inside a customer":          {body: `{"customer":{"id":null,"segments":null,"completed_orders":null},"items":[{"sku":"a","quantity":2,"unit_price":1850}]}`, want: one},
		"no price":                        {body: `{"items":[{"sku":"a","quantity":2}]}`, want: line(Line{SKU: "a", Quantity: 2, UnitPrice: NoPrice})},
		"null as price is no price":       {body: `{"items":[{"sku":"a","quantity":2,"unit_price":null}]}`, want: line(Line{SKU: "a", Quantity: 2, UnitPrice: NoPrice})},
		"no sku":                          {body: `{"items":[{"quantity":2,"unit_price":0}]}`, want: line(Line{Quantity: 2})},
		"a byte order mark":               {body: "\ufeff" + `{"items":[{"sku":"a","quantity":2,"unit_price":1850}]}`, want: one},
		"a byte order mark, white space":  {body: "\ufeff \n" + `{"items":[{"sku":"a","quantity":2,"unit_price":1850}]}`, want: one},
		"case variants at unread names":   {body: `{"a":1,"A":2,"x":[{"y":{"ab":1,"aB":2}}],"items":[{"x_y":1,"x_Y":1,"sku":"a","quantity":2,"unit_price":1850}]}`, want: one},
		"kelvin signs and sigmas, unread": {body: `{"k":1,"\u212a":2,"x":{"σ":1,"ς":2,"ſ":1,"s":2},"items":[{"sku":"a","quantity":2,"unit_price":1850}]}`, want: one},
		"many variants at unread names":   {body: `{"x":` + manyPairs(40) + `,"items":[{"sku":"a","quantity":2,"unit_price":1850}]}`, want: one},
		"texts and fractions of zero":     {body: `{"items":[{"sku":"a","quantity":"2.0","unit_price":1850.0,"reduced":0,"attributes":[]}]}`, want: one},
		"integers as names": {
			body: `{"channel":3,"region":4,"coupons":618,"customer":{"id":1,"tier":2,"segments":[5,6]},"shipping":{"id":7,"method":8,"amount":"9"},
				"items":[{"id":10,"sku":11,"category":12,"subgroup":13,"quantity":1,"reduced":1}]}`,
			want: Cart{
				Channel: "3", Region: "4", Coupons: []string{"618"}, Customer: Customer{ID: "1", Tier: "2", Segments: []string{"5", "6"}, CompletedOrders: -1},
				Shipping: []Charge{{ID: "7", Method: "8", Amount: 9}},
				Lines:    []Line{{ID: "10", SKU: "11", Category: "12", Subgroup: "13", Quantity: 1, UnitPrice: NoPrice, Reduced: true}},
			},
		},
		"a customer in a list":             {body: `{"customer":[{"tier":"gold"}],"items":[{"sku":"a","quantity":2,"unit_price":1850}]}`, want: with(func(c *Cart) { c.Customer.Tier = "gold" })},
		"an empty list for an object":      {body: `{"customer":[],"items":[{"sku":"a","quantity":2,"unit_price":1850}]}`, want: one},
		"an empty text is no currency":     {body: `{"currency":"","items":[{"sku":"a","quantity":2,"unit_price":1850}]}`, want: one},
		"a currency in lower case":         {body: `{"currency":"eur","items":[{"sku":"a","quantity":2,"unit_price":1850}]}`, want: with(func(c *Cart) { c.Currency = "EUR" })},
		"nothing to charge, and no SKU":    {body: `{"items":[{"quantity":0}]}`, want: line(Line{UnitPrice: NoPrice})},
		"unknown members are passed over":  {body: `{"x":{"y":[1,"]}",{"z":null}]},"items":[{"sku":"a","q":[[]],"quantity":2,"unit_price":1850}],"total":1e300}`, want: one},
		"names twice in different objects": {body: `{"a":{"b":1},"B":{"B":1},"items":[{"sku":"a","quantity":2,"unit_price":1850}]}`, want: one},
		"major number":                     {body: `{"items":[{"sku":"a","quantity":2,"unit_price":18.50}]}`, options: Options{Prices: Major}, want: one},
		"major number without zeros":       {body: `{"items":[{"sku":"a","quantity":2,"unit_price":18.5}]}`, options: Options{Prices: Major}, want: one},
		"major string":                     {body: `{"items":[{"sku":"a","quantity":2,"unit_price":"18.50"}]}`, options: Options{Prices: Major}, want: one},
		"major string with escapes":        {body: `{"items":[{"sku":"a","quantity":2,"unit_price":"18\u002e50"}]}`, options: Options{Prices: Major}, want: one},
		"major integer":                    {body: `{"items":[{"sku":"a","quantity":2,"unit_price":18}]}`, options: Options{Prices: Major}, want: line(Line{SKU: "a", Quantity: 2, UnitPrice: 1800, Subtotal: 3600})},
		"the stated currency has the decimals, even at the end": {
			body:    `{"items":[{"sku":"a","quantity":2,"unit_price":1.850}],"currency":"KWD"}`,
			options: Options{Prices: Major}, want: with(func(c *Cart) { c.Currency = "KWD" }),
		},
		"zeros past the decimals": {
			body:    `{"items":[{"sku":"a","quantity":2,"unit_price":1850.00}],"currency":"JPY"}`,
			options: Options{Prices: Major}, want: with(func(c *Cart) { c.Currency = "JPY" }),
		},
		"shipping in major units": {
			body:    `{"shipping":[{"amount":"6.00"}],"items":[{"sku":"a","quantity":2,"unit_price":18.5}]}`,
			options: Options{Prices: Major}, want: with(func(c *Cart) { c.Shipping = []Charge{{Amount: 600}} }),
		},
		"the largest amounts": {
			body: `{"items":[{"quantity":1,"unit_price":999999999999999}]}`,
			want: line(Line{Quantity: 1, UnitPrice: 999999999999999, Subtotal: 999999999999999}),
		},
		"as many lines as allowed": {
			body: `{"items":[{"sku":"a","quantity":2,"unit_price":1850}]}`, options: Options{MaxLines: 1}, want: one,
		},
		"as deep as allowed": {
			body: `{"items":[{"sku":"a","quantity":2,"unit_price":1850}],"x":` + nested(63) + `}`, want: one,
		},
	} {
		t.Run(name, func(t *testing.T) {
			got := wholeCart() // what was there before must be gone
			found, err := reader(t, test.options).ReadJSON([]byte(test.body), currency(t, "CNY"), &got)
			if !found || err != nil {
				t.Fatal(found, err)
			}
			if got = visible(got); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
		})
	}
}

// nested is so many arrays in each other.
func nested(depth int) string {
	return strings.Repeat("[", depth) + strings.Repeat("]", depth)
}

func TestReadJSONOfWhatIsNoCart(t *testing.T) {
	for name, body := range map[string]string{
		"an array":                        `[{"items":[]}]`,
		"a string":                        `"items"`,
		"a number":                        `17`,
		"null":                            `null`,
		"an empty object":                 `{}`,
		"other members":                   `{"query":"{ items }","variables":{"items":[]}}`,
		"wrong types elsewhere":           `{"customer":"u1","coupons":7,"currency":"xxx"}`,
		"too deep elsewhere":              `{"x":` + nested(100) + `}`,
		"other names that differ in case": `{"de":1,"DE":2,"Channel":3}`,
	} {
		t.Run(name, func(t *testing.T) {
			into := wholeCart()
			found, err := reader(t, Options{}).ReadJSON([]byte(body), currency(t, "CNY"), &into)
			if found || err != nil {
				t.Error(found, err)
			}
			if len(into.Lines) > 0 || into.Channel != "" {
				t.Error("the cart is not empty")
			}
		})
	}
	t.Run("a path that ends early", func(t *testing.T) {
		r := reader(t, Options{Map: Mapping{Items: Paths{"order.lines"}}})
		for _, body := range []string{`{"order":null}`, `{"order":[]}`, `{"order":[null,{"line":[]}]}`, `{"order":"x"}`, `{"order":["x",[7]]}`, `{"order":{}}`, `{"lines":[]}`} {
			if found, err := r.ReadJSON([]byte(body), currency(t, "CNY"), new(Cart)); found || err != nil {
				t.Error(body, found, err)
			}
		}
	})
}

func TestInvalidSaysWhere(t *testing.T) {
	if got := (&Invalid{Pointer: "/items/0", Reason: "is 1, want 2"}).Error(); got != "cart: /items/0: is 1, want 2" {
		t.Error(got)
	}
	if got := (&Invalid{Pointer: "", Reason: "is empty"}).Error(); got != "cart: is empty" {
		t.Error(got)
	}
}

func TestReadJSONDoesNotAllocateOncePooled(t *testing.T) {
	lines := func(line string) string { return strings.Repeat(line+",", 499) + line }
	for name, test := range map[string]struct {
		options Options
		body    string
	}{
		"few lines":          {body: string(body(3))},
		"many lines":         {body: string(body(500))},
		"a byte order mark":  {body: "\ufeff" + string(body(3))},
		"numbers in texts":   {options: Options{Prices: Major}, body: `{"items":[` + lines(`{"quantity":"2.00","unit_price":"18.5000"}`) + `]}`},
		"quantities as 2.0":  {body: `{"items":[` + lines(`{"quantity":2.0,"unit_price":1850.0}`) + `]}`},
		"by weight":          {options: Options{Fractional: true}, body: `{"items":[` + lines(`{"quantity":0.5,"unit_price":3}`) + `]}`},
		"integers as names":  {body: `{"items":[` + lines(`{"quantity":1,"id":1,"sku":4006381333931,"category":7}`) + `]}`},
		"several categories": {body: `{"items":[` + lines(`{"quantity":1,"category":["a",null,"b","c"]}`) + `]}`},
		"totals":             {options: Options{Map: Mapping{LineTotal: Paths{"total"}}}, body: `{"items":[` + lines(`{"quantity":3,"unit_price":3,"total":10}`) + `]}`},
		"pairs": {options: Options{Map: Mapping{Attributes: Paths{"more", "k", "v"}}},
			body: `{"items":[` + lines(`{"quantity":1,"more":[{"k":"a","v":1},{"k":"b","v":null},{"k":"c","v":"x"}]}`) + `]}`},
		"through lists": {options: Options{Map: Mapping{Items: Paths{"units.items"}, SKU: Paths{"product.sku"}}},
			body: `{"units":[` + lines(`{"items":[{"quantity":1,"product":[{"sku":"a"}]}]}`) + `]}`},
		"every element": {options: Options{Map: Mapping{Items: Paths{"lines.*"}}}, body: `{"lines":[` + lines(`{"quantity":1}`) + `]}`},
		"defaults that are absent": {options: Options{Map: Mapping{Subtotal: Paths{"sum"}}},
			body: `{"items":[` + lines(`{"quantity":1,"attributes":null}`) + `],"shipping":{"city":"Lyon"}}`},
		"JSON in a text": {options: Options{Map: Mapping{Items: Paths{"x!json"}}}, body: `{"x":"[` + escaped(lines(`{"quantity":1,"sku":"a"}`)) + `]"}`},
	} {
		t.Run(name, func(t *testing.T) {
			r, defaultCurrency, text := reader(t, test.options), currency(t, "CNY"), []byte(test.body)
			var into Cart
			allocs := testing.AllocsPerRun(20, func() {
				if found, err := r.ReadJSON(text, defaultCurrency, &into); !found || err != nil {
					t.Fatal(found, err)
				}
			})
			// The pool of the JSON package may have been emptied, and is at random
			// under the race detector; lines beyond that cost nothing.
			if allocs > 20 {
				t.Error(allocs, "allocations")
			}
		})
	}
}

func TestReaderIsSafeForConcurrentUse(t *testing.T) {
	r, defaultCurrency := reader(t, Options{}), currency(t, "CNY")
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			var into Cart
			for range 50 {
				found, err := r.ReadJSON([]byte(whole), defaultCurrency, &into)
				if got := visible(into); !found || err != nil || !reflect.DeepEqual(got, wholeCart()) {
					t.Errorf("%v %v %+v", found, err, got)
				}
			}
		})
	}
	group.Wait()
}

func TestReadJSONLeavesTheBodyAlone(t *testing.T) {
	for _, text := range []string{whole, `{"items":[{"sku":"\u0061\n","quantity":1}]}`, `{"items":[],"items":[]}`, `{"items`} {
		body := []byte(text)
		_, _ = reader(t, Options{}).ReadJSON(body, currency(t, "CNY"), new(Cart))
		if !bytes.Equal(body, []byte(text)) {
			t.Errorf("%s became %s", text, body)
		}
	}
}

func TestResetForgetsEverything(t *testing.T) {
	var c Cart
	if _, err := reader(t, Options{}).ReadJSON([]byte(whole), currency(t, "CNY"), &c); err != nil {
		t.Fatal(err)
	}
	c.Reset()
	if got := visible(c); !reflect.DeepEqual(got, Cart{Customer: Customer{CompletedOrders: -1}}) {
		t.Errorf("%+v", got)
	}
	for _, attribute := range c.attributes[:cap(c.attributes)] {
		if attribute != (Attribute{}) {
			t.Errorf("kept %+v", attribute)
		}
	}
	for _, line := range c.Lines[:cap(c.Lines)] {
		if !reflect.DeepEqual(line, Line{}) {
			t.Errorf("kept %+v", line)
		}
	}
}

func TestResetDropsWhatOneLargeRequestNeeded(t *testing.T) {
	var c Cart
	if _, err := reader(t, Options{}).ReadJSON(manyNames(1<<18), currency(t, "CNY"), &c); err != nil {
		t.Fatal(err)
	}
	c.Reset()
	if cap(c.names.at) > keep {
		t.Error("keeps memory for", cap(c.names.at), "names")
	}
	texts := strings.Repeat(`"a",`, 63) + `"a"`
	line := `{"quantity":1,"category":[` + texts + `],"attributes":{"a":1,"b":2}},`
	r := reader(t, Options{MaxLines: 5000, Map: Mapping{Items: Paths{"units.items", "more"}}})
	units := strings.Repeat(`{"items":[`+line[:len(line)-1]+`]},`, 5000)
	if _, err := r.ReadJSON([]byte(`{"units":[`+units[:len(units)-1]+`]}`), currency(t, "CNY"), &c); err != nil {
		t.Fatal(err)
	}
	c.Reset()
	if cap(c.attributes) > keep || cap(c.texts) > keep || cap(c.chunks) > keep {
		t.Error("keeps memory for", cap(c.attributes), "attributes,", cap(c.texts), "texts,", cap(c.chunks), "lists of lines")
	}
}
