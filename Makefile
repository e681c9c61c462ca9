# `make help` lists what there is. GO names the go command.

GO       ?= go
TOOL      = $(GO) tool -modfile=.ci/tools.mod
FUZZTIME ?= 10s
# For all tests: make test TESTFLAGS=-race
TESTFLAGS ?=
# The folders with our Go code; examples hold modules of their own.
OURS      = hcl host plugin shared

# A checkout of another user: git refuses to say what commit it is.
ifneq ($(shell git rev-parse HEAD >/dev/null 2>&1 && echo yes),yes)
export GOFLAGS += -buildvcs=false
endif

.PHONY: help build run test bench lint generate fuzz clean

help: ## list the targets
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1\t\2/p' $(MAKEFILE_LIST) | expand -t 12

build: ## build bin/jwhost
	CGO_ENABLED=0 $(GO) build -trimpath -o bin/jwhost .

run: build ## run the demo: a small training, watched
	bin/jwhost uv install
	bin/jwhost run examples/quickstart/jobs.hcl

test: ## run all tests; what is not installed here is skipped by name
	$(GO) test -timeout 20m $(TESTFLAGS) ./...

bench: ## run all benchmarks
	$(GO) test -run '^$$' -bench . -benchmem ./...

lint: ## gofmt, go vet, staticcheck, buf lint
	@unformatted=$$(gofmt -l main.go *_test.go $(OURS) examples); \
	if [ -n "$$unformatted" ]; then echo "gofmt these files:"; echo "$$unformatted"; exit 1; fi
	$(GO) vet ./...
	$(TOOL) staticcheck ./...
	$(TOOL) buf lint

generate: ## write generated code anew
	$(TOOL) buf generate

# A worker of Go's fuzzer that is cut off at the end reports "context deadline
# exceeded" as a failure now and then; only an input that fails is one.
fuzz: ## run every fuzz target for FUZZTIME (10s)
	@set -e; mkdir -p bin; for file in $$(grep -rl --include='*_test.go' '^func Fuzz' $(OURS) | sort); do \
		for target in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\).*/\1/p' $$file); do \
			echo "$$target ($$file)"; \
			if $(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) ./$$(dirname $$file) >bin/fuzz.log 2>&1; \
			then tail -n 2 bin/fuzz.log | head -n 1; \
			else cat bin/fuzz.log; grep -q 'context deadline exceeded' bin/fuzz.log && ! grep -q 'Failing input' bin/fuzz.log; fi; \
		done; \
	done

clean: ## remove what was built
	rm -rf bin
