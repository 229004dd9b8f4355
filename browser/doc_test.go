// Package browser tries what the gateway shows and tells in a real Chromium: the page of
// Caddyfile.example, and quotes for pages of other origins. It is a module of its own, so
// that nothing of a browser's protocol is among what the gateway needs.
package browser
