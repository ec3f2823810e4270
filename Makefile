# Two commands: `make run` and `make test`. Both set up .venv first; Python >= 3.11 with venv is all they need.
PYTHON ?= python3
ONCE ?= 0
HOME_DIR ?= var
BIN := .venv/bin
STAMP := .venv/.installed

.PHONY: run test venv lock clean

run: venv
	$(BIN)/tthc init --home $(HOME_DIR)
	$(BIN)/tthc collect examples --home $(HOME_DIR)
	$(BIN)/tthc rates --home $(HOME_DIR)
	@# exit 1 only says that an alert is firing: the examples have some
	$(BIN)/tthc alerts --home $(HOME_DIR) || [ $$? -eq 1 ]
	@[ "$(ONCE)" = "1" ] || $(BIN)/tthc up --home $(HOME_DIR)

test: venv
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	@# whole files side by side: what a file builds once is not built again
	$(BIN)/python -m pytest -q -n auto --maxprocesses 4 --dist loadfile

venv: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit("Python >= 3.11 is needed, this is " + sys.version) if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv .venv
	@# uv, where it is present, only makes the same installation faster
	@if command -v uv >/dev/null 2>&1; then \
		uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock && \
		uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation -e . ; \
	else \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e . ; \
	fi
	@touch $(STAMP)

# New versions of the dependencies: needs uv. The lock holds hashes, no index addresses.
lock:
	uv pip compile pyproject.toml --group dev --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-annotate --no-header -o requirements.lock --upgrade --quiet

clean:
	rm -rf .venv var build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
