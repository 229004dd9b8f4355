package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"
	"time"

	caddycmd "github.com/caddyserver/caddy/v2/cmd"
	"github.com/spf13/cobra"

	"github.com/promogate/caddy-discount/internal/adminapi"
)

// addAdminFlags adds the flags that say which strategy of which running gateway is meant.
func addAdminFlags(c *cobra.Command) {
	addAddressFlag(c)
	c.Flags().StringP("config", "c", "", "Configuration file to take the admin address from")
	c.Flags().StringP("adapter", "a", "", "Name of config adapter to apply to it")
	c.Flags().String("id", "", "The id of the strategy, if several are in service")
}

func addAddressFlag(c *cobra.Command) {
	c.Flags().String("address", "", "The address of the admin API; default: that of the config file, or localhost:2019")
}

// adminClient asks the admin API of a running Caddy.
type adminClient struct {
	address  string
	patience time.Duration // for one answer; 0 waits for as long as it takes
}

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
	return adminClient{address: address}, nil
}

// missed says in a few words that there was no answer, and why.
func (a adminClient) missed(err error) string {
	text := err.Error()
	if !strings.Contains(text, "performing request: ") {
		return text
	}
	return fmt.Sprintf("nothing answers at %s (%s)", a.address, text[strings.LastIndex(text, ": ")+2:])
}

// errNoAnswer is that of a call that took too long.
var errNoAnswer = errors.New("no answer")

// call makes one call; inService goes into If-Match.
func (a adminClient) call(method, path, inService string, body []byte, into any) error {
	if a.patience <= 0 {
		return a.callNow(method, path, inService, body, into)
	}
	var answer json.RawMessage // a late one goes nowhere
	done := make(chan error, 1)
	go func() { done <- a.callNow(method, path, inService, body, &answer) }()
	select {
	case err := <-done:
		if err != nil {
			return err
		}
	case <-time.After(a.patience):
		return fmt.Errorf("the admin API at %s: %w within %s", a.address, errNoAnswer, a.patience)
	}
	return a.understood(json.Unmarshal(answer, into))
}

func (a adminClient) callNow(method, path, inService string, body []byte, into any) error {
	header := http.Header{}
	if inService != "" {
		header.Set("If-Match", `"`+inService+`"`)
	}
	res, err := caddycmd.AdminAPIRequest(a.address, method, path, header, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("the admin API at %s: %s", a.address, said(err))
	}
	defer res.Body.Close()
	return a.understood(json.NewDecoder(res.Body).Decode(into))
}

// understood says whose answer it is that cannot be read.
func (a adminClient) understood(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("what answers at %s is not the admin API of a Caddy with this module: %w", a.address, err)
}

// strategies are those in service.
func (a adminClient) strategies() (all []adminapi.Strategy, err error) {
	err = a.call(http.MethodGet, "/discount/strategies", "", nil, &all)
	return all, err
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
func (a adminClient) choose(id string) (adminapi.Strategy, error) {
	all, err := a.strategies()
	if err != nil {
		return adminapi.Strategy{}, err
	}
	return pick(all, id)
}

// pick finds the strategy meant among those in service.
func pick(all []adminapi.Strategy, id string) (adminapi.Strategy, error) {
	var ids []string
	for _, s := range all {
		if s.ID == id || id == "" && len(all) == 1 {
			return s, nil
		}
		ids = append(ids, s.Name())
	}
	switch {
	case len(all) == 0:
		return adminapi.Strategy{}, fmt.Errorf("no strategy is in service there")
	case id == "":
		return adminapi.Strategy{}, fmt.Errorf("several strategies are in service, say which with --id: %s", strings.Join(ids, ", "))
	}
	return adminapi.Strategy{}, fmt.Errorf("no strategy in service has the id %q, there are %s", id, strings.Join(ids, ", "))
}

// history is what is remembered of a strategy.
func (a adminClient) history(id string) (past adminapi.History, err error) {
	err = a.call(http.MethodGet, "/discount/strategies/"+id+"/history", "", nil, &past)
	return past, err
}
