package telemetry

import (
	"errors"
	"strings"
	"time"

	"go.uber.org/zap"

	"github.com/promogate/caddy-discount/reload"
	"github.com/promogate/caddy-discount/reload/history"
)

// LogEvent writes an event of a strategy to the log.
func LogEvent(log *zap.Logger, e reload.Event) {
	switch e.Kind {
	case reload.EventActivated:
		log.Info("strategy activated", activation(e.Live)...)
	case reload.EventRefused:
		log.Error("strategy refused", refusal(e)...)
	case reload.EventMissing:
		log.Warn("strategy missing", refusal(e)...)
	case reload.EventPinned:
		log.Warn("rollback pinned, the strategy in the file stays out of service",
			append(identified(e.Refused), zap.String("in_service", e.Live.Version))...)
	case reload.EventPending:
		log.Warn("write not finished", refusal(e)...)
	case reload.EventStaged:
		log.Info("strategy staged", append(activation(e.Next), instant("due", e.Next.Due), zap.String("in_service", e.Live.Version))...)
	case reload.EventWithdrawn:
		log.Info("staged strategy withdrawn", zap.String("version", e.Next.Version), zap.String("sha256", e.Next.Fingerprint), instant("due", e.Next.Due))
	case reload.EventStateFailed:
		log.Error("cannot write state directory", failure(e.Err)...)
	case reload.EventStateRestored:
		log.Info("state directory written again")
	case reload.EventTampered:
		if errors.Is(e.Err, history.ErrContentChanged) {
			log.Error("snapshots of the strategy were changed", failure(e.Err)...)
			return
		}
		log.Error("log of the strategy was changed", append(failure(e.Err),
			zap.String("effect", "a new log is started; a rollback may have lost its pin"))...)
	case reload.EventSigned:
		log.Info("log of the strategy signed", zap.String("checkpoint", e.Checkpoint))
	case reload.EventPolling:
		log.Warn("cannot watch strategy, polling instead", failure(e.Err)...)
	case reload.EventWatchLost:
		log.Warn("watch lost", failure(e.Err)...)
	case reload.EventPendingOver:
		log.Info("write finished", zap.String("in_service", e.Live.Version))
	case reload.EventWatchRegained:
		log.Info("watch restored")
	default:
		log.Info("strategy unchanged", zap.String("version", e.Live.Version), zap.String("sha256", e.Live.Fingerprint))
	}
}

// identified are the fields for the version and the fingerprint of a content, and for its
// fingerprint in an earlier version of the language if that differs.
func identified(what reload.Identity) []zap.Field {
	fields := []zap.Field{zap.String("version", what.Version), zap.String("sha256", what.Fingerprint)}
	if what.Formerly != "" {
		fields = append(fields, zap.String("formerly", what.Formerly))
	}
	return fields
}

func activation(f reload.Info) []zap.Field {
	fields := append(identified(reload.Identity{Fingerprint: f.Fingerprint, Formerly: f.Formerly, Version: f.Version}),
		zap.Stringer("kind", f.Kind),
		zap.String("change", string(f.Change)),
		zap.Int64("size", f.Size),
		instant("written", f.Timestamps.Written),
		instant("noticed", f.Timestamps.Noticed),
		instant("read", f.Timestamps.Read),
		instant("ready", f.Timestamps.Ready),
		zap.String("proof", f.Note),
	)
	if f.Timestamps.Swapped.IsZero() { // it is staged
		return fields
	}
	return append(fields, instant("swapped", f.Timestamps.Swapped), zap.Duration("took", f.Timestamps.Swapped.Sub(f.Timestamps.Noticed)))
}

// instant is a field with a time as RFC 3339 in UTC, in any time format of the log. By default
// JSON has numbers, which people cannot compare.
func instant(name string, t time.Time) zap.Field {
	return zap.String(name, t.UTC().Format(time.RFC3339Nano))
}

// failure is an error on one line. If it has several problems, the line has the first one
// followed by …, and a second field lists them all.
func failure(err error) []zap.Field {
	found := problemsIn(err)
	if len(found) < 2 {
		return []zap.Field{zap.Error(err)}
	}
	return []zap.Field{zap.String("error", found[0]+" …"), zap.Strings("problems", found)}
}

// problemsIn are the problems in the lines of an error. Indented lines belong to the problem
// above them.
func problemsIn(err error) []string {
	if err == nil {
		return nil
	}
	var list []string
	between := ": "
	for line := range strings.SplitSeq(strings.TrimSpace(err.Error()), "\n") {
		text := strings.TrimSpace(line)
		if len(list) == 0 || text == line {
			list, between = append(list, text), ": "
			continue
		}
		list[len(list)-1] += between + text
		between = "; "
	}
	return list
}

func refusal(e reload.Event) []zap.Field {
	fields := failure(e.Err)
	if e.Refused.Version != "" {
		fields = append(fields, zap.String("version", e.Refused.Version), zap.String("sha256", e.Refused.Fingerprint))
	}
	if e.Live.Sequence > 0 {
		fields = append(fields, zap.String("in_service", e.Live.Version))
	}
	var panicked *reload.PanicError
	if errors.As(e.Err, &panicked) {
		fields = append(fields, zap.ByteString("stack", panicked.Stack))
	}
	return fields
}
