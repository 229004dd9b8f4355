package assertion

// AppendCart is what the digest of a cart in headers is made of.
var AppendCart = appendCart

// Algorithm returns [HS256] or [EdDSA].
func (k *Key) Algorithm() string { return k.algorithm }
