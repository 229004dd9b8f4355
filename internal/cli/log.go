package cli

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/reload/history"
)

func logCommand() *cobra.Command {
	c := command("log", "Shows what went into service and out of it", `
Shows the log of a strategy: activations, stagings, refusals and rollbacks, the
latest last, with the times of this machine and their zone. The running Caddy is
asked through its admin API. Without one the state directory is read: that of
--state, or the one in the data directory of the user who runs this.`,
		"  caddy discount log\n  caddy discount log --id discount-1a2b3c4d --json\n  caddy discount log --state /var/lib/caddy/discount", noArguments, runLog)
	addStateFlag(c)
	verify := command("verify", "Checks that the log is as it was signed", `
Checks the log against its signed checkpoint, and the contents that are kept against
the log. With --verifier the signature has to be by that key, and with --checkpoint
the log has to be a continuation of the one an earlier checkpoint was signed for;
checkpoints are in the log of Caddy. Exits with 2 if anything is not as it was left,
or was not before: what was set aside is reported until a checkpoint that is given
covers the record of it. The files are those of --export, of --state, or where the
running Caddy keeps them.`,
		"  caddy discount log verify --state /var/lib/caddy/discount\n  caddy discount log verify --export log.export --checkpoint kept.checkpoint", noArguments, runVerify)
	addStateFlag(verify)
	verify.Flags().String("export", "", "A file that log export wrote, instead of the state directory")
	verify.Flags().String("checkpoint", "", "A file with an earlier checkpoint, kept elsewhere")
	verify.Flags().String("verifier", "", "The verifier key, kept elsewhere; default: that of the log")
	export := command("export", "Writes all that others need to verify the log", `
Writes the records, the checkpoint and the verifier key as JSON. The files are
those of --state, or where the running Caddy keeps them.`,
		"  caddy discount log export --state /var/lib/caddy/discount > log.export", noArguments, runExport)
	addStateFlag(export)
	c.AddCommand(verify, export)
	return c
}

func runLog(cmd *cobra.Command, _ []string) (int, error) {
	records, note, err := recordsFor(cmd)
	if err != nil {
		return exitFailed, err
	}
	if note != "" {
		fmt.Fprintln(cmd.ErrOrStderr(), printable(note))
	}
	if wantsJSON(cmd) {
		return exitFine, printJSON(cmd.OutOrStdout(), records)
	}
	return exitFine, printRecords(cmd.OutOrStdout(), records)
}

// instantLayout is the layout of instants, which are in the time zone of this machine.
const instantLayout = "2006-01-02 15:04:05-07:00"

func printRecords(w io.Writer, records []history.Record) error {
	t := table{flush: true}
	t.add("NUMBER", "TIME", "ACTION", "VERSION", "SHA256", "KIND", "REASON")
	cut := false
	for _, r := range records {
		reason, _, more := strings.Cut(r.Reason, "\n")
		if more {
			reason += " …"
			cut = true
		}
		if r.Formerly != "" {
			reason = strings.TrimSpace(fmt.Sprintf("formerly %.12s %s", r.Formerly, reason))
		}
		t.add(strconv.FormatInt(r.Number, 10), r.Time.Local().Format(instantLayout), printable(string(r.Action)), printable(r.Version),
			printable(fmt.Sprintf("%.12s", r.Fingerprint)), printable(r.Kind), printable(reason))
	}
	if _, err := io.WriteString(w, t.String()); err != nil || !cut {
		return err
	}
	_, err := fmt.Fprintln(w, "Of a reason that ends in … there is more: --json has it.")
	return err
}

func runVerify(cmd *cobra.Command, _ []string) (int, error) {
	export, err := exportFor(cmd)
	if errors.Is(err, history.ErrTampered) {
		return foundTampered(cmd, err)
	}
	if err != nil {
		return exitFailed, err
	}
	trust := history.Trust{Verifier: flag(cmd, "verifier")}
	if path := flag(cmd, "checkpoint"); path != "" {
		if trust.Checkpoint, err = os.ReadFile(path); err != nil {
			return exitFailed, fmt.Errorf("reading the checkpoint: %w", err)
		}
		if len(trust.Checkpoint) == 0 {
			return exitFailed, fmt.Errorf("the checkpoint %s is empty", path)
		}
	}
	report, err := export.Verify(trust)
	switch {
	case errors.Is(err, history.ErrTampered):
		return foundTampered(cmd, err)
	case err != nil:
		return exitFailed, err
	}
	if wantsJSON(cmd) {
		return exitFine, printJSON(cmd.OutOrStdout(), report)
	}
	_, err = io.WriteString(cmd.OutOrStdout(), printablef("%d records, root %s, signed by %s: as they were written\n", report.Records, report.Root, report.Verifier))
	return exitFine, err
}

// foundTampered reports what was tampered with, a line for each finding.
func foundTampered(cmd *cobra.Command, err error) (int, error) {
	if wantsJSON(cmd) {
		return exitFound, printJSON(cmd.OutOrStdout(), map[string]string{"error": err.Error()})
	}
	lines := strings.Split(err.Error(), "\n")
	for i := range lines {
		lines[i] = printable(lines[i])
	}
	return exitFound, errors.New(strings.Join(lines, "\n"))
}

func exportFor(cmd *cobra.Command) (history.Export, error) {
	path := flag(cmd, "export")
	if path == "" {
		dir, err := stateDirOf(cmd)
		if err != nil {
			return history.Export{}, err
		}
		export, err := history.ExportOf(dir)
		return export, atState(dir, err)
	}
	f, err := os.Open(path)
	if err != nil {
		return history.Export{}, fmt.Errorf("opening the export: %w", err)
	}
	defer f.Close()
	return history.ReadExport(f)
}

func runExport(cmd *cobra.Command, _ []string) (int, error) {
	dir, err := stateDirOf(cmd)
	if err != nil {
		return exitFailed, err
	}
	export, err := history.ExportOf(dir)
	if err != nil {
		return exitFailed, atState(dir, err)
	}
	return exitFine, printJSON(cmd.OutOrStdout(), export)
}
