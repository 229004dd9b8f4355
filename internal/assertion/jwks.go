package assertion

import "slices"

// JWKS is the JWK Set (RFC 7517, section 5) of the signer's public keys, the one
// that signs first, to be served as application/jwk-set+json. Secrets of HS256
// are never in it: a signer that has no others has an empty set.
func (s *Signer) JWKS() []byte { return slices.Clone(s.jwks) }

func keySet(keys []*Key) []byte {
	b := []byte(`{"keys":[`)
	for _, k := range keys {
		if k.public == nil {
			continue
		}
		if b[len(b)-1] == '}' {
			b = append(b, ',')
		}
		b = k.appendPublic(b)
	}
	return append(b, "]}"...)
}

// appendPublic writes the public part of k and nothing else, member by member,
// so that no field that keys may get later is shown.
func (k *Key) appendPublic(b []byte) []byte {
	b = append(b, `{"kty":"OKP","crv":"Ed25519","x":"`...)
	b = appendBase64(b, k.public)
	b = append(b, `","use":"sig","alg":"EdDSA","kid":`...)
	b = appendQuoted(b, k.id)
	return append(b, '}')
}
