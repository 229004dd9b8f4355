package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/internal/adminapi"
)

func reservationsCommand() *cobra.Command {
	c := command("reservations", "Shows orders whose outcome is not known", `
Shows the orders that hold some of a quota and of which it is not known what became,
and those that are held beyond their deadline: those with the earliest deadline first.
The ids are those that the order service had in X-Discount-Reservation. The running
Caddy is asked through its admin API.`,
		"  caddy discount reservations --unresolved", noArguments, runReservations)
	addAdminFlags(c)
	c.Flags().Bool("unresolved", false, "Orders whose outcome is not known; others are not listed")
	settle := command("settle ID OUTCOME", "Says what became of an order", `
Says what became of an order, through the admin API of the running Caddy: commit (it
was accepted), release (it was refused), return (it was accepted, and then cancelled)
or hold (it awaits something, for the time of --for). It is in the log of the strategy,
with its reason.`,
		"  caddy discount reservations settle hT5w2a-X9kQ0b3cD7eF1gA commit --reason 'it is in the shop'", idAndOutcome, runSettle)
	addAdminFlags(settle)
	settle.Flags().Duration("for", 0, "How long the order is held")
	settle.Flags().String("reason", "", "Why, for the log")
	c.AddCommand(settle)
	return c
}

func runReservations(cmd *cobra.Command, _ []string) (int, error) {
	if on, _ := cmd.Flags().GetBool("unresolved"); !on {
		return exitFailed, errors.New("--unresolved is missing: only orders whose outcome is not known are listed")
	}
	admin, strategy, err := chosen(cmd)
	if err != nil {
		return exitFailed, err
	}
	all, err := admin.Reservations(strategy.ID)
	if err != nil {
		return exitFailed, err
	}
	if wantsJSON(cmd) {
		return exitFine, printJSON(cmd.OutOrStdout(), all)
	}
	return exitFine, printReservations(cmd.OutOrStdout(), all)
}

func printReservations(w io.Writer, all adminapi.Reservations) error {
	if len(all.Reservations) == 0 {
		_, err := io.WriteString(w, "No order is unresolved.\n")
		return err
	}
	t := table{flush: true}
	t.add("ID", "STATE", "UNTIL", "TAKES")
	for _, r := range all.Reservations {
		var takes []string
		for _, take := range r.Takes {
			takes = append(takes, strings.TrimSpace(fmt.Sprintf("%s %d %s", take.Quota, take.Amount, take.Window)))
		}
		state := r.State
		if r.Unknown {
			state += ", unknown"
		}
		t.add(printable(r.ID), printable(state), r.Until.Local().Format(instantLayout), printable(strings.Join(takes, ", ")))
	}
	_, err := io.WriteString(w, t.String())
	if err == nil && all.More {
		_, err = fmt.Fprintln(w, "There are more.")
	}
	return err
}

// idAndOutcome requires the two arguments of settle.
func idAndOutcome(_ *cobra.Command, args []string) error {
	if len(args) != 2 {
		return fmt.Errorf(`the arguments are %q, want an ID and commit, release, return or hold; "caddy discount reservations --unresolved" lists the ids`, args)
	}
	return nil
}

func runSettle(cmd *cobra.Command, args []string) (int, error) {
	held, _ := cmd.Flags().GetDuration("for") // the only error is a flag that is not defined
	wanted := adminapi.SettleRequest{ID: args[0], Outcome: args[1], For: int64(held / time.Second), Reason: flag(cmd, "reason")}
	switch {
	case wanted.Reason == "":
		return exitFailed, errors.New("--reason is missing: say why, for the log")
	case wanted.Outcome == "hold" && held < time.Second:
		return exitFailed, errors.New("--for is missing: say how long the order is held, such as --for 15m")
	}
	admin, strategy, err := chosen(cmd)
	if err != nil {
		return exitFailed, err
	}
	settled, err := admin.Settle(strategy.ID, wanted)
	if err != nil {
		return exitFailed, err
	}
	if wantsJSON(cmd) {
		return exitFine, printJSON(cmd.OutOrStdout(), settled)
	}
	return exitFine, printSettled(cmd.OutOrStdout(), settled)
}

func printSettled(w io.Writer, settled adminapi.Settled) error {
	text := printablef("%s: %s\n", settled.ID, settled.State)
	for _, over := range settled.Over {
		text += printablef("%s is beyond its limit by %d\n", over.Quota, over.By)
	}
	_, err := io.WriteString(w, text)
	return err
}
