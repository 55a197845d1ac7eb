# make app    set up once, then serve the page (HOST=127.0.0.1 PORT=7860)
# make test   set up once, then run every test, the browser's too (ARGS= goes to pytest)
# make check  lint, format and the import rules
# make bench  measure; writes bench/README.md
# make soak   kill, damage, crowd, for hours; writes its part of bench/README.md (ARGS='--share 0.05' less)
# make audit  known faults in what is installed, and what in our code could be one
# make train-pocket    train the small models of checkpoints/pocket again, into out/pocket (about an hour)
# make examples, make pictures: render the example clips and the README's pictures anew
HOST ?= 127.0.0.1
PORT ?= 7860
ARGS ?=
ALL := -n 2 --dist loadfile --no-loadscope-reorder
PY := .venv/bin/python

.PHONY: app test check format bench soak audit train-pocket examples pictures clean

app:
	@.ci/setup
	@$(PY) app.py --host $(HOST) --port $(PORT) $(ARGS)

test:
	@.ci/setup test
	@CHROMIUM="$$(.ci/chromium || true)" $(PY) -m pytest $(or $(ARGS),$(ALL))

check:
	@.ci/setup test
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m pytest -q tests/test_architecture.py

format:
	@.ci/setup test
	@$(PY) -m ruff check --fix .
	@$(PY) -m ruff format .

bench:
	@.ci/setup test
	@$(PY) -m bench $(ARGS)

soak:
	@.ci/setup test
	@$(PY) -m bench.soak $(ARGS)

audit:
	@.ci/setup test
	@$(PY) -m ruff check .  # a --select would lose the exceptions of pyproject.toml
	@.ci/audit

train-pocket:
	@.ci/setup
	@$(PY) -m summarizer.train.pocket --out out/pocket $(ARGS)

examples:
	@.ci/setup
	@$(PY) examples/make.py $(ARGS)

pictures:
	@.ci/setup test
	@CHROMIUM="$$(.ci/chromium)" $(PY) docs/make.py

clean:
	rm -rf .venv .pytest_cache .ruff_cache .hypothesis .gradio out
