package discount

import (
	"context"

	"github.com/caddyserver/caddy/v2"
	"github.com/caddyserver/caddy/v2/modules/caddyevents"
)

// onceRunning has do called, with its events, when the configuration that ctx is
// of has started. One that is only validated never does, nor one that is rejected.
func onceRunning(ctx caddy.Context, do func(*caddyevents.App)) {
	app, err := ctx.AppIfConfigured("events")
	if err != nil {
		return // there is no configuration: a test provisions the handler by itself
	}
	if events, ok := app.(*caddyevents.App); ok {
		// The only error is that the app has started already, which it does after
		// every handler was provisioned.
		_ = events.On("started", whenStarted(func() { do(events) }))
	}
}

// whenStarted is called with the event.
type whenStarted func()

// Handle implements caddyevents.Handler.
func (f whenStarted) Handle(context.Context, caddy.Event) error {
	f()
	return nil
}
