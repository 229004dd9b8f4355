# Everything here runs with Go alone.

FUZZTIME ?= 10m
SAVES ?= 3000

.PHONY: run test ci platforms fuzz bench bench-reload bench-hostile bench-scale bench-gateway bench-aims bench-endure bench-redis bench-quota load soak soak-redis faults-quota soak-quota reference conformance vulncheck

run: ## the gateway with the demo order service
	go run -tags nobadger,nomysql,nopgx ./cmd/caddy run --config Caddyfile.example

test: ## what CI runs first
	go test ./...

ci: ## the whole gate
	.ci/run

platforms: ## the program and all tests compile for macOS and Windows
	.ci/platform darwin ./...
	.ci/platform windows ./...

fuzz: ## every parser, FUZZTIME each
	.ci/fuzz $(FUZZTIME)

reference: ## 200,000 random strategies and carts against the plain evaluator of the tests
	REFERENCE_PAIRS=200000 go test -count=1 -timeout 60m -run TestReference ./strategy

conformance: ## worked cases of published engines; CONFORMANCE_CASES=file takes others
	go test -count=1 -v -run TestConformance ./strategy

soak: ## SAVES random saves, with stalls and kills, under readers that check every revision
	SOAK=$(SAVES) go test -count=1 -v -timeout 2h -run 'TestSoak$$' ./reload

faults-quota: ## that nothing is sold twice while programs are killed, answers lost and customers hang up
	cd bench && go test -count=1 -v -run 'TestFaults$$' ./quota

soak-quota: ## the same with a million orders
	cd bench && go test -count=1 -v -timeout 6h -run 'TestFaults$$' ./quota -orders 1000000 -at-most 90m -at-once 256

bench: ## nanoseconds and allocations of every stage
	go test -run '^$$' -bench . -benchmem -cpu 1,2 ./...

bench-reload: ## from a save to the first order priced by it, and what reloading costs the orders
	cd bench && go run ./reload

bench-hostile: ## what good orders feel of broken, huge and slow requests
	cd bench && go run ./hostile

bench-gateway: ## beside the proxy alone, handlers by hand, a service beside it and nginx with Lua
	cd bench && go run ./gateway

bench-aims: ## the same, the proxy and the gateway alone
	cd bench && go run ./gateway -aims

bench-scale: ## what an order and a reload cost by the size of things, as tables and pictures
	cd bench && go run ./scale -to ../docs/performance

bench-endure: ## ten minutes of as many orders as the gateway takes, with a reload every second
	cd bench && go run ./endure

soak-redis: ## SOAK_ORDERS orders race for a limit, over bad networks and while the server is killed
	SOAK_ORDERS=$${SOAK_ORDERS:-200000} go test -count=1 -v -timeout 2h -run 'TestFaults$$' ./quota/redis

bench-redis: ## reservations in a redis-server on the loopback, what one adds to an order, what a dead server does
	go test -run '^$$' -bench . -benchmem ./quota/redis

bench-quota: ## what counting costs: the ledgers by themselves, and what they add to an order
	cd bench && go test -count=1 -v -timeout 1h -run 'TestFigures$$' ./quota -figures

load: ## hey and vegeta for ten seconds each against Caddyfile.example, with edits: docs/loadtest.md
	.ci/load

vulncheck: ## known vulnerabilities in what the gateway calls; needs https://vuln.go.dev
	go run golang.org/x/vuln/cmd/govulncheck@v1.9.0 ./...
