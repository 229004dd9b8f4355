// Package assertion signs what a cart was priced at, so that the order service can verify
// it: a compact JWS (RFC 7515) whose payload is a set of JWT claims (RFC 7519), small
// enough for a header.
//
// An assertion binds the amounts to the request that they were computed for. It holds the
// SHA-256 of the exact body, or of the cart's headers, and of the header values that are
// lists: it cannot be used for another order, and a change of a header beside it is
// detected. It names the method, the host and the path of the request: it is not valid for
// a request to another path with the same body.
//
// It is signed with HS256 (RFC 7518, section 3.2), whose verifiers could sign too, or with
// EdDSA over Ed25519 (RFC 8037), whose public keys are in a JWK Set (RFC 7517). Its type is
// discount+jwt rather than JWT (RFC 8725, section 3.11): a token that the same keys signed
// for another purpose is not a valid assertion, nor the other way round.
//
// The package verifies nothing: docs/verify has programs in several languages that do.
package assertion
