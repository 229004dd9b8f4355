package preset

import (
	"reflect"
	"regexp"
	"slices"
	"testing"

	"github.com/promogate/caddy-discount/cart"
)

func TestThePresetsAreThoseOfTheDocumentation(t *testing.T) {
	t.Parallel()
	want := []string{
		"bigcommerce-cart", "commercetools-cart", "litemall-order", "magento-order", "magento-quote", "medusa-cart",
		"meituan-order", "odoo-order", "paypal-order", "saleor-order", "shopify-cart", "shopify-order",
		"square-order", "vendure-order", "woocommerce-order", "woocommerce-store",
	}
	if got := names(); !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}

func TestEveryPresetHasANameATitleAndAMapAndNoBounds(t *testing.T) {
	t.Parallel()
	name := regexp.MustCompile(`^[a-z]+-[a-z]+$`)
	for _, p := range All() {
		if !name.MatchString(p.Name) || p.Title == "" || reflect.ValueOf(p.Options.Map).IsZero() {
			t.Errorf("%+v", p)
		}
		unbounded := p.Options
		unbounded.MaxLines, unbounded.MaxAttributes, unbounded.MaxCoupons, unbounded.MaxSegments, unbounded.MaxShipping = 0, 0, 0, 0, 0
		if !reflect.DeepEqual(unbounded, p.Options) {
			t.Errorf("%s has bounds: %+v", p.Name, p.Options)
		}
	}
}

func TestFieldsBesideAPresetTakeThePlaceOfItsOwn(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		given Map
		want  func(*cart.Options)
	}{
		"nothing beside it": {
			given: Map{Preset: "woocommerce-order"},
			want:  func(*cart.Options) {},
		},
		"another path": {
			given: Map{Preset: "woocommerce-order", Mapping: cart.Mapping{SKU: cart.Paths{"product_id"}, Region: cart.Paths{"shipping.state"}}},
			want: func(o *cart.Options) {
				o.Map.SKU, o.Map.Region = cart.Paths{"product_id"}, cart.Paths{"shipping.state"}
			},
		},
		"a field left unread": {
			given: Map{Preset: "woocommerce-order", Mapping: cart.Mapping{Coupons: cart.Paths{cart.Unread}}},
			want:  func(o *cart.Options) { o.Map.Coupons = cart.Paths{cart.Unread} },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			want := woocommerceOrder.Options
			c.want(&want)
			got, err := c.given.Options()
			if err != nil || !reflect.DeepEqual(got, want) {
				t.Errorf("got %+v, %v\nwant %+v", got, err, want)
			}
		})
	}
}

func TestAMapWithoutAPresetIsItsFieldsAlone(t *testing.T) {
	t.Parallel()
	m := Map{Mapping: cart.Mapping{Items: cart.Paths{"order.lines"}}}
	if got, err := m.Options(); err != nil || !reflect.DeepEqual(got, cart.Options{Map: m.Mapping}) {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestAMapOfAPresetThatIsNotThereFails(t *testing.T) {
	t.Parallel()
	if got, err := (&Map{Preset: "no-such-shop"}).Options(); err == nil {
		t.Errorf("got %+v", got)
	}
}

func TestAMapLeavesThePresetAsItIs(t *testing.T) {
	t.Parallel()
	before := woocommerceOrder.Options.Map
	options, err := (&Map{Preset: "woocommerce-order", Mapping: cart.Mapping{SKU: cart.Paths{"product_id"}}}).Options()
	if err != nil || options.Map.SKU[0] != "product_id" {
		t.Fatal(options, err)
	}
	if !reflect.DeepEqual(woocommerceOrder.Options.Map, before) {
		t.Errorf("the preset is now %+v", woocommerceOrder.Options.Map)
	}
}
