package cart

import (
	"bufio"
	"encoding/base64"
	"encoding/json"
	"errors"
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

// shapes are ways to write bodies that the tests go through.
var shapes = map[string]Options{
	"default":       {},
	"default major": {Prices: Major},
	"easy":          {Fractional: true, TextFlags: true},
	"exact":         {ExactIDs: true},
	"mapped":        {Map: dotted},
	"mapped major":  {Map: dotted, Prices: Major},
	"shop":          {Map: shop, Prices: Major, Fractional: true, TextFlags: true},
	"shop minor":    {Map: shop},
	"shop but fees": {Map: Mapping{Items: Paths{"line_items.physical"}}},
	"wrapped":       {Map: wrapped, Prices: Major},
	"in a text":     {Map: inTexts},
	"a list of one": {Map: Mapping{Items: Paths{"0.lines"}, Coupons: Paths{"0.coupons.1.code", "0.coupons.0"}}},
}

// dotted has every field away from its default, most of them further down.
var dotted = Mapping{
	Currency: Paths{"order.money.code"}, Items: Paths{"order.lines"}, ID: Paths{"no"}, SKU: Paths{"product.code"}, Category: Paths{"product.group.name"},
	Subgroup: Paths{"product.group.sub"}, Quantity: Paths{"qty"}, UnitPrice: Paths{"price.each"}, Reduced: Paths{"price.sale"}, Attributes: Paths{"product.info"},
	CustomerID: Paths{"user.no"}, CustomerTier: Paths{"user.level"}, CustomerSegments: Paths{"user.in"}, CompletedOrders: Paths{"user.history.orders"},
	Coupons: Paths{"order.codes"}, Channel: Paths{"via"}, Region: Paths{"order.to.region"}, OrderID: Paths{"order.no"}, ExpectedPayable: Paths{"order.shown.sum"},
	Shipping: Paths{"order.to.fees"}, ShippingID: Paths{"no"}, ShippingMethod: Paths{"how"}, ShippingAmount: Paths{"fee.net"},
}

// shop has all that a field can be, and leaves some at their defaults.
var shop = Mapping{
	Items: Paths{"line_items.physical", "line_items.digital", "units.items"}, LineTotal: Paths{"total"}, Subtotal: Paths{"goods"}, Decimals: Paths{"unit"},
	Category: Paths{"categories.id", "tags", ","}, Attributes: Paths{"properties", "name", "value"},
	CustomerSegments: Paths{"customer.tags", ","}, Coupons: Paths{"discount_codes.code", "more"}, Shipping: Paths{"fees", "units.fees"},
}

// wrapped has values of objects, and positions.
var wrapped = Mapping{
	Items: Paths{"cart.items.*"}, SKU: Paths{"codes.1"}, Quantity: Paths{"x.*"}, UnitPrice: Paths{Unread},
	LineTotal: Paths{"prices.0.value"}, Coupons: Paths{"cart.coupons.*"}, Attributes: Paths{"options", "key", "text"},
	Category: Paths{"groups.*.name"}, Shipping: Paths{"cart.fees.*"},
}

// inTexts has JSON in texts.
var inTexts = Mapping{
	Items: Paths{"detail!json.lines", "more!json"}, Attributes: Paths{"properties!json"}, Category: Paths{"groups!json.*"}, Coupons: Paths{"codes!json"},
	Channel: Paths{"detail!json.channel"}, ShippingAmount: Paths{"fee!json"},
}

// task is one accepted body with the cart that was read from it.
type task struct {
	body    []byte
	in      Options
	routes  []plainRoute
	digits  int      // of the currency
	goods   int64    // what the lines add up to
	cart    []string // facts
	lenient []string // keys whose values are absent where they cannot be read
}

// newTask is one of a cart read from a body in a currency of its own or in that given.
func newTask(t tester, c *Cart, in Options, body []byte, defaultCurrency money.Currency) task {
	t.Helper()
	routes, err := plainRoutes(in.Map)
	if err != nil {
		t.Fatal(err)
	}
	if c.Currency != "" {
		defaultCurrency = currency(t, c.Currency)
	}
	of := task{body: body, in: in, routes: routes, digits: defaultCurrency.Digits(), cart: facts(c)}
	for i := range c.Lines {
		of.goods += c.Lines[i].Subtotal
	}
	for _, r := range routes {
		if !r.Strict {
			of.lenient = append(of.lenient, r.Key)
		}
	}
	return of
}

// accepted reads a body; it reports false if there is no cart to compare.
func accepted(t tester, r *Reader, in Options, body []byte, defaultCurrency money.Currency) (task, bool) {
	t.Helper()
	var into Cart
	found, err := r.ReadJSON(body, defaultCurrency, &into)
	if err != nil {
		checkInvalid(t, body, invalid(t, found, err))
		return task{}, false
	}
	of := newTask(t, &into, in, body, defaultCurrency)
	if !found {
		noCart(t, of)
	}
	return of, found
}

// sameEverywhere fails unless all parsers see the cart of every task.
func sameEverywhere(t tester, tasks []task) {
	t.Helper()
	for _, task := range tasks {
		sameInGo(t, task)
	}
	for _, runtime := range runtimes(t) {
		answers, err := runtime.ask(tasks)
		if err != nil {
			t.Fatalf("%s: %v", runtime.name, err)
		}
		for i, answer := range answers {
			if answer.Limit == "" && (runtime.exact || !tasks[i].in.ExactIDs) {
				compare(t, runtime.name, tasks[i], answer.Cart, answer.Error)
			}
		}
	}
}

// compare holds the facts that a language sees against those that were read.
func compare(t tester, language string, task task, seen [][]string, failure string) {
	t.Helper()
	if failure != "" {
		t.Fatalf("%s cannot read what was accepted: %s\n%.2000s", language, failure, task.body)
	}
	var got factList
	for _, fact := range seen {
		last := len(fact) - 1
		if path := fact[:last]; !task.agrees(path, fact[last]) && !task.drops(path) {
			got.add(fact[last], path...)
		}
	}
	got.sorted()
	if slices.Equal(got, task.cart) {
		return
	}
	for _, fact := range got {
		if !slices.Contains(task.cart, fact) {
			t.Fatalf("%s sees %.500s, which was not read\nin %.2000q\nby %+v\nread %.2000s", language, fact, task.body, task.in, task.cart)
		}
	}
	t.Fatalf("%s does not see all that was read\nin %.2000q\nby %+v\nread %.2000s\nsees %.2000s", language, task.body, task.in, task.cart, got)
}

// agrees reports whether a fact is one that the cart only has to agree with.
func (t *task) agrees(path []string, value string) bool {
	switch path[0] {
	case "subtotal":
		return value == "n"+normal(strconv.FormatInt(t.goods, 10))
	case "decimals":
		return value == "n"+normal(strconv.Itoa(t.digits))
	}
	return false
}

// drops reports whether a fact is of a field that the reader can have taken for
// absent, and that the cart does not have.
func (t *task) drops(path []string) bool {
	for i, name := range path {
		if i == 1 || !slices.Contains(t.lenient, name) {
			continue
		}
		var prefix factList
		prefix.add("", path[:i+1]...)
		start := strings.TrimSuffix(prefix[0], `""`)
		if !slices.ContainsFunc(t.cart, func(fact string) bool { return strings.HasPrefix(fact, start) }) {
			return true
		}
	}
	return false
}

// facts are what was read, amounts in minor units.
func facts(c *Cart) []string {
	var out factList
	out.text(c.Currency, "currency")
	out.text(c.Customer.ID, "customer_id")
	out.text(c.Customer.Tier, "customer_tier")
	out.text(c.Channel, "channel")
	out.text(c.Region, "region")
	out.text(c.OrderID, "order_id")
	if c.HasExpectedPayable {
		out.integer(c.ExpectedPayable, "expected_payable")
	}
	if c.Customer.CompletedOrders >= 0 {
		out.integer(c.Customer.CompletedOrders, "completed_orders")
	}
	out.texts(c.Coupons, "coupons")
	out.texts(c.Customer.Segments, "customer_segments")
	for i := range c.Lines {
		out.line(&c.Lines[i], "items", strconv.Itoa(i))
	}
	out.count(len(c.Lines), "items")
	out.count(len(c.Shipping), "shipping")
	for i, charge := range c.Shipping {
		at := strconv.Itoa(i)
		out.text(charge.ID, "shipping", at, "shipping_id")
		out.text(charge.Method, "shipping", at, "shipping_method")
		out.integer(charge.Amount, "shipping", at, "shipping_amount")
	}
	return out.sorted()
}

type factList []string

func (l *factList) add(value string, path ...string) {
	var b strings.Builder
	for _, name := range append(slices.Clone(path), value) {
		b.WriteString(strconv.Quote(name))
	}
	*l = append(*l, b.String())
}

func (l *factList) text(value string, path ...string) {
	if value != "" {
		l.add("s"+value, path...)
	}
}

func (l *factList) texts(values []string, path ...string) {
	l.count(len(values), path...)
	for i, value := range values {
		l.add("s"+value, append(slices.Clone(path), strconv.Itoa(i))...)
	}
}

// count adds how many there are; of none there is nothing to say.
func (l *factList) count(length int, path ...string) {
	if length > 0 {
		l.add("#"+strconv.Itoa(length), path...)
	}
}

func (l *factList) integer(value int64, path ...string) {
	l.add("n"+normal(strconv.FormatInt(value, 10)), path...)
}

func (l *factList) line(line *Line, at ...string) {
	at = slices.Clip(at)
	l.text(line.ID, append(at, "id")...)
	l.text(line.SKU, append(at, "sku")...)
	if line.Category != "" {
		l.texts(append([]string{line.Category}, line.MoreCategories...), append(at, "category")...)
	}
	l.text(line.Subgroup, append(at, "subgroup")...)
	if line.Weight.IsZero() {
		l.integer(line.Quantity, append(at, "quantity")...)
	} else {
		l.add("w"+shortest(line.Weight.String()), append(at, "quantity")...)
	}
	if line.UnitPrice != NoPrice {
		l.integer(line.UnitPrice, append(at, "unit_price")...)
	}
	if line.HasTotal && line.Quantity > 0 {
		l.integer(line.Subtotal, append(at, "line_total")...)
	}
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

// process is a child process that reads bodies in another language.
type process struct {
	name   string
	exact  bool // it keeps integers of any length
	mutex  sync.Mutex
	input  io.Writer
	output *bufio.Reader
}

// answer is what a runtime makes of one body.
type answer struct {
	Cart  [][]string `json:"cart"`
	Error string     `json:"error"`
	Limit string     `json:"limit"` // of a parser that refuses what has no other value, but is long
}

// request is a task as the other languages get it.
type request struct {
	Body       string       `json:"body"` // base64
	Routes     []plainRoute `json:"routes"`
	Major      bool         `json:"major"`
	Digits     int          `json:"digits"` // of the currency
	Fractional bool         `json:"fractional"`
	ExactIDs   bool         `json:"exact_ids"`
	TextFlags  bool         `json:"text_flags"`
}

func (t *task) request() request {
	return request{
		Body: base64.StdEncoding.EncodeToString(withoutMark(t.body)), Routes: t.routes, Major: t.in.Prices == Major, Digits: t.digits,
		Fractional: t.in.Fractional, ExactIDs: t.in.ExactIDs, TextFlags: t.in.TextFlags,
	}
}

// ask sends all tasks and reads all answers, both at once: neither pipe holds
// everything.
func (r *process) ask(tasks []task) ([]answer, error) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	var requests []byte
	for _, task := range tasks {
		request, err := json.Marshal(task.request())
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

// languages are the programs that read bodies. Java has no parser of JSON of its own;
// Jackson is the one that most of its frameworks come with.
var languages = []struct {
	name, program string
	arguments     []string
	exact         bool
	files         []string // that have to be there
}{
	{name: "node", program: "node", arguments: []string{"standard.mjs"}},
	{name: "python", program: "python3", arguments: []string{"-I", "standard.py"}, exact: true},
	{
		name: "java", program: "java", exact: true, files: jars,
		arguments: append([]string{"-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-cp"}, javaProgram()...),
	},
	{name: "php", program: "php", arguments: []string{"-n", "-d", "memory_limit=1G", "standard.php"}},
}

// javaProgram is the class path and the program, which is compiled as it starts unless
// it has been.
func javaProgram() []string {
	if classes := os.Getenv(compiledJava); classes != "" {
		return []string{strings.Join(jars, ":") + ":" + classes, "Standard"}
	}
	return []string{strings.Join(jars, ":"), "Standard.java"}
}

// compiledJava is the variable with the directory of the compiled program.
const compiledJava = "CART_STANDARD_CLASSES"

// compileJava compiles the program for all workers of a fuzzer, each of which starts it.
func compileJava(f *testing.F) {
	f.Helper()
	if os.Getenv(compiledJava) != "" {
		return
	}
	classes := f.TempDir()
	compiler := exec.Command("javac", "-cp", strings.Join(jars, ":"), "-d", classes, "Standard.java")
	compiler.Dir = "testdata"
	if out, err := compiler.CombinedOutput(); err == nil {
		f.Setenv(compiledJava, classes)
	} else if os.Getenv("REQUIRE_RUNTIMES") == "1" {
		f.Fatalf("REQUIRE_RUNTIMES=1, but: %v: %s", err, out)
	}
}

// jars are where Debian's libjackson2-databind-java puts them.
var jars = []string{"/usr/share/java/jackson-core.jar", "/usr/share/java/jackson-databind.jar", "/usr/share/java/jackson-annotations.jar"}

// started are the runtimes of this process. They end with it, when their input
// does.
var started = sync.OnceValues(func() (running []*process, missing error) {
	for _, of := range languages {
		child := exec.Command(of.program, of.arguments...)
		child.Dir, child.Stderr = "testdata", os.Stderr
		r, err := start(child, of.files)
		if err != nil {
			missing = errors.Join(missing, fmt.Errorf("%s: %w", of.name, err))
			continue
		}
		r.name, r.exact = of.name, of.exact
		running = append(running, r)
	}
	return running, missing
})

func start(child *exec.Cmd, files []string) (*process, error) {
	for _, name := range files {
		if _, err := os.Stat(filepath.FromSlash(name)); err != nil {
			return nil, err
		}
	}
	input, err := child.StdinPipe()
	if err != nil {
		return nil, err
	}
	output, err := child.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := child.Start(); err != nil {
		return nil, err
	}
	return &process{input: input, output: bufio.NewReader(output)}, nil
}

// runtimes are those there are. REQUIRE_RUNTIMES=1 makes it a failure that one
// is missing.
func runtimes(t tester) []*process {
	t.Helper()
	running, missing := started()
	if missing != nil && os.Getenv("REQUIRE_RUNTIMES") == "1" {
		t.Fatalf("REQUIRE_RUNTIMES=1, but: %v", missing)
	}
	return running
}

// needRuntimes skips a test that says nothing without the other languages.
func needRuntimes(t *testing.T) {
	t.Helper()
	if len(runtimes(t)) < 2 {
		_, missing := started()
		t.Skipf("only Go is compared: %v", missing)
	}
}
