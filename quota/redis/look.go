package redisledger

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/redis/rueidis"

	"github.com/promogate/caddy-discount/quota"
)

// life is one life of a server: as long as it is the same, the server has forgotten nothing.
type life struct {
	// process is the run id of the server. A restart and a promoted replica have another.
	process string

	// name is in the server, with the counts: what empties it takes it away, too.
	name string
}

// unfitError says why a server cannot have a ledger.
type unfitError struct{ reason string }

func (e *unfitError) Error() string { return e.reason }

func unfit(format string, arguments ...any) error {
	return &unfitError{reason: fmt.Sprintf(format, arguments...)}
}

// look looks at a server: whether it can have a ledger, and which life it lives.
func (l *Ledger) look(ctx context.Context, client rueidis.Client) (life, error) {
	text, err := client.Do(ctx, client.B().Info().Build()).ToString()
	if answer, ok := rueidis.IsRedisErr(err); ok && strings.HasPrefix(answer.Error(), "NOPERM") {
		// Every connection is taken for one to another life then.
		text, err = "", nil
	}
	if err != nil {
		return life{}, fmt.Errorf("asking the server what it is: %w", err)
	}
	info := parseInfo(text)
	if err := l.check(info); err != nil {
		return life{}, err
	}
	name, err := l.openLayout(ctx, client)
	if err != nil {
		return life{}, err
	}
	for _, text := range l.scripts.texts {
		if err := client.Do(ctx, client.B().ScriptLoad().Script(text).Build()).Error(); err != nil {
			return life{}, fmt.Errorf("loading the scripts: %w", err)
		}
	}
	return life{process: info["run_id"], name: name}, l.tryOut(ctx, client, name)
}

// openLayout returns the name of the server's life, and gives it one if it has none.
func (l *Ledger) openLayout(ctx context.Context, client rueidis.Client) (string, error) {
	keyID := ""
	if l.options.KeyID != (quota.Digest{}) {
		keyID = hex.EncodeToString(l.options.KeyID[:])
	}
	message, err := l.scripts.open.Exec(ctx, client, l.keys, []string{layout, quota.NewID().String(), keyID}).ToMessage()
	if err != nil {
		return "", fmt.Errorf("opening the ledger: %w", err)
	}
	r := newReply(message)
	name, before := r.text(), r.text()
	if r.err != nil {
		return "", fmt.Errorf("opening the ledger: %w", r.err)
	}
	if version, _, _ := strings.Cut(name, " "); version != layout {
		return "", unfit("the ledger %s has the layout %q, and this gateway reads %q: gateways of one version share a ledger; "+
			"another namespace starts anew", l.options.Namespace, version, layout)
	}
	if keyID != "" && before != "" && before != keyID {
		l.warn("another key digested customers and codes until now: their counts start anew, and gateways with different keys do not share them")
	}
	return name, nil
}

// tryOut makes a call as orders do. A server that is too slow for them, or that has no memory left, is
// no better than none.
func (l *Ledger) tryOut(ctx context.Context, client rueidis.Client, name string) error {
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, l.options.Timeout)
	defer cancel()
	err := l.scripts.inspect.Exec(ctx, client, l.keys, []string{name, "write"}).Error()
	if err == nil && time.Since(began) > l.options.Timeout {
		err = context.DeadlineExceeded // on a busy machine the answer and the deadline are noticed together
	}
	if err != nil {
		return fmt.Errorf("trying the server out, which has %s: %w", l.options.Timeout, err)
	}
	return nil
}

func parseInfo(text string) map[string]string {
	info := make(map[string]string)
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			info[name] = value
		}
	}
	return info
}

// oldest is the oldest version of the server.
var oldest = [2]int{6, 2}

// check checks what a server says of itself.
func (l *Ledger) check(info map[string]string) error {
	if version := info["redis_version"]; version != "" && olderThan(version, oldest) {
		return unfit("the server is Redis %s: a ledger needs 6.2 or later, or Valkey", version)
	}
	if info["role"] == "slave" {
		return errors.New("the server is a replica: a ledger is in a primary")
	}
	// What is in the ledger has no expiry, so that volatile policies drop none of it.
	policy := info["maxmemory_policy"]
	if strings.HasPrefix(policy, "allkeys") {
		return unfit("the server may drop counts when its memory is full: maxmemory-policy is %s, want noeviction", policy)
	}
	if policy == "" {
		l.warn("the server does not say its maxmemory-policy: one that drops keys would lose counts")
	}
	if info["aof_enabled"] == "0" {
		l.warn("the server has no append-only file: a restart loses counts, but for what gateways send again")
	}
	return nil
}

// warn warns once.
func (l *Ledger) warn(text string) {
	if l.options.Warn != nil && !l.warned[text] {
		l.warned[text] = true
		l.options.Warn(text)
	}
}

func olderThan(version string, least [2]int) bool {
	parts := strings.SplitN(version, ".", 3)
	for i := range least {
		n := 0
		if i < len(parts) {
			n, _ = strconv.Atoi(parts[i])
		}
		if n != least[i] {
			return n < least[i]
		}
	}
	return false
}
