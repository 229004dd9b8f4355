// Command go checks the X-Discount-Assertion of a request, as an order service
// in Go would:
//
//	go run ./docs/verify/go TOKEN KEYFILE ISSUER AUDIENCE BODYFILE [HEADERFILE [METHOD HOST PATH]]
//
// KEYFILE holds the public key in PEM, for EdDSA, or the secret of HS256 as the
// gateway has it. HEADERFILE holds the headers of the request, one "Name: value"
// a line. METHOD, HOST and PATH are those of the request; an empty one is not
// checked. It prints the claims and ends with 0 if everything is in order, otherwise it prints why not and ends with 1.
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/promogate/caddy-discount/docs/verify/go/verify"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "refused:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 5 && len(args) != 6 && len(args) != 9 {
		return errors.New("usage: TOKEN KEYFILE ISSUER AUDIENCE BODYFILE [HEADERFILE [METHOD HOST PATH]]")
	}
	v := verify.Verifier{Issuer: args[2], Audience: args[3]}
	key, err := os.ReadFile(args[1])
	if err == nil {
		v.Algorithm, v.Key, err = verify.ReadKey(key)
	}
	if err != nil {
		return fmt.Errorf("reading the key: %w", err)
	}
	var r verify.Request
	if r.Body, err = os.ReadFile(args[4]); err != nil {
		return fmt.Errorf("reading the body: %w", err)
	}
	if len(args) >= 6 {
		if r.Headers, err = readHeaders(args[5]); err != nil {
			return fmt.Errorf("reading the headers: %w", err)
		}
	}
	if len(args) == 9 {
		r.Method, r.Host, r.Path = args[6], args[7], args[8]
	}
	verified, err := v.Verify(args[0], r)
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(verified)
}

func readHeaders(path string) (map[string][]string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	headers := make(map[string][]string)
	for line := range strings.Lines(string(text)) {
		if name, value, ok := strings.Cut(strings.TrimRight(line, "\r\n"), ":"); ok {
			name = strings.ToLower(name)
			headers[name] = append(headers[name], strings.Trim(value, " \t"))
		}
	}
	return headers, nil
}
