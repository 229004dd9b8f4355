// Package reservations runs the loop of one order: what the rules that apply count is reserved in a
// ledger, and the cart is priced again without what the ledger denies. Later it says what became of
// the order. It knows nothing of HTTP and of Caddy.
package reservations
