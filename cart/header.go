package cart

import (
	"fmt"

	"github.com/promogate/caddy-discount/money"
)

// The headers a cart can be in.
const (
	headerItems    = "X-Cart-Items"
	headerSubtotal = "X-Cart-Subtotal"
	headerQuantity = "X-Cart-Quantity"
	headerCurrency = "X-Cart-Currency"
	headerCustomer = "X-Cart-Customer"
	headerTier     = "X-Cart-Tier"
	headerSegments = "X-Cart-Segments"
	headerOrders   = "X-Cart-Completed-Orders"
	headerCoupons  = "X-Cart-Coupons"
	headerChannel  = "X-Cart-Channel"
	headerRegion   = "X-Cart-Region"
	headerShipping = "X-Cart-Shipping"
	headerOrderID  = "X-Cart-Order-Id"
	headerExpected = "X-Cart-Expected-Payable"
)

// ReadHeaders reads a cart from headers, whose names must be in the canonical form of
// net/textproto. Without X-Cart-Currency the prices are in defaultCurrency. It reports false
// without an error if there is neither X-Cart-Items nor X-Cart-Subtotal. Every error is an
// [*Invalid] that names the header; found is then false.
//
//   - X-Cart-Items is a list of RFC 9651, over any number of fields, of
//     one string, display string or token for each article, with the
//     parameters q, the quantity (an integer, 1 if absent), and p, the unit
//     price (may be absent). Minor prices are integers, major ones integers,
//     decimals or strings such as "18.50". An empty list is an empty cart.
//   - X-Cart-Shipping is such a list of shipping methods, each with its amount
//     as p.
//   - X-Cart-Subtotal and X-Cart-Quantity (1 if absent) are the sums of a cart
//     whose lines are not known, as plain numbers. Beside X-Cart-Items they
//     must agree with it.
//   - X-Cart-Expected-Payable is such a number: what the customer was shown as the
//     sum to pay.
//   - X-Cart-Order-Id is one text, and read only if the mapping has a path to the
//     order's name: a client could otherwise have many orders counted as one.
//   - X-Cart-Currency, -Customer, -Tier, -Channel and -Region are one text each,
//     X-Cart-Completed-Orders a plain number,
//     X-Cart-Segments and X-Cart-Coupons texts separated by commas. A text is
//     plain, such as gold or 618, or a string or display string of RFC 9651.
//     Plain text starts with a letter, a digit, "_" or "*" and goes on with
//     these, spaces and any of !#$%&'+-.^`|~:/@= ; all else is to be quoted.
//
// Parameters that are not named here are invalid, as are parameters given
// twice, empty texts in a list, and a second field of a header that is not a
// list. A text or a sum that is empty counts as absent.
func (r *Reader) ReadHeaders(headers map[string][]string, defaultCurrency money.Currency, into *Cart) (found bool, err error) {
	into.Reset()
	if !InHeaders(headers) {
		return false, nil
	}
	if invalid := tooLong(headers, cartHeaders); invalid != nil {
		return false, invalid
	}
	h := fields{headers: headers, reader: r, cart: into, currency: defaultCurrency}
	for _, read := range []func() *Invalid{h.readCurrency, h.readCustomer, h.readTexts, h.readItems, h.readSums, h.readShipping, h.readOrder} {
		if invalid := read(); invalid != nil {
			into.Reset()
			return false, invalid
		}
	}
	return true, nil
}

// maxHeaders bounds the values of all headers of a cart together, in bytes.
const maxHeaders = 64 << 10

// cartHeaders are the headers of a cart, and customerHeaders those of them that say who the
// customer is.
var (
	cartHeaders = append([]string{
		headerItems, headerShipping, headerCoupons, headerSubtotal, headerQuantity, headerCurrency, headerChannel, headerRegion,
		headerOrderID, headerExpected,
	}, customerHeaders...)
	customerHeaders = []string{headerSegments, headerCustomer, headerTier, headerOrders}
)

// tooLong says which of some headers goes over the bound; nil if none does.
func tooLong(headers map[string][]string, names []string) *Invalid {
	size := 0
	for _, name := range names {
		for _, value := range headers[name] {
			if size += len(value); size > maxHeaders {
				return faulty(fmt.Sprintf("makes the cart's headers longer than %d bytes", maxHeaders)).in(name)
			}
		}
	}
	return nil
}

// fields is the reading of one request's headers.
type fields struct {
	headers  map[string][]string
	reader   *Reader
	cart     *Cart
	currency money.Currency
	sums     totals
}

// in is the fault as something that is wrong with a header.
func (f *fault) in(header string) *Invalid {
	return f.invalidAt(header)
}

func (h *fields) readCurrency() *Invalid {
	code, f := single(h.headers[headerCurrency])
	if f == nil && code != "" {
		h.currency, f = stated(code, h.currency)
		h.cart.Currency = h.currency.Code()
	}
	if f != nil {
		return f.in(headerCurrency)
	}
	return nil
}

func (h *fields) readTexts() *Invalid {
	if invalid := h.single(headerChannel, &h.cart.Channel); invalid != nil {
		return invalid
	}
	if invalid := h.single(headerRegion, &h.cart.Region); invalid != nil {
		return invalid
	}
	var f *fault
	if h.cart.Coupons, f = texts(h.cart.Coupons, h.headers[headerCoupons], h.reader.most.coupons, "coupons"); f != nil {
		return f.in(headerCoupons)
	}
	return nil
}

// readOrder reads the order's own name, and the sum that the customer was shown.
func (h *fields) readOrder() *Invalid {
	if h.reader.orderID {
		if invalid := h.single(headerOrderID, &h.cart.OrderID); invalid != nil {
			return invalid
		}
	}
	var f *fault
	if h.cart.ExpectedPayable, h.cart.HasExpectedPayable, f = h.sum(headerExpected, h.reader.prices.parse); f != nil {
		return f.in(headerExpected)
	}
	return nil
}

// single reads the one text of a header.
func (h *fields) single(header string, into *string) *Invalid {
	var f *fault
	if *into, f = single(h.headers[header]); f != nil {
		return f.in(header)
	}
	return nil
}

// readSums reads a cart known by its sums, or compares the sums with the lines.
func (h *fields) readSums() *Invalid {
	subtotal, given, f := h.sum(headerSubtotal, h.reader.prices.parse)
	if f != nil {
		return f.in(headerSubtotal)
	}
	quantity, counted, f := h.sum(headerQuantity, plainCount)
	if f != nil {
		return f.in(headerQuantity)
	}
	if len(h.headers[headerItems]) > 0 {
		return h.compareSums(subtotal, given, quantity, counted)
	}
	if !given {
		return nil
	}
	if !counted {
		quantity = 1
	}
	if quantity == 0 {
		return wants("0", wantUnits).in(headerQuantity)
	}
	h.cart.Sums = true
	h.cart.Lines = append(h.cart.Lines, Line{Quantity: quantity, UnitPrice: NoPrice, Subtotal: subtotal})
	h.sums.quantity, h.sums.goods = quantity, subtotal
	return nil
}

// sum reads the one number of a header. Only an amount in major units may be
// a quoted string.
func (h *fields) sum(header string, parse func(string, money.Currency) (int64, bool)) (value int64, given bool, f *fault) {
	number, f := one(h.headers[header])
	if f != nil || number == "" {
		return 0, false, f
	}
	seen, wanted := quote(number), wantCount
	if header == headerSubtotal || header == headerExpected {
		wanted = h.reader.prices.wanted(h.currency)
		if h.reader.prices == Major && number[0] == '"' {
			if number, f = text(number); f != nil {
				return 0, false, f
			}
		}
	}
	value, ok := parse(number, h.currency)
	if !ok {
		return 0, false, wants(seen, wanted)
	}
	return value, true, nil
}

func plainCount(text string, _ money.Currency) (int64, bool) { return plainInteger(text) }

// compareSums compares stated sums with the lines: sums that differ would be a second cart in the
// request.
func (h *fields) compareSums(subtotal int64, given bool, quantity int64, counted bool) *Invalid {
	if counted && quantity != h.sums.quantity {
		return wants(fmt.Sprint(quantity), fmt.Sprintf("%d as %s has it", h.sums.quantity, headerItems)).in(headerQuantity)
	}
	if !given {
		return nil
	}
	for i := range h.cart.Lines {
		if h.cart.Lines[i].UnitPrice == NoPrice {
			return faulty(fmt.Sprintf("cannot be compared with %s, where the article at position %d has no price, want it left out",
				headerItems, i+1)).in(headerSubtotal)
		}
	}
	if subtotal != h.sums.goods {
		return wants(fmt.Sprintf("%d minor units", subtotal),
			fmt.Sprintf("%d as %s has it", h.sums.goods, headerItems)).in(headerSubtotal)
	}
	return nil
}
