package adminapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	caddycmd "github.com/caddyserver/caddy/v2/cmd"
)

// A Client calls the admin API of a running Caddy.
type Client struct {
	Address  string
	Patience time.Duration // how long to wait for one answer; 0 for no limit
}

// Unreachable describes in a few words the error of a call that got no answer.
func (c Client) Unreachable(err error) string {
	text := err.Error()
	if !strings.Contains(text, "performing request: ") {
		return text
	}
	return fmt.Sprintf("nothing answers at %s (%s)", c.Address, text[strings.LastIndex(text, ": ")+2:])
}

// ErrNoAnswer is the error of a call that took longer than [Client.Patience].
var ErrNoAnswer = errors.New("no answer")

// call makes one call. A tag is sent as If-Match, unless it is empty.
func (c Client) call(method, path, tag string, body []byte, into any) error {
	if c.Patience <= 0 {
		return c.callNow(method, path, tag, body, into)
	}
	var answer json.RawMessage // after the timeout nothing reads it
	done := make(chan error, 1)
	go func() { done <- c.callNow(method, path, tag, body, &answer) }()
	select {
	case err := <-done:
		if err != nil {
			return err
		}
	case <-time.After(c.Patience):
		return fmt.Errorf("the admin API at %s: %w within %s", c.Address, ErrNoAnswer, c.Patience)
	}
	return c.understood(json.Unmarshal(answer, into))
}

func (c Client) callNow(method, path, tag string, body []byte, into any) error {
	header := http.Header{}
	if tag != "" {
		header.Set("If-Match", `"`+tag+`"`)
	}
	if body != nil {
		header.Set("Content-Type", "application/json")
	}
	res, err := caddycmd.AdminAPIRequest(c.Address, method, path, header, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("the admin API at %s: %s", c.Address, said(err))
	}
	defer res.Body.Close()
	return c.understood(json.NewDecoder(res.Body).Decode(into))
}

// understood adds the address of the server to the error of an answer that cannot be read.
func (c Client) understood(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("the server at %s is not the admin API of a Caddy with this module: %w", c.Address, err)
}

// Strategies returns the strategies in service.
func (c Client) Strategies() (all []Strategy, err error) {
	err = c.call(http.MethodGet, "/discount/strategies", "", nil, &all)
	return all, err
}

// said returns the error text that the admin API answered. Caddy's error has the whole body.
func said(err error) string {
	var answer struct{ Error string }
	if _, body, found := strings.Cut(err.Error(), ": {"); found && json.Unmarshal([]byte("{"+body), &answer) == nil && answer.Error != "" {
		return answer.Error
	}
	return err.Error()
}

// Choose returns the strategy with an id, or the only strategy if id is empty.
func (c Client) Choose(id string) (Strategy, error) {
	all, err := c.Strategies()
	if err != nil {
		return Strategy{}, err
	}
	return Pick(all, id)
}

// Pick returns the strategy with an id among those in service, or the only one if id is empty.
func Pick(all []Strategy, id string) (Strategy, error) {
	var ids []string
	for _, s := range all {
		if s.ID == id || id == "" && len(all) == 1 {
			return s, nil
		}
		ids = append(ids, s.Name())
	}
	switch {
	case len(all) == 0:
		return Strategy{}, fmt.Errorf("no strategy is in service there")
	case id == "":
		return Strategy{}, fmt.Errorf("several strategies are in service, say which with --id: %s", strings.Join(ids, ", "))
	}
	return Strategy{}, fmt.Errorf("no strategy in service has the id %q, there are %s", id, strings.Join(ids, ", "))
}

// History returns the history of a strategy.
func (c Client) History(id string) (past History, err error) {
	err = c.call(http.MethodGet, "/discount/strategies/"+id+"/history", "", nil, &past)
	return past, err
}

// Rollback puts a content back into service and returns the strategy after that. It fails if
// the content in service is not the one with the fingerprint inService.
func (c Client) Rollback(id, inService string, wanted RollbackRequest) (after Strategy, err error) {
	err = c.post("/discount/strategies/"+id+"/rollback", inService, wanted, &after)
	return after, err
}

// Quotas returns what was counted of the quotas of a strategy, with the counts of a customer unless
// that is empty.
func (c Client) Quotas(id, customer string) (all Quotas, err error) {
	path := "/discount/strategies/" + id + "/quotas"
	if customer == "" {
		err = c.call(http.MethodGet, path, "", nil, &all)
		return all, err
	}
	err = c.post(path+"/customer", "", QuotasOfCustomer{customer}, &all)
	return all, err
}

// Adjust changes a count and returns the quota after that. It fails if the count was adjusted since
// it had the revision.
func (c Client) Adjust(id string, revision uint64, wanted QuotaAdjustment) (after Quota, err error) {
	err = c.post("/discount/strategies/"+id+"/quotas/adjust", revisionTag(revision), wanted, &after)
	return after, err
}

// Reservations returns the orders of a strategy whose outcome is not known.
func (c Client) Reservations(id string) (all Reservations, err error) {
	err = c.call(http.MethodGet, "/discount/strategies/"+id+"/reservations", "", nil, &all)
	return all, err
}

// Settle says what became of an order.
func (c Client) Settle(id string, wanted SettleRequest) (settled Settled, err error) {
	err = c.post("/discount/strategies/"+id+"/reservations/settle", "", wanted, &settled)
	return settled, err
}

// post sends a value as JSON.
func (c Client) post(path, tag string, value, into any) error {
	body, err := json.Marshal(value)
	if err != nil {
		return err
	}
	return c.call(http.MethodPost, path, tag, body, into)
}
