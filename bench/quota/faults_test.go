//go:build unix

package quota_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// chaos does one fault after the other to the programs of a rig.
type chaos struct {
	*rig
	random *rand.Rand
	done   map[string]int // how often each
}

// doing is a fault and how often it is chosen.
type doing struct {
	name   string
	weight int
	do     func()
}

// faults are what may be done in the setting.
func (c *chaos) faults() []doing {
	all := []doing{{"the order service is down for a moment", 2, c.serviceDown}}
	if c.ledgers.exact {
		all = append(all, doing{"kill -9 of a gateway", 5, c.killGateway})
	}
	all = append(all, doing{"a gateway has no processor", 2, func() { c.gateway().stall(c.upTo(300)) }})
	if len(c.ledgers.network) == 0 {
		return all
	}
	all = append(all,
		doing{"kill -9 of redis-server", 4, c.killServer},
		doing{"the network is cut", 4, func() { c.network().Cut() }},
		doing{"the network is slow", 2, c.slowNetwork},
		doing{"answers of redis-server are lost", 4, c.loseAnswers},
		doing{"no connection to redis-server", 2, c.noNetwork},
	)
	if c.ledgers.forgets {
		all = append(all,
			doing{"FLUSHALL", 4, func() { c.flushed(func() { c.ledgers.servers[0].Do("FLUSHALL") }) }},
			doing{"the replica is promoted", 4, func() {
				c.flushed(func() { c.ledgers.promote(func() { c.sleep(20) }) })
				c.ledgers.repair()
			}},
		)
	}
	return all
}

// run does faults until the context is done. Each has ended then.
func (c *chaos) run(ctx context.Context) {
	all := c.faults()
	sum := 0
	for _, f := range all {
		sum += f.weight
	}
	for pause := c.upTo(longestPause); ; {
		select {
		case <-ctx.Done():
			return
		case <-time.After(pause):
		}
		n := c.random.IntN(sum)
		i := slices.IndexFunc(all, func(f doing) bool { n -= f.weight; return n < 0 })
		began := time.Now()
		all[i].do()
		c.done[all[i].name]++
		pause = max(c.upTo(longestPause), time.Since(began)) // a busy machine takes long to start a program
	}
}

// longestPause is how long there is no fault, in milliseconds, if the last one did not take longer.
const longestPause = 400

// upTo is a random time of at most so many milliseconds.
func (c *chaos) upTo(millis int) time.Duration {
	return time.Duration(1+c.random.IntN(1000*millis)) * time.Microsecond
}

func (c *chaos) sleep(millis int) { time.Sleep(c.upTo(millis)) }

func (c *chaos) gateway() *gateway { return c.gateways[c.random.IntN(len(c.gateways))] }

func (c *chaos) killGateway() {
	g := c.gateway()
	g.kill()
	c.sleep(200)
	g.start()
}

func (c *chaos) killServer() {
	c.ledgers.servers[0].Kill()
	c.sleep(300)
	c.ledgers.servers[0].Restart()
}

func (c *chaos) serviceDown() {
	c.orders.close()
	c.sleep(100)
	if err := c.orders.open(); err != nil {
		c.t.Fatal(err)
	}
}

// network is that between a gateway and Redis.
func (c *chaos) network() proxy { return c.ledgers.network[c.random.IntN(len(c.ledgers.network))] }

func (c *chaos) slowNetwork() {
	n := c.network()
	n.Delay(c.upTo(60))
	c.sleep(300)
	n.Delay(0)
}

func (c *chaos) loseAnswers() {
	n := c.network()
	n.DropReplies(true)
	c.sleep(150)
	n.Cut()
	n.DropReplies(false)
	n.Cut()
}

func (c *chaos) noNetwork() {
	n := c.network()
	n.Refuse(true)
	n.Cut()
	c.sleep(300)
	n.Refuse(false)
}

// flushed does what makes the server forget. What the sales of this moment have sold the gateways send
// again; earlier ones start at zero, and their counts say nothing any more.
func (c *chaos) flushed(do func()) {
	before := time.Since(c.orders.began)
	do()
	c.forgotten = c.begun()
	c.t.Logf("the server forgot between %v and %v; sale %d", before.Round(time.Millisecond), time.Since(c.orders.began).Round(time.Millisecond), c.forgotten)
}

func (c *chaos) String() string {
	var b strings.Builder
	for _, f := range c.faults() {
		fmt.Fprintf(&b, "\n  %6d %s", c.done[f.name], f.name)
	}
	return b.String()
}
