package cart

// What tests outside the package need of it: those that use presets, which import it.

// CheckOnce is checkOnce.
var CheckOnce = checkOnce

// WholeCart is a cart with every field.
const WholeCart = whole
