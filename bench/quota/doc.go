// Package quota proves in front of real programs that what runs out is not sold twice: gateways, a
// ledger in Redis or in a file, an order service that keeps its own list of the orders that it has
// accepted, and customers. Programs are killed, the network is cut, answers are lost and customers hang
// up while everything in a number of sales runs out. At the end the list of the order service is held
// against the ledger.
//
// Everything is on the loopback, bounded in number and time, and ended.
//
//	make faults-quota     in the project's directory; about a minute and a half, part of the gate
//	make soak-quota       a million orders
package quota
