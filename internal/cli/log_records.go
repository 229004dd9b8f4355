package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/internal/adminapi"
	"github.com/promogate/caddy-discount/internal/strategyfile"
	"github.com/promogate/caddy-discount/reload/history"
)

// This file reads the log of a strategy from the running gateway or from a state directory.

func addStateFlag(c *cobra.Command) {
	c.Flags().String("state", "", "The state directory, as in the Caddyfile, or one of a strategy below it; default: what the\nrunning Caddy says, or that in Caddy's data directory, of the user who runs this")
	addAdminFlags(c)
}

// recordsFor returns the records of the strategy that the flags choose. The note says which
// records are missing, or where the records are from.
func recordsFor(cmd *cobra.Command) (records []history.Record, note string, err error) {
	running, unreachable, err := runningFor(cmd)
	if err != nil {
		return nil, "", err
	}
	if running == nil {
		return recordsIn(cmd, unreachable)
	}
	past, err := running.admin.History(running.strategy.ID)
	if err != nil {
		return nil, "", err
	}
	if past.Total > len(past.Records) {
		note = fmt.Sprintf("These are the last %d of %d: --state %s has all.", len(past.Records), past.Total, running.strategy.State.Dir)
	}
	return past.Records, note, nil
}

// recordsIn returns the records of a state directory.
func recordsIn(cmd *cobra.Command, unreachable string) (records []history.Record, note string, err error) {
	dir, err := stateDirBelow(cmd, unreachable)
	if err != nil {
		return nil, "", err
	}
	past, err := history.OpenReadOnly(dir)
	if err != nil {
		return nil, "", atState(dir, err)
	}
	if unreachable != "" {
		note = unreachable + ": this is from " + dir
	}
	return past.Records, note, nil
}

// stateDirOf returns the state directory of the strategy that the flags choose.
func stateDirOf(cmd *cobra.Command) (string, error) {
	running, unreachable, err := runningFor(cmd)
	if err != nil {
		return "", err
	}
	if running == nil {
		return stateDirBelow(cmd, unreachable)
	}
	dir := running.strategy.State.Dir
	if _, err := os.ReadDir(dir); err != nil {
		return "", fmt.Errorf("the gateway at %s keeps the log of %s in %w; --state names another directory",
			running.admin.Address, running.strategy.Name(), strategyfile.PathError(dir, err))
	}
	return dir, nil
}

// runningStrategy is a strategy of the running gateway that has a state directory.
type runningStrategy struct {
	admin    adminapi.Client
	strategy adminapi.Strategy
}

// runningFor returns the strategy of the running gateway that the flags choose. found is nil with
// --state, and if no gateway answers; unreachable is then the reason, and "" with --state.
func runningFor(cmd *cobra.Command) (found *runningStrategy, unreachable string, err error) {
	if flag(cmd, "state") != "" {
		return nil, "", nil
	}
	admin, err := adminOf(cmd)
	if err != nil {
		return nil, "", err
	}
	admin.Patience = answerTimeout
	all, err := admin.Strategies()
	switch {
	case err != nil && flag(cmd, "address") != "":
		return nil, "", errors.New(admin.Unreachable(err))
	case err != nil:
		return nil, admin.Unreachable(err), nil
	}
	one, err := adminapi.Pick(all, flag(cmd, "id"))
	if err != nil {
		return nil, "", fmt.Errorf("the gateway at %s: %w; --state reads a state directory instead", admin.Address, err)
	}
	if one.State.Dir == "" {
		return nil, "", fmt.Errorf("the gateway at %s keeps no log of %s: its state is off", admin.Address, one.Name())
	}
	return &runningStrategy{admin: admin, strategy: one}, "", nil
}

// stateDirBelow returns the state directory of the strategy that the flags choose: the directory
// of --state, or the only one below it. unreachable is the reason why no gateway answered.
func stateDirBelow(cmd *cobra.Command, unreachable string) (string, error) {
	dir := flag(cmd, "state")
	if dir == "" {
		dir = adminapi.DefaultStateDir()
	}
	if isStateDir(dir) {
		return dir, nil
	}
	below, err := stateDirsIn(dir, flag(cmd, "id"))
	switch {
	case err != nil:
	case len(below) == 1:
		return below[0], nil
	case len(below) > 1:
		return "", fmt.Errorf("there are several strategies in %s, say which with --state: %s", dir, strings.Join(namesOfStates(below), ", "))
	case flag(cmd, "id") != "":
		err = fmt.Errorf("%s has no state of a strategy with the id %q", dir, flag(cmd, "id"))
	default:
		err = fmt.Errorf("%s is no state directory, and there is none in it", dir)
	}
	if unreachable != "" {
		return "", fmt.Errorf("%s, and %w: --address names the admin API of a gateway, --state its state directory", unreachable, err)
	}
	return "", fmt.Errorf("--state: %w", err)
}

// stateDirsIn returns the state directories in a directory. With an id it returns only the one of
// that strategy.
func stateDirsIn(dir, id string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, strategyfile.PathError(dir, err)
	}
	var below []string
	for _, e := range entries {
		if path := filepath.Join(dir, e.Name()); isStateDir(path) && (id == "" || e.Name() == id) {
			below = append(below, path)
		}
	}
	return below, nil
}

// namesOfStates returns the directories with the paths of their strategies, as far as snapshots
// record them.
func namesOfStates(dirs []string) []string {
	names := slices.Clone(dirs)
	for i, dir := range dirs {
		past, err := history.OpenReadOnly(dir)
		if err != nil {
			continue
		}
		if kept := past.Snapshots(); len(kept) > 0 {
			names[i] += " (" + kept[0].Origin + ")"
		}
	}
	return names
}

// atState adds the flag that chooses the state directory to an error.
func atState(dir string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("--state %s: %w", dir, err)
}

// isStateDir reports whether a directory has the state of a strategy. It reports true for a
// directory without permission to read, so that the caller reports the missing permission.
func isStateDir(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, "snapshots"))
	return err == nil || errors.Is(err, fs.ErrPermission) && isDirectory(dir)
}

func isDirectory(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}
