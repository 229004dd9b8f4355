package cli

import (
	"errors"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/internal/adminapi"
)

func rollbackCommand() *cobra.Command {
	c := command("rollback FINGERPRINT", "Puts an earlier content of a strategy back into service", `
Puts a content that was in service before back there, through the admin API of
the running Caddy. The beginning of its fingerprint is enough; "caddy discount
log" and the admin API show the fingerprints.

It stays until the file is saved with another meaning than it has now. Saving it
again, or adding a comment, does not bring back what was taken out.`,
		"  caddy discount rollback 3f9a41c2 --reason 'prices too low'", oneFingerprint, runRollback)
	addAdminFlags(c)
	c.Flags().String("reason", "", "Why, for the log")
	return c
}

// oneFingerprint requires the one argument of rollback.
func oneFingerprint(_ *cobra.Command, args []string) error {
	const wanted = `the SHA-256 of a content that was in service, or the beginning of it, such as 3f9a41c2; "caddy discount log" lists them`
	switch {
	case len(args) == 0:
		return errors.New("FINGERPRINT is missing: " + wanted)
	case len(args) > 1:
		return fmt.Errorf("the arguments are %q, want one FINGERPRINT: %s", args, wanted)
	case !adminapi.IsFingerprint(args[0]):
		return fmt.Errorf("%q is no fingerprint, want %s", args[0], wanted)
	case len(args[0]) < adminapi.LeastOfFingerprint:
		return fmt.Errorf(`%q is too short for a fingerprint, want its first %d digits or more; "caddy discount log" lists them`, args[0], adminapi.LeastOfFingerprint)
	}
	return nil
}

func runRollback(cmd *cobra.Command, args []string) (int, error) {
	admin, err := adminOf(cmd)
	if err != nil {
		return exitFailed, err
	}
	all, err := admin.Strategies()
	if err != nil {
		return exitFailed, errors.New(admin.Unreachable(err))
	}
	strategy, err := adminapi.Pick(all, flag(cmd, "id"))
	if err != nil {
		return exitFailed, err
	}
	after, err := admin.Rollback(strategy.ID, strategy.Live.SHA256, adminapi.RollbackRequest{SHA256: args[0], Reason: flag(cmd, "reason")})
	if err != nil {
		return exitFailed, err
	}
	if wantsJSON(cmd) {
		return exitFine, printJSON(cmd.OutOrStdout(), after)
	}
	_, err = io.WriteString(cmd.OutOrStdout(), printablef("%s: version %s (%s) is in service, in place of %s (%s)\n", after.Path,
		after.Live.Version, after.Live.SHA256, strategy.Live.Version, strategy.Live.SHA256))
	return exitFine, err
}
