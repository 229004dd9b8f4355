package keyring

import (
	"bytes"
	"encoding/json"
	"slices"
)

// JWKS returns one JWK Set (RFC 7517) with the public keys of all keyrings, each key once.
func JWKS(keyrings []*Keyring) ([]byte, error) {
	type set struct {
		Keys []json.RawMessage `json:"keys"`
	}
	all := set{Keys: []json.RawMessage{}}
	for _, k := range keyrings {
		var own set
		if err := json.Unmarshal(k.Signer().JWKS(), &own); err != nil {
			return nil, err
		}
		all.Keys = append(all.Keys, own.Keys...)
	}
	slices.SortFunc(all.Keys, func(a, b json.RawMessage) int { return bytes.Compare(a, b) })
	all.Keys = slices.CompactFunc(all.Keys, func(a, b json.RawMessage) bool { return bytes.Equal(a, b) })
	return json.Marshal(all)
}
