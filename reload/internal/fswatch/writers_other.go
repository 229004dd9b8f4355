//go:build !linux

package fswatch

// A closeWatcher reports nothing on systems that do not report closes.
type closeWatcher struct{}

func newCloseWatcher(*coalescer, func(string) bool) (*closeWatcher, error) { return nil, nil }

func (c *closeWatcher) rewatch([]string, string) {}
func (c *closeWatcher) close()                   {}
func (c *closeWatcher) catchUp()                 {}
func (c *closeWatcher) state(string) WriteState  { return Unknown }
