package cart

// ReadCustomer reads who the customer of a cart is from headers, if [Options] say that the
// customer is there: X-Cart-Customer, -Tier, -Segments and -Completed-Orders, as
// [Reader.ReadHeaders] reads them. It is for carts that [Reader.ReadJSON] has read. An error
// is an [*Invalid] that names the header.
func (r *Reader) ReadCustomer(headers map[string][]string, into *Cart) error {
	if !r.inHeaders {
		return nil
	}
	if invalid := tooLong(headers, customerHeaders); invalid != nil {
		return invalid
	}
	h := fields{headers: headers, reader: r, cart: into}
	if invalid := h.readCustomer(); invalid != nil {
		return invalid
	}
	return nil
}

func (h *fields) readCustomer() *Invalid {
	who := &h.cart.Customer
	if invalid := h.single(headerCustomer, &who.ID); invalid != nil {
		return invalid
	}
	if invalid := h.single(headerTier, &who.Tier); invalid != nil {
		return invalid
	}
	var f *fault
	if who.Segments, f = texts(who.Segments, h.headers[headerSegments], h.reader.most.segments, "segments"); f != nil {
		return f.in(headerSegments)
	}
	orders, given, f := h.sum(headerOrders, plainCount)
	if f != nil {
		return f.in(headerOrders)
	}
	if given {
		who.CompletedOrders = orders
	}
	return nil
}
