package reload

import (
	"fmt"

	"github.com/promogate/caddy-discount/reload/internal/stableread"
)

// rewatch follows the path again and watches every name on it, so that each later change is
// reported. lost is the reason why reports may be missing; nil if none are.
func (c *controller) rewatch(lost error) {
	c.layout = c.files.Locate()
	err := c.watch.WatchNames(c.layout.Names(), c.layout.Listing())
	for range 3 {
		now := c.files.Locate()
		if err == nil && now.Equal(c.layout) {
			break
		}
		// The layout changed while it was being watched. A change before the watch began
		// was not reported.
		c.layout = now
		err = c.watch.WatchNames(c.layout.Names(), c.layout.Listing())
	}
	c.watch.WatchWriters(c.layout.Targets(), c.layout.Listing())
	target := c.layout.Target()
	if err == nil && stableread.Severed(target) {
		err = fmt.Errorf("%s is mounted here alone and was replaced where it comes from (mount its directory instead)", target)
	}
	c.status.update(func(s *Status) { s.Target = target })
	c.reportWatch(lost, err)
}

// reportWatch reports when watching fails and when it works again.
func (c *controller) reportWatch(lost, err error) {
	was := c.status.read().Watch
	c.status.update(func(s *Status) { s.Watch = WatchHealth{Polling: err != nil, Reason: err} })
	if lost != nil {
		c.emit(EventWatchLost, lost)
	}
	switch {
	case err != nil && (!was.Polling || lost != nil):
		c.emit(EventPolling, err)
	case err == nil && (was.Polling || lost != nil):
		c.emit(EventWatchRegained, nil)
	}
}
