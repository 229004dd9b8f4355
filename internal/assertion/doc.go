// Package assertion signs the amounts that a cart was priced at, so that the order service can
// verify them. An assertion is a compact JWS (RFC 7515) whose payload is a set of JWT claims
// (RFC 7519), small enough for a header.
//
// An assertion binds the amounts to the request that they were computed for. It contains the
// SHA-256 of the exact body, or of the cart's headers, and of the header values that are lists.
// So it cannot be used for another order, and a change of these headers is detected. It names
// the method, the host and the path of the request. So it is not valid for a request to another
// path with the same body.
//
// It is signed with HS256 (RFC 7518, section 3.2) or with EdDSA over Ed25519 (RFC 8037). With
// HS256 every verifier could also sign. With EdDSA the public keys are in a JWK Set (RFC 7517).
// Its type is discount+jwt and not JWT (RFC 8725, section 3.11): a token that the same keys
// signed for another purpose is not a valid assertion, and an assertion is no such token.
//
// The package verifies nothing; docs/verify has programs in several languages that do.
package assertion
