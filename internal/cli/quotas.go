package cli

import (
	"fmt"
	"io"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/internal/adminapi"
)

func quotasCommand() *cobra.Command {
	c := command("quotas", "Shows what was counted of the quotas of a strategy", `
Shows, for each quota of the strategy in service, its limit, how much of it is used,
what of that is held by orders whose outcome is not known yet, what is left, and the
day, week or month that it is in. The running Caddy is asked through its admin API.
The numbers are orders, units or, of a budget, minor units of the currency. A quota
per customer has counts only with --customer.`,
		"  caddy discount quotas\n  caddy discount quotas --customer c-1", noArguments, runQuotas)
	addAdminFlags(c)
	addCustomerFlag(c)
	adjust := command("adjust QUOTA", "Changes what a quota has committed", `
Adds a number to what a quota has committed, or takes it off, through the admin API of
the running Caddy. QUOTA is the name that "caddy discount quotas" shows. It is the
count of the day, week or month that the quota is in, and with --customer that of one
customer. The change is in the log of the strategy, with its reason.`,
		"  caddy discount quotas adjust flash.units --by -1 --reason 'one came back'", oneQuota, runAdjust)
	addAdminFlags(adjust)
	addCustomerFlag(adjust)
	adjust.Flags().Int64("by", 0, "What is added; below 0 it is taken off")
	adjust.Flags().String("reason", "", "Why, for the log")
	c.AddCommand(adjust)
	return c
}

func addCustomerFlag(c *cobra.Command) {
	c.Flags().String("customer", "", "The id of the customer whose counts are meant")
}

// chosen returns the client of the admin API and the strategy that the flags choose.
func chosen(cmd *cobra.Command) (adminapi.Client, adminapi.Strategy, error) {
	admin, err := adminOf(cmd)
	if err != nil {
		return admin, adminapi.Strategy{}, err
	}
	strategy, err := admin.Choose(flag(cmd, "id"))
	return admin, strategy, err
}

func runQuotas(cmd *cobra.Command, _ []string) (int, error) {
	admin, strategy, err := chosen(cmd)
	if err != nil {
		return exitFailed, err
	}
	all, err := admin.Quotas(strategy.ID, flag(cmd, "customer"))
	if err != nil {
		return exitFailed, err
	}
	if wantsJSON(cmd) {
		return exitFine, printJSON(cmd.OutOrStdout(), all)
	}
	return exitFine, printQuotas(cmd.OutOrStdout(), all)
}

func printQuotas(w io.Writer, all adminapi.Quotas) error {
	t := table{flush: true, right: []int{1, 2, 3, 4, 6}}
	t.add("QUOTA", "LIMIT", "USED", "HELD", "LEFT", "PER", "UNRESOLVED")
	for _, q := range all.Quotas {
		used, held, left := "", "", ""
		if c := q.Count; c != nil {
			used, held, left = number(c.Used), number(c.Held), number(c.Left)
		}
		per := q.Per
		if q.From != nil {
			per += " from " + q.From.Format("2006-01-02")
		}
		t.add(printable(q.Quota), number(q.Limit), used, held, left, printable(per), number(q.Unresolved))
	}
	_, err := io.WriteString(w, t.String())
	if more := all.Total - len(all.Quotas); err == nil && more > 0 {
		_, err = fmt.Fprintf(w, "There are %d more.\n", more)
	}
	return err
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

// oneQuota requires the one argument of adjust.
func oneQuota(_ *cobra.Command, args []string) error {
	if len(args) != 1 {
		return fmt.Errorf(`the arguments are %q, want one QUOTA such as flash.units; "caddy discount quotas" lists them`, args)
	}
	return nil
}

func runAdjust(cmd *cobra.Command, args []string) (int, error) {
	by, _ := cmd.Flags().GetInt64("by") // the only error is a flag that is not defined
	wanted := adminapi.QuotaAdjustment{Quota: args[0], Customer: flag(cmd, "customer"), By: by, Reason: flag(cmd, "reason")}
	switch {
	case by == 0:
		return exitFailed, fmt.Errorf("--by is missing: say what is added, such as --by 1 or --by -1")
	case wanted.Reason == "":
		return exitFailed, fmt.Errorf("--reason is missing: say why, for the log")
	}
	admin, strategy, err := chosen(cmd)
	if err != nil {
		return exitFailed, err
	}
	before, err := countOf(admin, strategy.ID, wanted)
	if err != nil {
		return exitFailed, err
	}
	after, err := admin.Adjust(strategy.ID, before.Revision, wanted)
	if err != nil {
		return exitFailed, err
	}
	if wantsJSON(cmd) {
		return exitFine, printJSON(cmd.OutOrStdout(), after)
	}
	_, err = io.WriteString(cmd.OutOrStdout(), printablef("%s: %d committed, %d before; %d of %d left\n",
		after.Quota, after.Count.Committed, after.Count.Committed-by, after.Count.Left, after.Limit))
	return exitFine, err
}

// countOf returns the count that is to be adjusted.
func countOf(admin adminapi.Client, id string, wanted adminapi.QuotaAdjustment) (adminapi.QuotaCount, error) {
	all, err := admin.Quotas(id, wanted.Customer)
	if err != nil {
		return adminapi.QuotaCount{}, err
	}
	for _, q := range all.Quotas {
		switch {
		case q.Quota != wanted.Quota:
		case q.PerCustomer && wanted.Customer == "":
			return adminapi.QuotaCount{}, fmt.Errorf("%s is counted for each customer: say which with --customer", q.Quota)
		case q.Count != nil:
			return *q.Count, nil
		}
	}
	return adminapi.QuotaCount{}, fmt.Errorf(`there is no quota %q; "caddy discount quotas" lists them`, wanted.Quota)
}
