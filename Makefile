# Each target does all its own set-up; `make help` lists them. What they do is in dev/, in TypeScript.

# npm brings the right Node (the machine's own may be older) and every tool.
export PATH := $(CURDIR)/node_modules/.bin:$(PATH)
MAKEFLAGS += --no-print-directory
N ?= 1000
KEEP ?=
export N KEEP

# npm's own record of what it installed.
INSTALLED := node_modules/.package-lock.json

.DEFAULT_GOAL := help
.PHONY: help check test fuzz demo bench generate verify build control-plane clean

help: ## list the targets
	@echo 'Holdfast: make TARGET'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-15s %s\n", $$1, $$2 }' Makefile

check: $(INSTALLED) ## the fast loop: types, lint, format, architecture and unit tests
	@node dev/check.ts

test: $(INSTALLED) ## everything, on a real API server as well; the last line counts the tests
	@node dev/check.ts --all

fuzz: $(INSTALLED) ## ROUNDS=5000 random objects, edited at random on a real API server, and the scores; SEED=n FIRST=n plays them again
	@node dev/fuzz.ts

demo: $(INSTALLED) ## drift recorded and rolled back on a real API server, timed; KEEP=1 leaves it running
	@node dev/demo/demo.ts

bench: $(INSTALLED) ## latency, memory and requests with N=1000 objects (or N=10000)
	@node dev/bench/bench.ts

quiet: $(INSTALLED) ## ten minutes of a cluster in which nobody does anything: no drift, nothing doubtful
	@QUIET_SECONDS=$${QUIET_SECONDS:-600} npm run --silent jest -- --selectProjects differential -- test/cluster/quiet.test.ts

generate: $(INSTALLED) ## write again what is generated: CRDs, schemas, documents
	@node dev/generate/generate.ts

verify: generate ## fail where a generated file is not what is committed
	@git diff --exit-code && test -z "$$(git status --porcelain)"

build: $(INSTALLED) ## bundle the operator and the command line into dist/
	@node dev/build.ts

control-plane: $(INSTALLED) ## build etcd, kube-apiserver, kube-controller-manager and kubectl (once, cached)
	@node dev/control-plane/build.ts > /dev/null

clean: ## remove what was built and installed here; the cache of the control plane stays
	rm -rf dist coverage node_modules

# Made again when the lock file is newer.
$(INSTALLED): package-lock.json
	@echo 'npm ci: installing what package-lock.json pins'
	@npm ci --no-progress --loglevel=error
	@touch $@
