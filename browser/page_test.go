package browser

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// drinks is a strategy that prices alike at every hour. Its catalogue has a price for the mug.
const drinks = `version = "before"
products = [
	{ sku = "americano-iced", category = "drinks" }, { sku = "jasmine", category = "drinks" },
	{ sku = "lemon-soda", category = "drinks" }, { sku = "gift-mug", price = 59 },
]
[rule.three]
title         = { en = "Three drinks, 15% off", zh = "三件八五折" }
categories    = ["drinks"]
min_quantity  = 3
discount_rate = 0.15
[rule.ladder]
title  = "Spend and save"
ladder = [{ threshold = 30, amount = 3 }, { threshold = 100, amount = 15 }]
`

// openPage opens the page of Caddyfile.example, with a strategy in the place of the
// checkout's unless it is empty. It returns the path of the strategy.
func openPage(t *testing.T, strategy string) (ctx context.Context, address, path string) {
	t.Helper()
	ctx = open(t)
	dir := t.TempDir()
	if strategy == "" {
		strategy = read(t, "../config/discount.toml")
	}
	path = filepath.Join(dir, "config", "discount.toml")
	write(t, path, strategy)
	write(t, filepath.Join(dir, "demo", "index.html"), read(t, "../demo/index.html"))
	address = freeAddress(t)
	example := read(t, "../Caddyfile.example")
	for old, other := range map[string]string{
		"admin localhost:2019": "admin off\n\tpersist_config off",
		":8080 {":              ":" + portOf(t, address) + " {\n\tbind 127.0.0.1",
		"9000":                 portOf(t, freeAddress(t)),
	} {
		if !strings.Contains(example, old) {
			t.Fatalf("Caddyfile.example has no %q", old)
		}
		example = strings.ReplaceAll(example, old, other)
	}
	run(t, dir, example, address)
	do(ctx, t, chromedp.Navigate("http://"+address+"/"))
	await(ctx, t, `document.getElementById('payable').textContent !== ''`)
	return ctx, address, path
}

// text is what the page shows of an element.
func text(ctx context.Context, t *testing.T, id string) string {
	t.Helper()
	return evaluate[string](ctx, t, fmt.Sprintf("document.getElementById(%q).innerText", id))
}

// shows waits until an element shows a text.
func shows(ctx context.Context, t *testing.T, id, part string) {
	t.Helper()
	await(ctx, t, fmt.Sprintf("document.getElementById(%q).innerText.includes(%q)", id, part))
}

// press presses a button, by its name for people who do not see it.
func press(ctx context.Context, t *testing.T, label string) {
	t.Helper()
	do(ctx, t, chromedp.Click(chromedp.CSS(`button[aria-label="`+label+`"]`)))
}

func TestPageShowsALiveQuote(t *testing.T) {
	t.Parallel()
	ctx, _, path := openPage(t, drinks)

	shows(ctx, t, "payable", "CN¥30.00") // an americano and a tea: 33.00 less 3.00
	shows(ctx, t, "applied", "Spend and save")
	shows(ctx, t, "next", "Three drinks, 15% off: 1 unit more")
	shows(ctx, t, "version", "before")
	if main := evaluate[string](ctx, t, "document.querySelector('main').innerText"); !strings.Contains(main, "config/discount.toml") {
		t.Errorf("the page does not say which file to edit:\n%s", main)
	}

	press(ctx, t, "One more of 柠檬气泡水 Lemon soda")
	shows(ctx, t, "payable", "CN¥35.70") // 45.00 less 3.00, and 15% of the rest
	shows(ctx, t, "applied", "Three drinks, 15% off")
	press(ctx, t, "One more of 马克杯 Mug")
	shows(ctx, t, "subtotal", "CN¥104.00") // the catalogue's price of the mug
	for _, article := range []string{"柠檬气泡水 Lemon soda", "马克杯 Mug", "茉莉绿茶 Jasmine tea", "冰美式 Iced americano", "冰美式 Iced americano"} {
		press(ctx, t, "One less of "+article)
	}
	shows(ctx, t, "payable", "CN¥0.00")
	shows(ctx, t, "applied", "No promotion applies")
	press(ctx, t, "One more of 冰美式 Iced americano")
	shows(ctx, t, "payable", "CN¥18.00")

	// A save is seen without a hand on the page, and a mistake leaves what is there.
	write(t, path, strings.NewReplacer("before", "after", "threshold = 30, amount = 3", "threshold = 10, amount = 1").Replace(drinks))
	shows(ctx, t, "version", "after")
	shows(ctx, t, "payable", "CN¥17.00")
	write(t, path, "version = 'wrong")
	write(t, path, strings.NewReplacer("before", "at last").Replace(drinks))
	shows(ctx, t, "version", "at last")
	shows(ctx, t, "payable", "CN¥18.00")
	if problem := evaluate[bool](ctx, t, "document.getElementById('problem').hidden"); !problem {
		t.Errorf("there is a problem: %s", text(ctx, t, "problem"))
	}
}

// A gift takes nothing off: the page says what is given, and what goods are missing.
func TestPageShowsGiftsAndTheGoodsThatAreMissing(t *testing.T) {
	t.Parallel()
	ctx, _, _ := openPage(t, `version = "v"
products = [{ sku = "americano-iced" }, { sku = "jasmine" }, { sku = "gift-mug" }, { sku = "cookie", price = 8 }]
[rule.a-sticker]
title        = "A sticker"
min_quantity = 2
gift         = { sku = "sticker" }
[rule.b-mug]
title        = "A mug for 60"
min_subtotal = 60
gift         = { sku = "gift-mug" }
[rule.c-teas]
title        = "Three teas"
skus         = ["jasmine"]
min_quantity = 3
discount_amount = 5
[rule.d-cookie]
title = "A cookie at half price"
buy   = { skus = ["jasmine"], quantity = 1 }
get   = { skus = ["cookie"], rate = 0.5 }
[rule.e-articles]
title           = "Four different"
min_articles    = 4
discount_amount = 9
`)
	shows(ctx, t, "applied", "gift: 1 × sticker")
	shows(ctx, t, "next", "A mug for 60: goods for CN¥27.00 more (such as 茉莉绿茶 Jasmine tea)")
	shows(ctx, t, "next", "gift: 1 × 马克杯 Mug")
	shows(ctx, t, "next", "Three teas: 2 units more (such as 茉莉绿茶 Jasmine tea)")
	shows(ctx, t, "next", "A cookie at half price: 1 × cookie")
	shows(ctx, t, "next", "Four different: 2 articles more")
	for _, id := range []string{"applied", "next"} {
		if got := text(ctx, t, id); strings.Contains(got, "CN¥0.00") {
			t.Errorf("a gift is an amount of nothing:\n%s", got)
		}
	}
}

func TestPageShowsAmountsOfACurrencyWithOtherDecimals(t *testing.T) {
	t.Parallel()
	for currency, want := range map[string]string{"JPY": "¥3,300", "KWD": "KWD 3.300"} {
		t.Run(currency, func(t *testing.T) {
			t.Parallel()
			ctx, _, _ := openPage(t, "version = \"v\"\ncurrency = \""+currency+"\"\n[rule.coupon]\ncoupons = [\"X\"]\ndiscount_rate = 0.5\n")
			await(ctx, t, fmt.Sprintf(`document.getElementById('payable').innerText.replace(/\u00a0/g, ' ') === %q`, want))
		})
	}
}

// What the checkout has is what its reader sees first.
func TestPageOfTheExample(t *testing.T) {
	t.Parallel()
	ctx, address, _ := openPage(t, "")
	shows(ctx, t, "version", "2026-11-group-buy")
	shows(ctx, t, "next", "15% off three drinks: 1 unit more")
	if got := text(ctx, t, "next"); strings.Contains(got, "undefined") {
		t.Errorf("the page says\n%s", got)
	}

	from := evaluate[[]string](ctx, t, `performance.getEntriesByType('resource').map(entry => entry.name)`)
	if len(from) == 0 {
		t.Error("the page has asked for no quote")
	}
	for _, url := range from {
		if !strings.HasPrefix(url, "http://"+address+"/quote") && !strings.HasPrefix(url, "data:") {
			t.Errorf("the page loads %s", url)
		}
	}
}

// complaints are what is wrong with how the page looks: text that is hard to read on what
// is behind it (WCAG 2.2, 1.4.3), buttons that are too small for a finger (2.5.8), and
// what is wider than the window.
const complaints = `(() => {
	const found = []
	const rgb = colour => colour.match(/[\d.]+/g).map(Number)
	const luminance = colour => {
		const [r, g, b] = rgb(colour).map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
		return 0.2126 * r + 0.7152 * g + 0.0722 * b
	}
	const behind = element => {
		for (let at = element; at; at = at.parentElement) {
			const colour = getComputedStyle(at).backgroundColor
			if ((rgb(colour)[3] ?? 1) > 0) return colour
		}
		return 'rgb(255, 255, 255)'
	}
	for (const element of document.querySelectorAll('body *')) {
		const own = [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim() !== '')
		if (!own || !element.checkVisibility()) continue
		const [a, b] = [luminance(getComputedStyle(element).color), luminance(behind(element))].sort((x, y) => y - x)
		const contrast = (a + 0.05) / (b + 0.05)
		if (contrast < 4.5) found.push(element.tagName + ' ' + element.textContent.slice(0, 30) + ': contrast ' + contrast.toFixed(2))
	}
	for (const button of document.querySelectorAll('button')) {
		const box = button.getBoundingClientRect()
		if (Math.min(box.width, box.height) < 40) found.push(button.getAttribute('aria-label') + ': ' + box.width + '×' + box.height)
	}
	const width = document.documentElement.clientWidth
	for (const element of document.querySelectorAll('body *')) {
		if (element.getBoundingClientRect().right > width + 1) found.push(element.tagName + '#' + element.id + ' is cut off at the right')
	}
	return found
})()`

func TestPageCanBeReadInBothColourSchemesAndOnAPhone(t *testing.T) {
	t.Parallel()
	ctx, _, _ := openPage(t, drinks)
	press(ctx, t, "One more of 柠檬气泡水 Lemon soda")
	shows(ctx, t, "applied", "Three drinks, 15% off")
	do(ctx, t, chromedp.Click(chromedp.CSS("summary")))

	grounds := map[string]string{}
	for _, scheme := range []string{"light", "dark"} {
		if _, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		}); err != nil {
			t.Fatal(err)
		}
		for name, width := range map[string]int64{"desktop": 1280, "phone": 360, "small phone": 320} {
			do(ctx, t, chromedp.EmulateViewport(width, 800))
			await(ctx, t, fmt.Sprintf("innerWidth === %d", width))
			for _, complaint := range evaluate[[]string](ctx, t, complaints) {
				t.Errorf("%s, %s: %s", scheme, name, complaint)
			}
			picture(ctx, t, scheme+" "+name)
		}
		grounds[scheme] = evaluate[string](ctx, t, "getComputedStyle(document.body).backgroundColor")
	}
	if grounds["light"] == grounds["dark"] {
		t.Errorf("both schemes are %s", grounds["light"])
	}
}

// picture puts a picture of the page into the directory PICTURES, for people to look at.
func picture(ctx context.Context, t *testing.T, name string) {
	t.Helper()
	dir := os.Getenv("PICTURES")
	if dir == "" {
		return
	}
	png, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, strings.ReplaceAll(name, " ", "-")+".png"), png, 0o600); err != nil {
		t.Fatal(err)
	}
}

// The gateway is gone: the page says so, and goes on when it is back.
func TestPageSaysThatThereIsNoQuote(t *testing.T) {
	t.Parallel()
	ctx, _, path := openPage(t, drinks)
	await(ctx, t, `document.getElementById('problem').hidden`)
	_ = evaluate[bool](ctx, t, `(window.fetched = window.fetch, window.fetch = () => Promise.reject(new TypeError('cut off')), true)`)
	shows(ctx, t, "problem", "the gateway does not answer (cut off)")
	_ = evaluate[bool](ctx, t, `(window.fetch = window.fetched, true)`)
	write(t, path, strings.Replace(drinks, "before", "after", 1))
	shows(ctx, t, "version", "after")
	await(ctx, t, `document.getElementById('problem').hidden`)
}
