# Everything here runs with Go alone.

FUZZTIME ?= 10m

.PHONY: run test ci fuzz bench

run: ## the gateway with the demo order service
	go run ./cmd/caddy run --config Caddyfile.example

test:
	go test ./...

ci: ## the whole gate
	.ci/run

fuzz: ## every parser, FUZZTIME each
	.ci/fuzz $(FUZZTIME)

bench:
	go test -run '^$$' -bench . -benchmem ./...
