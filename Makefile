# Two commands do everything: `make lab` and `make test`. Each sets up .venv when it is missing or out of date, and does nothing twice.
PYTHON ?= python3
BIN := .venv/bin
export OMP_NUM_THREADS ?= 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help lab test verify bench notebooks readme doctor lock chromium clean
help:
	@echo "make lab        set up what is missing and open JupyterLab on notebooks/"
	@echo "make test       set up what is missing and run the whole test suite"
	@echo "make verify     check every equation, claim and figure, mutants included"
	@echo "make bench      run the benchmarks and store their figures in benchmarks/results/"
	@echo "make notebooks  run all notebooks in place and store their still pictures"
	@echo "make readme     write the generated table and picture of README.md anew"
	@echo "make doctor     say what is wrong with this installation and how to mend it"

.venv/ready: pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(v < (3, 11) and f"Python {v.major}.{v.minor} is too old: 3.11 or later is needed; try make PYTHON=python3.11")'
	@echo "Setting up .venv (about a minute and 2 GB of disk; torch is most of it)"
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --progress-bar on -r requirements.lock
	@$(BIN)/python -m pip install --no-deps --no-build-isolation --quiet -e .
	@touch $@

lab: .venv/ready
	@$(BIN)/blogtools lab

test: .venv/ready chromium
	@$(BIN)/python -m pytest -n 2 --dist loadfile

verify: .venv/ready
	@$(BIN)/blogtools verify --mutants --jobs 2

bench: .venv/ready chromium
	@for script in benchmarks/*.py; do echo "== $$script"; $(BIN)/python $$script || exit 1; done

notebooks: .venv/ready
	@$(BIN)/python tools/run_notebooks.py

readme: .venv/ready
	@$(BIN)/python tools/write_readme.py

doctor: .venv/ready
	@$(BIN)/blogtools doctor

lock: .venv/ready
	@{ head -n 1 requirements.lock; $(BIN)/python -m pip freeze --all --exclude pip --exclude-editable | sed 's/+cpu//'; } > requirements.lock.new && mv requirements.lock.new requirements.lock

chromium:
	@tools/install_chromium

clean:
	rm -rf .venv .artifacts .pytest_cache .mypy_cache .ruff_cache .hypothesis
