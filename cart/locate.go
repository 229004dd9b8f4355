package cart

// InHeaders reports whether a request has a cart in its headers, whose names
// are in canonical form.
func InHeaders(headers map[string][]string) bool {
	return len(headers[headerItems]) > 0 || !absent(headers[headerSubtotal])
}

// Pointer is where in a body of the reader's shape a line has its quantity or
// unit_price, as a JSON Pointer: for errors that show only when the cart is
// counted with. Line counts from 0; of any other field, it points at the line.
func (r *Reader) Pointer(line int, field string) string {
	f := faulty("")
	switch field {
	case "quantity":
		f.within(r.quantity)
	case "unit_price":
		f.within(r.unitPrice)
	}
	return f.at(line).within(r.items).pointer()
}
