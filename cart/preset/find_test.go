package preset

import "testing"

func TestAPresetThatIsNotThereHasTheNearestNameAndTheList(t *testing.T) {
	t.Parallel()
	known := []string{"magento-order", "magento-quote", "woocommerce-order"}
	for name, c := range map[string]struct{ name, want string }{
		"mistyped": {
			name: "woocomerce-order",
			want: `there is no preset "woocomerce-order", did you mean woocommerce-order? (there are magento-order, magento-quote, woocommerce-order)`,
		},
		"in capitals": {
			name: "Magento-Quote",
			want: `there is no preset "Magento-Quote", did you mean magento-quote? (there are magento-order, magento-quote, woocommerce-order)`,
		},
		"like no other": {
			name: "abantecart",
			want: `there is no preset "abantecart" (there are magento-order, magento-quote, woocommerce-order)`,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if got := unknown(c.name, known).Error(); got != c.want {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

func TestFindKnowsEveryPresetAndNoOther(t *testing.T) {
	t.Parallel()
	for _, p := range All() {
		if found, err := Find(p.Name); err != nil || found != p {
			t.Errorf("%s: found %v, %v", p.Name, found, err)
		}
	}
	if found, err := Find("no-such-shop"); err == nil {
		t.Errorf("found %v", found)
	}
}
