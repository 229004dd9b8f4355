package redisledger

import (
	_ "embed"
	"strconv"
	"strings"

	"github.com/redis/rueidis"
)

// The scripts are one state machine, that of package quota, with another end each.
var (
	//go:embed lua/clock.lua
	clockLua string
	//go:embed lua/machine.lua
	machineLua string
	//go:embed lua/reserve.lua
	reserveLua string
	//go:embed lua/settle.lua
	settleLua string
	//go:embed lua/inspect.lua
	inspectLua string
	//go:embed lua/open.lua
	openLua string
)

// layout is the version of what the ledger keeps. Another one is not read.
const layout = "1"

// scripts are those that a ledger runs.
type scripts struct {
	reserve, settle, inspect, open *rueidis.Lua
	texts                          []string
}

// newScripts returns the scripts with a source of the time. The client does not repeat what it does
// not know to have failed: whether that is safe is for the ledger to say.
func newScripts(clock string) *scripts {
	s := new(scripts)
	script := func(parts ...string) *rueidis.Lua {
		text := strings.Join(parts, "\n")
		s.texts = append(s.texts, text)
		return rueidis.NewLuaScript(text)
	}
	s.reserve = script(clock, machineLua, reserveLua)
	s.settle = script(clock, machineLua, settleLua)
	s.inspect = script(clock, machineLua, inspectLua)
	s.open = script(openLua)
	return s
}

// keyNames are the keys of a namespace. They share a hash tag: in a cluster they are on one node,
// and one script can change all of them.
func keyNames(namespace string) []string {
	names := []string{"ledger", "due", "unknown", "kept", "kept-unknown"}
	for i := range names {
		names[i] = "{discount:" + namespace + "}:" + names[i]
	}
	return names
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

func flag(b bool) string {
	if b {
		return "1"
	}
	return "0"
}
