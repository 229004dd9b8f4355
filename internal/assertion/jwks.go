package assertion

import "slices"

// JWKS returns the JWK Set (RFC 7517, section 5) of the signer's public keys. The key that signs
// is first. It is to be served as application/jwk-set+json. It never has secrets of HS256: a
// signer with no other keys has an empty set.
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

// appendPublic appends the public part of k, member by member, so that no field that is added
// to Key later becomes public.
func (k *Key) appendPublic(b []byte) []byte {
	b = append(b, `{"kty":"OKP","crv":"Ed25519","x":"`...)
	b = appendBase64(b, k.public)
	b = append(b, `","use":"sig","alg":"EdDSA","kid":`...)
	b = appendQuoted(b, k.id)
	return append(b, '}')
}
