package cart

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/dunglas/httpsfv"
)

// The parameters of X-Cart-Items and X-Cart-Shipping.
const (
	paramQuantity = "q"
	paramPrice    = "p"
)

func (h *fields) readItems() *Invalid {
	if f := h.items(); f != nil {
		return f.in(headerItems)
	}
	return nil
}

func (h *fields) items() *fault {
	list, f := parseList(h.headers[headerItems], h.reader.most.lines, "lines")
	if f != nil {
		return f
	}
	for i, member := range list {
		sku, params, f := listed(member, paramQuantity, paramPrice)
		line := Line{SKU: sku, Quantity: 1, UnitPrice: NoPrice}
		if f == nil {
			f = h.lineParams(params, &line, sentMember{h.headers[headerItems], i})
		}
		if f == nil {
			f = h.sums.line(&line)
		}
		if f != nil {
			return f.position(i)
		}
		h.cart.Lines = append(h.cart.Lines, line)
	}
	return nil
}

func (h *fields) lineParams(params *httpsfv.Params, line *Line, sent sentMember) *fault {
	if value, given := params.Get(paramQuantity); given {
		quantity, isInteger := value.(int64)
		if !isInteger || quantity < 1 {
			return wants(sent.param(paramQuantity, value), wantUnits)
		}
		line.Quantity = quantity
	}
	if value, given := params.Get(paramPrice); given {
		var f *fault
		line.UnitPrice, f = h.price(value, sent)
		return f
	}
	return nil
}

func (h *fields) readShipping() *Invalid {
	list, f := parseList(h.headers[headerShipping], h.reader.most.shipping, "shipping charges")
	if f != nil {
		return f.in(headerShipping)
	}
	for i, member := range list {
		charge, f := h.charge(member, sentMember{h.headers[headerShipping], i})
		if f != nil {
			return f.position(i).in(headerShipping)
		}
		h.cart.Shipping = append(h.cart.Shipping, charge)
	}
	return nil
}

func (h *fields) charge(member httpsfv.Member, sent sentMember) (Charge, *fault) {
	method, params, f := listed(member, paramPrice)
	if f != nil {
		return Charge{}, f
	}
	value, given := params.Get(paramPrice)
	if !given {
		return Charge{}, faulty(`has no p, want the amount as in "standard";p=600`)
	}
	charge := Charge{Method: method}
	if charge.Amount, f = h.price(value, sent); f != nil {
		return Charge{}, f
	}
	return charge, h.sums.charge(&charge)
}

// position says which member of the list is meant, counting from one.
func (f *fault) position(i int) *fault {
	return f.inPart(fmt.Sprintf("position %d: ", i+1))
}

// parseList reads a list of RFC 9651 in which no parameter is given twice: in the RFC the last one
// counts, and another reader may take the first.
func parseList(values []string, most int, what string) (httpsfv.List, *fault) {
	if absent(values) {
		return nil, nil
	}
	sent, f := survey(values)
	switch {
	case f != nil:
		return nil, f
	case sent.members > most:
		return nil, faulty(fmt.Sprintf("has %d %s, want at most %d", sent.members, what, most))
	case sent.params > maxParams*most:
		return nil, faulty(fmt.Sprintf("has %d parameters, want at most %d", sent.params, maxParams*most))
	}
	list, err := httpsfv.UnmarshalList(values)
	if err != nil {
		return nil, faulty("is not a list as in RFC 9651: " + foreign(err))
	}
	for _, member := range list {
		sent.params -= len(member.(httpsfv.Item).Params.Names()) // the survey found no inner list
	}
	if sent.params != 0 {
		return nil, faulty("has the same parameter twice on one member, want it once")
	}
	return list, nil
}

// maxParams is how many parameters a member can have: q and p.
const maxParams = 2

// surveyed is how large a list is.
type surveyed struct{ members, params int }

// survey counts the members and parameters of a list before memory is allocated for it. It refuses
// inner lists and strings that do not end in their field. Outside a string, commas, semicolons and
// brackets have one meaning each. A string that is open at the end of a field would, joined to the
// next field, contain a comma that no sender wrote.
func survey(values []string) (surveyed, *fault) {
	sent := surveyed{members: len(values)}
	for i, value := range values {
		var in quotes
		for j := range len(value) {
			if in.next(value[j]) {
				continue
			}
			switch value[j] {
			case ',':
				sent.members++
			case ';':
				sent.params++
			case '(':
				return sent, wants("a list", "a string or token").position(sent.members - len(values) + i)
			}
		}
		if in.inside {
			return sent, faulty("has a string that does not end in its field, want it whole")
		}
	}
	return sent, nil
}

// listed reads a member of a list: a name with known parameters only. An unknown parameter is
// refused, since it may mean something to the order service.
func listed(member httpsfv.Member, known ...string) (string, *httpsfv.Params, *fault) {
	item := member.(httpsfv.Item)
	name, ok := named(item.Value)
	if !ok {
		return "", nil, wants(bare(item.Value), "a string or token")
	}
	for _, param := range item.Params.Names() {
		if param != known[0] && param != known[len(known)-1] {
			return "", nil, faulty(fmt.Sprintf("has the parameter %s, want only %s", quote(param), strings.Join(known, " and ")))
		}
	}
	return name, item.Params, nil
}

// price reads an amount. The library returns a decimal as floating point, which keeps fifteen
// digits. A decimal of RFC 9651 has at most twelve digits before the point and three after it:
// written with three, it is the number that was sent.
func (h *fields) price(value any, sent sentMember) (int64, *fault) {
	text := ""
	switch v := value.(type) {
	case int64:
		text = strconv.FormatInt(v, 10)
	case float64:
		if h.reader.prices == Major && !math.Signbit(v) {
			text = strconv.FormatFloat(v, 'f', 3, 64)
		}
	case string:
		if h.reader.prices == Major {
			text = v
		}
	}
	if text != "" {
		if amount, ok := h.reader.prices.parse(text, h.currency); ok {
			return amount, nil
		}
	}
	return 0, wants(sent.param(paramPrice, value), h.reader.prices.wanted(h.currency))
}

// sentMember is a member of a list as it was sent: its number among the members of all fields.
type sentMember struct {
	fields []string
	number int
}

// param is a parameter for a reason, with its number as it was sent: the library reads 12.00 and
// 007 as 12 and 7.
func (m sentMember) param(name string, value any) string {
	switch value.(type) {
	case int64, float64:
		if number := m.text(name); number != "" {
			return name + "=" + number
		}
	}
	return name + "=" + bare(value)
}

// text is the value of a parameter in the text of the member; "" if there is none.
func (m sentMember) text(name string) string {
	number := 0
	for _, field := range m.fields {
		for rest, more := field, true; more; number++ {
			var member string
			if member, rest, more = cutOutside(rest, ','); number == m.number {
				return paramIn(member, name)
			}
		}
	}
	return ""
}

func paramIn(member, name string) string {
	_, rest, more := cutOutside(member, ';')
	for more {
		var param string
		param, rest, more = cutOutside(rest, ';')
		if key, value, _ := strings.Cut(param, "="); trim(key) == name {
			return trim(value)
		}
	}
	return ""
}

// bare writes a bare item for a reason.
func bare(value any) string {
	switch v := value.(type) {
	case string:
		return quote(v)
	case httpsfv.Token:
		return shorten(string(v))
	case httpsfv.DisplayString:
		return quote(string(v))
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case int64, bool:
		return fmt.Sprint(v)
	}
	return "a value of another type"
}
