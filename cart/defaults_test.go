package cart

import (
	"reflect"
	"testing"
)

// optional are the fields that may be at a default beside a mapping, each with a body
// in which it cannot be read in full; everything else in the body can.
var optional = map[string]struct{ body, pointer string }{
	"id":                {body: `{"items":[{"sku":"a","quantity":1,"id":{"value":1}}]}`, pointer: "/items/0/id"},
	"sku":               {body: `{"items":[{"id":"a","quantity":1,"sku":1.5}]}`, pointer: "/items/0/sku"},
	"category":          {body: `{"items":[{"quantity":1,"category":["a",{"name":"b"}]}]}`, pointer: "/items/0/category/1"},
	"category, large":   {body: `{"items":[{"quantity":1,"category":-1}]}`, pointer: "/items/0/category"},
	"subgroup":          {body: `{"items":[{"quantity":1,"subgroup":true}]}`, pointer: "/items/0/subgroup"},
	"reduced":           {body: `{"items":[{"quantity":1,"reduced":"yes"}]}`, pointer: "/items/0/reduced"},
	"attributes":        {body: `{"items":[{"quantity":1,"attributes":[{"name":"a"}]}]}`, pointer: "/items/0/attributes"},
	"attributes, half":  {body: `{"items":[{"quantity":1,"attributes":{"a":1,"b":1e999}}]}`, pointer: "/items/0/attributes/b"},
	"customer.id":       {body: `{"customer":{"id":{}},"items":[]}`, pointer: "/customer/id"},
	"customer":          {body: `{"customer":"u1","items":[]}`, pointer: "/customer"},
	"several customers": {body: `{"customer":[{"id":"a"},{"id":"b"}],"items":[]}`, pointer: "/customer/1/id"},
	"a customer and a text": {body: `{"customer":[{"id":"a","tier":"gold","segments":["s"],"completed_orders":3},"x"],"items":[]}`,
		pointer: "/customer/1"},
	"customer.tier":              {body: `{"customer":{"tier":[1]},"items":[]}`, pointer: "/customer/tier"},
	"customer.segments":          {body: `{"customer":{"segments":["a",{"code":"b"}]},"items":[]}`, pointer: "/customer/segments/1"},
	"customer.completed_orders":  {body: `{"customer":{"completed_orders":-1},"items":[]}`, pointer: "/customer/completed_orders"},
	"coupons":                    {body: `{"coupons":["a",1.5,"b"],"items":[]}`, pointer: "/coupons/1"},
	"coupons, too many":          {body: `{"coupons":["a","b","c"],"items":[]}`, pointer: "/coupons/2"},
	"channel":                    {body: `{"channel":{"id":1},"items":[]}`, pointer: "/channel"},
	"region":                     {body: `{"region":false,"items":[]}`, pointer: "/region"},
	"shipping, an address":       {body: `{"shipping":{"city":"Lyon","amount":{}},"items":[]}`, pointer: "/shipping/amount"},
	"shipping, no amount":        {body: `{"shipping":{"city":"Lyon"},"items":[]}`, pointer: "/shipping"},
	"shipping, a text":           {body: `{"shipping":"by air","items":[]}`, pointer: "/shipping"},
	"shipping, one of two":       {body: `{"shipping":[{"amount":5},{"amount":null}],"items":[]}`, pointer: "/shipping/1"},
	"shipping, an id":            {body: `{"shipping":[{"amount":5,"id":{}}],"items":[]}`, pointer: "/shipping/0/id"},
	"shipping, a method":         {body: `{"shipping":[{"amount":5,"method":1.5}],"items":[]}`, pointer: "/shipping/0/method"},
	"shipping, text that is big": {body: `{"shipping":"99999999999999999999","items":[]}`, pointer: "/shipping"},
}

// A default beside a mapping that cannot be read in full is absent; without a mapping it
// makes the cart invalid.
func TestDefaultsThatCannotBeRead(t *testing.T) {
	absent := map[string]Cart{
		"id":                   {Lines: []Line{{SKU: "a", Quantity: 1, UnitPrice: NoPrice}}},
		"sku":                  {Lines: []Line{{ID: "a", Quantity: 1, UnitPrice: NoPrice}}},
		"category":             {Lines: []Line{{Quantity: 1, UnitPrice: NoPrice}}},
		"category, large":      {Lines: []Line{{Quantity: 1, UnitPrice: NoPrice}}},
		"subgroup":             {Lines: []Line{{Quantity: 1, UnitPrice: NoPrice}}},
		"reduced":              {Lines: []Line{{Quantity: 1, UnitPrice: NoPrice}}},
		"attributes":           {Lines: []Line{{Quantity: 1, UnitPrice: NoPrice}}},
		"shipping, an id":      {Shipping: []Charge{{Amount: 5}}},
		"shipping, a method":   {Shipping: []Charge{{Amount: 5}}},
		"shipping, an address": {},
	}
	for name, test := range optional {
		options := Options{MaxCoupons: 2}
		t.Run(name+"/without a mapping", func(t *testing.T) {
			if got := refusalOf(t, options, test.body); got.Pointer != test.pointer {
				t.Errorf("got %+v, want it at %s", got, test.pointer)
			}
		})
		if name == "attributes, half" { // no parser need read such a number
			continue
		}
		t.Run(name+"/beside a mapping", func(t *testing.T) {
			options.Map = Mapping{Subtotal: Paths{"another.path"}}
			want := absent[name]
			want.Customer.CompletedOrders = -1
			if got := cartOf(t, options, test.body); !reflect.DeepEqual(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
		})
	}
}

// What is read beside a default that is absent stays, and so does what is read of another
// line.
func TestADefaultIsAbsentAlone(t *testing.T) {
	body := `{"customer":{"id":"u","tier":{},"segments":["s"],"completed_orders":2},"channel":[],"region":"r","coupons":"c",
		"shipping":[{"id":1.5,"method":"m","amount":5},{"id":"i","method":{},"amount":6}],
		"items":[{"id":true,"sku":"a","category":{},"subgroup":"g","quantity":1,"reduced":1,"attributes":{"x":1}},
			{"id":"2","sku":"b","category":["p","q"],"subgroup":[],"quantity":1,"reduced":"1","attributes":[1]},
			{"id":"3","sku":["c"],"category":["p",false],"quantity":1,"attributes":{"y":2}}]}`
	got := cartOf(t, Options{Map: Mapping{Subtotal: Paths{"sum"}}}, body)
	want := Cart{
		Customer: Customer{ID: "u", Segments: []string{"s"}, CompletedOrders: 2}, Region: "r", Coupons: []string{"c"},
		Shipping: []Charge{{Method: "m", Amount: 5}, {ID: "i", Amount: 6}},
		Lines: []Line{
			{SKU: "a", Subgroup: "g", Quantity: 1, UnitPrice: NoPrice, Reduced: true, Attributes: []Attribute{{Name: "x", Text: "1", Kind: Number}}},
			{ID: "2", SKU: "b", Category: "p", MoreCategories: []string{"q"}, Quantity: 1, UnitPrice: NoPrice},
			{ID: "3", Quantity: 1, UnitPrice: NoPrice, Attributes: []Attribute{{Name: "y", Text: "2", Kind: Number}}},
		},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// What cannot be read is something else, and so its names are not compared with those of
// a default.
func TestADefaultThatIsSomethingElseHasAnyNames(t *testing.T) {
	got := cartOf(t, Options{Map: Mapping{Subtotal: Paths{"sum"}}}, `{"shipping":{"id":"","ıd":null,"amount":{}},"items":[],"channel":"c"}`)
	if want := (Cart{Channel: "c", Customer: Customer{CompletedOrders: -1}}); !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

// What a cart is priced by is never absent because it cannot be read.
func TestEssentialsThatCannotBeRead(t *testing.T) {
	mapped := Mapping{Channel: Paths{"another.path"}}
	for name, test := range map[string]struct {
		mapping         Mapping
		body            string
		pointer, reason string
	}{
		"currency":   {mapping: mapped, body: `{"currency":{"code":"EUR"},"items":[]}`, pointer: "/currency", reason: "is an object" + wantsCode},
		"items":      {mapping: mapped, body: `{"items":{}}`, pointer: "/items", reason: "is an object, want an array; the path items.* reads the values of an object"},
		"quantity":   {mapping: mapped, body: `{"items":[{"quantity":"two"}]}`, pointer: "/items/0/quantity", reason: `is "two"` + wantsQuantity},
		"unit price": {mapping: mapped, body: `{"items":[{"quantity":1,"unit_price":"free"}]}`, pointer: "/items/0/unit_price", reason: `is "free"` + wantsMinor},
		"the amount of a mapped charge": {mapping: Mapping{Shipping: Paths{"fees"}}, body: `{"fees":[{"amount":"free"}],"items":[]}`, pointer: "/fees/0/amount",
			reason: `is "free"` + wantsMinor},
		"the amount of a charge, mapped alone": {mapping: Mapping{ShippingAmount: Paths{"price"}}, body: `{"shipping":[{"price":"free"}],"items":[]}`, pointer: "/shipping/0/price",
			reason: `is "free"` + wantsMinor},
		"a charge without the amount mapped": {mapping: Mapping{ShippingAmount: Paths{"price"}}, body: `{"shipping":{"city":"Lyon"},"items":[]}`, pointer: "/shipping",
			reason: `has no "price"` + wantsMinor},
		"a name twice at a default": {mapping: mapped, body: `{"shipping":{"city":"a","city":"b"},"items":[]}`, pointer: "/shipping/city",
			reason: "is in its object twice, again at byte 24"},
		"another case beside a default": {mapping: mapped, body: `{"Shipping":"x","items":[],"shipping":[]}`, pointer: "/Shipping", reason: `differs only in case from "shipping", which is there, too`},
		"a NUL within a default":        {mapping: mapped, body: `{"shipping":{"\u0000":1},"items":[]}`, pointer: "/shipping", reason: hasNUL},
		"an infinite number within":     {mapping: mapped, body: `{"shipping":{"x":1e999},"items":[]}`, pointer: "/shipping/x", reason: "is 1e999, want a number that fits 64 bits of floating point"},
		"too deep within":               {mapping: mapped, body: `{"shipping":` + nested(64) + `,"items":[]}`, pointer: "/shipping/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0/0", reason: "is nested too deep, want at most 64 levels"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := refusalOf(t, Options{Map: test.mapping}, test.body); got != (Invalid{Pointer: test.pointer, Reason: test.reason}) {
				t.Errorf("got  %+v\nwant %+v", got, Invalid{Pointer: test.pointer, Reason: test.reason})
			}
		})
	}
}

// Each of the fields that are absent at a default is invalid where it is mapped.
func TestMappedFieldsThatCannotBeRead(t *testing.T) {
	keys := map[string]struct{ key, path string }{
		"id": {"id", "id"}, "sku": {"sku", "sku"}, "category": {"category", "category"}, "category, large": {"category", "category"},
		"subgroup": {"subgroup", "subgroup"}, "reduced": {"reduced", "reduced"}, "attributes": {"attributes", "attributes"},
		"attributes, half": {"attributes", "attributes"}, "customer.id": {"customer_id", "customer.id"}, "customer": {"customer_id", "customer.id"},
		"several customers": {"customer_id", "customer.id"}, "a customer and a text": {"customer_tier", "customer.tier"},
		"customer.tier": {"customer_tier", "customer.tier"}, "customer.segments": {"customer_segments", "customer.segments"},
		"customer.completed_orders": {"completed_orders", "customer.completed_orders"}, "coupons": {"coupons", "coupons"},
		"coupons, too many": {"coupons", "coupons"}, "channel": {"channel", "channel"}, "region": {"region", "region"},
		"shipping, an address": {"shipping", "shipping"}, "shipping, no amount": {"shipping", "shipping"}, "shipping, a text": {"shipping", "shipping"},
		"shipping, one of two": {"shipping", "shipping"}, "shipping, an id": {"shipping_id", "id"}, "shipping, a method": {"shipping_method", "method"},
		"shipping, text that is big": {"shipping", "shipping"},
	}
	for name, test := range optional {
		t.Run(name, func(t *testing.T) {
			m := Mapping{}
			if err := m.Set(keys[name].key, keys[name].path); err != nil {
				t.Fatal(err)
			}
			if got := refusalOf(t, Options{MaxCoupons: 2, Map: m}, test.body); got.Pointer != test.pointer {
				t.Errorf("got %+v, want it at %s", got, test.pointer)
			}
		})
	}
}

// Shops that write all names with a capital have members called like the defaults of
// fields that they do not have.
func TestDefaultsInAnotherCase(t *testing.T) {
	m := Mapping{
		Currency: Paths{"Currency"}, Items: Paths{"Basket"}, SKU: Paths{"ProductCode"}, Quantity: Paths{"Qty"}, UnitPrice: Paths{"UnitPrice"},
	}
	const line = `{"ProductCode":"A-1","Qty":2,"UnitPrice":1250,"Id":3`
	for name, test := range map[string]struct {
		body   string
		bare   bool   // without the map
		reason string // empty for a cart of one line without id and customer
	}{
		"alone, beside a map":            {body: `{"Currency":"EUR","Customer":{"Id":5},"Basket":[` + line + `}],"Region":{"Name":"eu"},"Shipping":4.5}`},
		"beside the default, before it":  {body: `{"Basket":[` + line + `}],"Customer":{"Id":5},"customer":null}`, reason: `/Customer: differs only in case from "customer", which is there, too`},
		"beside the default, behind it":  {body: `{"region":"a","Basket":[` + line + `}],"REGION":"b"}`, reason: `/REGION: differs only in case from "region", which is there, too`},
		"of what rules know goods by":    {body: `{"Basket":[` + line + `,"Category":{"Id":7}}]}`, reason: `/Basket/0/Category: differs only in case from "category", want it written so`},
		"of what is mapped":              {body: `{"Basket":[` + line + `,"qty":2}]}`, reason: `/Basket/0/qty: differs only in case from "Qty", want it written so`},
		"of an essential default":        {body: `{"Basket":[` + line + `}],"CURRENCY":"EUR"}`, reason: `/CURRENCY: differs only in case from "Currency", want it written so`},
		"in a line, beside the default":  {body: `{"Basket":[` + line + `,"id":4}]}`, reason: `/Basket/0/Id: differs only in case from "id", which is there, too`},
		"as Java has it":                 {body: `{"Basket":[` + line + `}],"regıon":"a","region":"b"}`, reason: `/regıon: differs only in case from "region", which is there, too`},
		"alone, without a map":           {body: `{"items":[{"quantity":1}],"Customer":{"Id":5}}`, bare: true, reason: `/Customer: differs only in case from "customer", want it written so`},
		"twice, where the default is no": {body: `{"Basket":[` + line + `}],"Region":"a","REGION":"b"}`},
	} {
		t.Run(name, func(t *testing.T) {
			options := Options{Map: m}
			if test.bare {
				options = Options{}
			}
			var c Cart
			found, err := reader(t, options).ReadJSON([]byte(test.body), currency(t, "EUR"), &c)
			if test.reason != "" {
				if bad := invalid(t, found, err); bad.Pointer+": "+bad.Reason != test.reason {
					t.Errorf("got  %s: %s\nwant %s", bad.Pointer, bad.Reason, test.reason)
				}
				return
			}
			if !found || err != nil || len(c.Lines) != 1 || c.Lines[0].ID != "" || c.Customer.ID != "" || c.Region != "" || len(c.Shipping) != 0 {
				t.Errorf("got %v, %v, %+v", found, err, c)
			}
		})
	}
}
