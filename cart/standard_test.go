package cart

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/promogate/caddy-discount/money"
)

// This file holds a cart against what the standard parsers of the languages
// that backends are written in make of the same body. Every reading is a list
// of facts, each a path and a value with its kind, in an order of its own.

// shape is how the bodies of a test are written.
type shape struct {
	m      Mapping
	prices Prices
}

// shapes are the ones that the tests go through.
var shapes = map[string]shape{
	"default":       {},
	"default major": {prices: Major},
	"mapped":        {m: dotted},
	"mapped major":  {m: dotted, prices: Major},
}

// dotted has every field away from its default, most of them further down.
var dotted = Mapping{
	Currency: Paths{"order.money.code"}, Items: Paths{"order.lines"}, ID: Paths{"no"}, SKU: Paths{"product.code"}, Category: Paths{"product.group.name"},
	Subgroup: Paths{"product.group.sub"}, Quantity: Paths{"qty"}, UnitPrice: Paths{"price.each"}, Reduced: Paths{"price.sale"}, Attributes: Paths{"product.info"},
	CustomerID: Paths{"user.no"}, CustomerTier: Paths{"user.level"}, CustomerSegments: Paths{"user.in"}, CompletedOrders: Paths{"user.history.orders"},
	Coupons: Paths{"order.codes"}, Channel: Paths{"via"}, Region: Paths{"order.to.region"},
	Shipping: Paths{"order.to.fees"}, ShippingID: Paths{"no"}, ShippingMethod: Paths{"how"}, ShippingAmount: Paths{"fee.net"},
}

// paths are the routes of a mapping by their keys, for the other languages.
func (m Mapping) paths(t tester) map[string][]string {
	t.Helper()
	routes, err := m.routes()
	if err != nil {
		t.Fatal(err)
	}
	paths := map[string][]string{}
	for _, r := range routes {
		for _, step := range r.steps {
			paths[r.key] = append(paths[r.key], step.name)
		}
	}
	return paths
}

// task is one accepted body with the cart that was read from it.
type task struct {
	body []byte
	in   shape
	cart []string // facts
}

// accepted reads a body; it reports false if there is no cart to compare.
func accepted(t tester, r *Reader, in shape, body []byte, home money.Currency) (task, bool) {
	t.Helper()
	var into Cart
	found, err := r.ReadJSON(body, home, &into)
	if err != nil {
		checkInvalid(t, body, invalid(t, found, err))
	}
	if !found {
		if err == nil {
			noCart(t, in, body)
		}
		return task{}, false
	}
	return task{body, in, facts(t, &into, in.prices, home)}, true
}

// sameEverywhere fails unless all parsers see the cart of every task.
func sameEverywhere(t tester, tasks []task) {
	t.Helper()
	for _, task := range tasks {
		sameInGo(t, task)
	}
	for _, runtime := range runtimes(t) {
		answers, err := runtime.ask(t, tasks)
		if err != nil {
			t.Fatalf("%s: %v", runtime.name, err)
		}
		for i, answer := range answers {
			compare(t, runtime.name, tasks[i], answer.facts(), answer.Error)
		}
	}
}

func compare(t tester, language string, task task, got []string, failure string) {
	t.Helper()
	if failure != "" {
		t.Fatalf("%s cannot read what was accepted: %s\n%.2000s", language, failure, task.body)
	}
	if slices.Equal(got, task.cart) {
		return
	}
	for _, fact := range got {
		if !slices.Contains(task.cart, fact) {
			t.Fatalf("%s sees %.500s, which was not read\nin %.2000q\nread %.2000s", language, fact, task.body, task.cart)
		}
	}
	t.Fatalf("%s does not see all that was read\nin %.2000q\nread %.2000s\nsees %.2000s", language, task.body, task.cart, got)
}

// facts are what was read. Amounts are in the unit they were sent in: a
// backend does not know what the home currency is.
func facts(t tester, c *Cart, prices Prices, home money.Currency) []string {
	t.Helper()
	if c.Currency != "" {
		home = currency(t, c.Currency)
	}
	var out factList
	out.text(c.Currency, "currency")
	out.text(c.Customer.ID, "customer_id")
	out.text(c.Customer.Tier, "customer_tier")
	out.text(c.Channel, "channel")
	out.text(c.Region, "region")
	if c.Customer.CompletedOrders >= 0 {
		out.integer(c.Customer.CompletedOrders, "completed_orders")
	}
	out.texts(c.Coupons, "coupons")
	out.texts(c.Customer.Segments, "customer_segments")
	out.add("#"+strconv.Itoa(len(c.Lines)), "items")
	for i := range c.Lines {
		out.line(&c.Lines[i], prices, home, "items", strconv.Itoa(i))
	}
	out.add("#"+strconv.Itoa(len(c.Shipping)), "shipping")
	for i, charge := range c.Shipping {
		at := strconv.Itoa(i)
		out.text(charge.ID, "shipping", at, "shipping_id")
		out.text(charge.Method, "shipping", at, "shipping_method")
		out.amount(charge.Amount, prices, home, "shipping", at, "shipping_amount")
	}
	return out.sorted()
}

type factList []string

func (l *factList) add(value string, path ...string) {
	var b strings.Builder
	for _, name := range append(path, value) {
		b.WriteString(strconv.Quote(name))
	}
	*l = append(*l, b.String())
}

func (l *factList) text(value string, path ...string) {
	if value != "" {
		l.add("s"+value, path...)
	}
}

func (l *factList) texts(values []string, path string) {
	l.add("#"+strconv.Itoa(len(values)), path)
	for i, value := range values {
		l.add("s"+value, path, strconv.Itoa(i))
	}
}

func (l *factList) integer(value int64, path ...string) {
	l.add("n"+normal(strconv.FormatInt(value, 10)), path...)
}

func (l *factList) amount(minor int64, prices Prices, in money.Currency, path ...string) {
	switch {
	case minor == NoPrice:
	case prices == Minor:
		l.integer(minor, path...)
	default:
		l.add("n"+normal(string(in.AppendMajor(nil, minor))), path...)
	}
}

func (l *factList) line(line *Line, prices Prices, in money.Currency, at ...string) {
	at = slices.Clip(at)
	l.text(line.ID, append(at, "id")...)
	l.text(line.SKU, append(at, "sku")...)
	l.text(line.Category, append(at, "category")...)
	l.text(line.Subgroup, append(at, "subgroup")...)
	l.integer(line.Quantity, append(at, "quantity")...)
	l.amount(line.UnitPrice, prices, in, append(at, "unit_price")...)
	if line.Reduced {
		l.add("btrue", append(at, "reduced")...)
	}
	for _, a := range line.Attributes {
		value := "s" + a.Text
		switch a.Kind {
		case Number:
			value = "n" + normal(a.Text)
		case Bool:
			value = "b" + a.Text
		}
		l.add(value, append(at, "attributes", "s"+a.Name)...)
	}
}

func (l *factList) sorted() []string {
	slices.Sort(*l)
	return *l
}

// normal is a JSON number as the one text of its exact value: its digits
// without zeros at the ends, and an exponent.
func normal(number string) string {
	text, negative := strings.CutPrefix(strings.ToLower(number), "-")
	text, power, _ := strings.Cut(text, "e")
	exponent, _ := strconv.Atoi(power)
	whole, fraction, _ := strings.Cut(text, ".")
	digits := strings.TrimLeft(whole+fraction, "0")
	if digits == "" {
		return "0"
	}
	kept := strings.TrimRight(digits, "0")
	text = kept + "e" + strconv.Itoa(exponent-len(fraction)+len(digits)-len(kept))
	if negative {
		return "-" + text
	}
	return text
}

// runtime is a child process that reads bodies in another language.
type runtime struct {
	name   string
	mutex  sync.Mutex
	input  io.Writer
	output *bufio.Reader
}

// answer is what a runtime makes of one body.
type answer struct {
	Cart  [][]string `json:"cart"`
	Error string     `json:"error"`
}

func (a answer) facts() []string {
	var out factList
	for _, fact := range a.Cart {
		out.add(fact[len(fact)-1], fact[:len(fact)-1]...)
	}
	return out.sorted()
}

// ask sends all tasks and reads all answers, both at once: neither pipe holds
// everything.
func (r *runtime) ask(t tester, tasks []task) ([]answer, error) {
	t.Helper()
	r.mutex.Lock()
	defer r.mutex.Unlock()
	var requests []byte
	for _, task := range tasks {
		request, err := json.Marshal(map[string]any{"body": base64.StdEncoding.EncodeToString(task.body),
			"paths": task.in.m.paths(t), "major": task.in.prices == Major})
		if err != nil {
			return nil, err
		}
		requests = append(append(requests, request...), '\n')
	}
	sent := make(chan error, 1)
	go func() {
		_, err := r.input.Write(requests)
		sent <- err
	}()
	answers := make([]answer, len(tasks))
	for i := range answers {
		line, err := r.output.ReadBytes('\n')
		if err != nil {
			return nil, fmt.Errorf("no answer: %w", err)
		}
		if err := json.Unmarshal(line, &answers[i]); err != nil {
			return nil, err
		}
	}
	return answers, <-sent
}

// started are the runtimes of this process. They end with it, when their input
// does.
var started = sync.OnceValues(func() (running []*runtime, err error) {
	for _, of := range []struct{ program, script string }{
		{"node", "standard.mjs"}, {"python3", "standard.py"},
	} {
		child := exec.Command(of.program, filepath.Join("testdata", of.script))
		child.Stderr = os.Stderr
		input, err := child.StdinPipe()
		if err != nil {
			return nil, err
		}
		output, err := child.StdoutPipe()
		if err != nil {
			return nil, err
		}
		if err := child.Start(); err != nil {
			return running, fmt.Errorf("%s: %w", of.program, err)
		}
		running = append(running, &runtime{name: of.program, input: input, output: bufio.NewReader(output)})
	}
	return running, nil
})

// runtimes are those there are. REQUIRE_RUNTIMES=1 makes it a failure that one
// is missing.
func runtimes(t tester) []*runtime {
	t.Helper()
	running, err := started()
	if err != nil && os.Getenv("REQUIRE_RUNTIMES") == "1" {
		t.Fatalf("REQUIRE_RUNTIMES=1, but: %v", err)
	}
	return running
}

// needRuntimes skips a test that says nothing without the other languages.
func needRuntimes(t *testing.T) {
	t.Helper()
	if runtimes(t); len(runtimes(t)) < 2 {
		_, err := started()
		t.Skipf("only Go is compared: %v", err)
	}
}
