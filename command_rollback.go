package discount

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"slices"
	"strings"

	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	"github.com/spf13/cobra"
)

func rollbackCommand() *cobra.Command {
	c := command("rollback FINGERPRINT", "Puts an earlier content of a strategy back into service", `
Puts a content that was in service before back there, through the admin API of
the running Caddy. The beginning of its fingerprint is enough; "caddy discount
log" and the admin API show the fingerprints.

It stays until the file is saved with another meaning than it has now. Saving it
again, or adding a comment, does not bring back what was taken out.`,
		"  caddy discount rollback 3f9a41c2 --reason 'prices too low'", oneFingerprint, runRollback)
	c.Flags().String("address", "", "The address of the admin API; default: that of the config file, or localhost:2019")
	c.Flags().StringP("config", "c", "", "Configuration file to take the admin address from")
	c.Flags().StringP("adapter", "a", "", "Name of config adapter to apply to it")
	c.Flags().String("id", "", "The id of the strategy, if several are in service")
	c.Flags().String("reason", "", "Why, for the log")
	return c
}

// oneFingerprint wants the one argument of rollback.
func oneFingerprint(_ *cobra.Command, args []string) error {
	const wanted = `the SHA-256 of a content that was in service, or the beginning of it, such as 3f9a41c2; "caddy discount log" lists them`
	if len(args) != 1 {
		return fmt.Errorf("the arguments are %q, one FINGERPRINT is wanted: %s", args, wanted)
	}
	if strings.Trim(args[0], "0123456789abcdefABCDEF") != "" || args[0] == "" {
		return fmt.Errorf("%q is no fingerprint: wanted is %s", args[0], wanted)
	}
	return nil
}

func runRollback(cmd *cobra.Command, args []string) (int, error) {
	admin, err := adminOf(cmd)
	if err != nil {
		return exitFailed, err
	}
	strategy, err := admin.choose(flag(cmd, "id"))
	if err != nil {
		return exitFailed, err
	}
	fingerprint, err := admin.complete(strategy.ID, args[0])
	if err != nil {
		return exitFailed, err
	}
	body, err := json.Marshal(map[string]string{"sha256": fingerprint, "reason": flag(cmd, "reason")})
	if err != nil {
		return exitFailed, err
	}
	var after strategyStatus
	if err := admin.call(http.MethodPost, "/discount/strategies/"+strategy.ID+"/rollback", strategy.Live.SHA256, body, &after); err != nil {
		return exitFailed, err
	}
	if wantsJSON(cmd) {
		return exitFine, printJSON(cmd.OutOrStdout(), after)
	}
	fmt.Fprintf(cmd.OutOrStdout(), "%s: version %s (%s) is in service, in place of %s (%s)\n", after.Path,
		after.Live.Version, after.Live.SHA256, strategy.Live.Version, strategy.Live.SHA256)
	return exitFine, nil
}

// adminClient asks the admin API of a running Caddy.
type adminClient struct{ address string }

func adminOf(cmd *cobra.Command) (adminClient, error) {
	file := flag(cmd, "config")
	if file == "" {
		if _, err := os.Stat("Caddyfile"); err == nil {
			file = "Caddyfile"
		}
	}
	address, err := caddycmd.DetermineAdminAPIAddress(flag(cmd, "address"), nil, file, flag(cmd, "adapter"))
	if err != nil {
		return adminClient{}, fmt.Errorf("finding the admin API: %w", err)
	}
	return adminClient{address}, nil
}

// call makes one call; inService goes into If-Match.
func (a adminClient) call(method, path, inService string, body []byte, into any) error {
	header := http.Header{}
	if inService != "" {
		header.Set("If-Match", `"`+inService+`"`)
	}
	res, err := caddycmd.AdminAPIRequest(a.address, method, path, header, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("the admin API at %s: %s", a.address, said(err))
	}
	defer res.Body.Close()
	if err := json.NewDecoder(res.Body).Decode(into); err != nil {
		return fmt.Errorf("what answers at %s is not the admin API of a Caddy with this module: %w", a.address, err)
	}
	return nil
}

// said is what the admin API answered, which Caddy shows as it was sent.
func said(err error) string {
	var answer struct{ Error string }
	if _, body, found := strings.Cut(err.Error(), ": {"); found && json.Unmarshal([]byte("{"+body), &answer) == nil && answer.Error != "" {
		return answer.Error
	}
	return err.Error()
}

// choose finds the strategy meant: the only one, unless an id says which.
func (a adminClient) choose(id string) (strategyStatus, error) {
	var all []strategyStatus
	if err := a.call(http.MethodGet, "/discount/strategies", "", nil, &all); err != nil {
		return strategyStatus{}, err
	}
	var ids []string
	for _, s := range all {
		if s.ID == id || id == "" && len(all) == 1 {
			return s, nil
		}
		ids = append(ids, fmt.Sprintf("%s (%s)", s.ID, s.Path))
	}
	switch {
	case len(all) == 0:
		return strategyStatus{}, fmt.Errorf("no strategy is in service there")
	case id == "":
		return strategyStatus{}, fmt.Errorf("several strategies are in service, say which with --id: %s", strings.Join(ids, ", "))
	}
	return strategyStatus{}, fmt.Errorf("no strategy in service has the id %q, there are %s", id, strings.Join(ids, ", "))
}

// leastOfFingerprint is how many digits it takes to name a content: a slip of the
// finger should not put another one into service.
const leastOfFingerprint = 6

// complete finds the only content whose fingerprint begins so.
func (a adminClient) complete(id, beginning string) (string, error) {
	if len(beginning) < leastOfFingerprint {
		return "", fmt.Errorf("%q is too short for a fingerprint, want its first %d digits or more", beginning, leastOfFingerprint)
	}
	var past historyStatus
	if err := a.call(http.MethodGet, "/discount/strategies/"+id+"/history", "", nil, &past); err != nil {
		return "", err
	}
	var found []string
	for _, s := range past.Snapshots {
		for _, name := range []string{s.SHA256, s.Formerly} {
			if strings.HasPrefix(name, strings.ToLower(beginning)) && !slices.Contains(found, name) {
				found = append(found, name)
			}
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", fmt.Errorf("no content is kept whose fingerprint begins with %q", beginning)
	}
	return "", fmt.Errorf("%q is the beginning of several fingerprints: %s", beginning, strings.Join(found, ", "))
}
