// Package assertion states what a cart was priced at in a form that its
// receiver can check: a compact JWS (RFC 7515) whose payload is a set of JWT
// claims (RFC 7519), small enough for a header.
//
// An assertion binds the amounts to the request they were computed for. It
// holds the SHA-256 of the exact body, or of the cart's headers, and of the
// header values that are lists, so nothing of it can be used for another order,
// and no header beside it can be changed without notice. It names the method,
// the host and the path of the request, so that it does not pass for a request
// to another place with the same body.
//
// It is signed with HS256 (RFC 7518, section 3.2), which whoever verifies could
// also have signed, or with EdDSA over Ed25519 (RFC 8037), whose public keys are
// published as a JWK Set (RFC 7517). Its type is discount+jwt rather than JWT,
// as RFC 8725, section 3.11, has it: a token that the same keys signed for
// another purpose does not pass for an assertion, nor the other way round.
//
// The package verifies nothing. That is the order service's part, for which
// docs/verify has a program in each of several languages.
package assertion
