# The course on one command. `make help` lists the parts.
#
# Every path is relative, so the folder may have any name. What a step made is remembered below
# build/, and a step runs again only when something that it reads has changed.

SHELL := /bin/sh
.DEFAULT_GOAL := course
.DELETE_ON_ERROR:
.SECONDARY:

# Where Pyodide, which runs Python in a page, comes from: `registries` (npm and PyPI), `release`
# (Pyodide's own), or the path of a folder or an archive of that release.
PYODIDE ?= registries

PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys, venv; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
export PATH := $(CURDIR)/.venv/bin:$(PATH)
export PYTHONPATH := $(CURDIR)/lib/convbook/src:$(CURDIR)/lib/invigilator/src
export PYTHONWARNINGS := ignore::DeprecationWarning
# Threads beyond the cores only wait for each other.
export OMP_NUM_THREADS ?= 2

VENV := .venv/installed
BOOK := build/_build/html
# The text of the two distributions, without what pip and Python write beside it.
sources = $(shell find $(1) -type f -not -name "*.pyc" -not -path "*.egg-info/*" -not -path "$(1)/build/*")
LIBRARY := $(call sources,lib/convbook)
GRADER := $(call sources,lib/invigilator)
SOLUTIONS := $(wildcard solutions/*/*.md)
EXERCISES := build/exercises
CHAPTERS := $(shell find chapters -type f)
# What makes the pages, beside the extensions: their data, addresses and lists.
PAGES := $(wildcard course/sphinx_*.py) $(addprefix course/,address.py element_data.py executed_cells.py uses.py toc.py templates/scorer.js)
TRAINED := build/static/elements/trained/patch_accuracy.js
ASSIGNMENTS := $(sort $(notdir $(patsubst %/,%,$(dir $(SOLUTIONS)))))
ANSWERS := $(wildcard solutions/*/answers/*.py)

.PHONY: course
course: $(VENV) .venv/sandbox $(BOOK)/index.html build/class/grades.csv  ## install, build the book and the exercises, grade the sample class (default)
	@echo
	@cat build/class/report.txt
	@echo
	@echo "The book:         $(BOOK)/index.html   ($$(du -sm $(BOOK) | cut -f1) MB)"
	@echo "The class report: build/class/report.html   (scores: build/class/grades.csv)"
	@echo "Read the book:    make serve"
	@.venv/bin/python -m course.address

.PHONY: install
install: $(VENV)  ## make .venv from requirements.lock

$(VENV): requirements.lock $(wildcard lib/*/pyproject.toml)
	@if [ -z "$(PYTHON)" ]; then echo "Python 3.11 or newer with venv is needed (Debian: apt-get install python3-venv)"; exit 1; fi
	@echo "== Installing into .venv (some minutes the first time)"
	@"$(PYTHON)" -m venv .venv
	@.venv/bin/python -m pip install --disable-pip-version-check --progress-bar off --requirement requirements.lock | grep -E "^(Collecting|Installing)" | sed -e 's/^Installing.*/Installing …/' || true
	@# One after the other: an older convbook brought the grader's command, and takes it away when it
	@# goes, which must be before the grader comes.
	@for name in convbook invigilator; do \
		.venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable "lib/$$name" || exit 1; \
	done
	@.venv/bin/python -c "import convbook, invigilator, jupyter_book, torch"
	@touch $@

.venv/sandbox: | $(VENV)
	@sh course/install.sh bwrap bubblewrap "the sample class will not be graded"
	@touch $@

.PHONY: book
book: $(BOOK)/index.html  ## build the book; warnings are errors

$(BOOK)/index.html: $(VENV) $(TRAINED) $(CHAPTERS) $(wildcard benchmarks/results/*.md) _config.yml _toc.yml $(LIBRARY) requirements.lock build/wheel/fresh build/pyodide.fresh $(wildcard build/lite.fresh) $(EXERCISES) $(PAGES)
	@echo "== Building the book"
	@.venv/bin/python -m course.executed_cells
	@{ .venv/bin/jupyter-book build . --path-output build --all -W -n --keep-going 2>&1; echo $$? > build/book.status; } | tee build/book.log | \
		grep --line-buffered -o 'chapters/[a-z_]*.md: Executed notebook in [0-9.]* seconds' || true
	@test "$$(cat build/book.status)" = 0 || { cat build/book.log; exit 1; }
	@test -f $@ && touch $@

# What the elements show of small networks: trained here, and again only when this changes.
$(TRAINED): $(VENV) course/trained_networks.py lib/convbook/src/convbook/data.py requirements.lock
	@echo "== Training the networks of the figures (a minute)"
	@.venv/bin/python -m course.trained_networks

# What notebooks fetch: the library alone, without the grader.
build/wheel/fresh: $(VENV) $(LIBRARY)
	@rm -rf build/wheel lib/convbook/build
	@.venv/bin/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir build/wheel lib/convbook
	@rm -rf lib/convbook/build && touch $@

.PHONY: wheels
wheels: build/wheel/fresh  ## build both distributions into build/dist/
	@rm -rf build/dist lib/invigilator/build && mkdir -p build/dist && cp build/wheel/*.whl build/dist
	@.venv/bin/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir build/dist lib/invigilator
	@rm -rf lib/invigilator/build

# Where this can't be had, the book is the same, with pages that only read.
build/pyodide.fresh: build/wheel/fresh course/pyodide.py
	@echo "== Gathering what runs Python in a page"
	@.venv/bin/python -m course.pyodide --from "$(PYODIDE)" || true
	@touch $@

.PHONY: pyodide
pyodide: build/wheel/fresh  ## gather what runs Python in a page, or fail (PYODIDE=registries, release or a PATH)
	@.venv/bin/python -m course.pyodide --from "$(PYODIDE)"
	@touch build/pyodide.fresh

.PHONY: lite
lite: build/lite.fresh  ## build JupyterLite, to which the pages of the assignments then link
	@$(MAKE) --no-print-directory book

# Where it has been built once, the book is built with it.
build/lite.fresh: .venv-lite/installed build/pyodide.fresh $(EXERCISES) course/lite.py
	@echo "== Building JupyterLite"
	@.venv/bin/python -m course.lite --from "$(PYODIDE)"
	@touch $@

.venv-lite/installed: requirements-lite.lock
	@echo "== Installing JupyterLite into .venv-lite"
	@"$(PYTHON)" -m venv .venv-lite
	@.venv-lite/bin/python -m pip install --quiet --disable-pip-version-check --requirement requirements-lite.lock
	@touch $@

PDF := $(BOOK)/from-dense-to-convolutional.pdf

.PHONY: pdf
pdf: $(PDF)  ## print the book to one PDF, which its first page links to (needs Chromium)

$(PDF): $(BOOK)/index.html course/pdf.py | .venv/browser
	@echo "== Printing the book"
	@.venv/bin/python -m course.pdf

.PHONY: editor
editor:  ## bundle the editor of worksheets anew (needs npm; the bundle is committed)
	@cd course/editor && npm ci --silent --no-audit --no-fund && npm run --silent build

.PHONY: serve
serve: $(BOOK)/index.html  ## read the book at http://localhost:8000
	@.venv/bin/python -m http.server 8000 --bind 127.0.0.1 --directory $(BOOK)

.PHONY: lab
lab: $(EXERCISES)  ## work on the exercises in JupyterLab, without the instructor's buttons
	@JUPYTER_CONFIG_PATH=course/students_lab .venv/bin/jupyter lab exercises

.PHONY: exercises
exercises: $(EXERCISES)  ## make the students' notebooks from solutions/

$(EXERCISES): $(VENV) $(SOLUTIONS) nbgrader_config.py _config.yml course/exercises.py course/address.py
	@echo "== Generating the exercises"
	@mkdir -p build && .venv/bin/python -m course.exercises && touch $@

.PHONY: notebooks
notebooks: $(VENV)  ## make the chapters' notebooks, for Colab and Binder
	@.venv/bin/python -m course.notebooks

.PHONY: students-edition
students-edition: $(VENV)  ## make what students clone, in build/students-edition/
	@.venv/bin/python -m course.exercises --check
	@.venv/bin/python -m course.notebooks --check
	@.venv/bin/python -m course.students_edition

.PHONY: site
site: $(BOOK)/index.html $(PDF)  ## put together what any web server can serve, in build/site/
	@.venv/bin/python -m course.site

.PHONY: release
release: $(VENV)  ## note the versions of both distributions as released, in lib/releases.toml
	@.venv/bin/python -m course.releases --record

.PHONY: publishable
publishable: $(VENV)  ## refuse, with the reason, what must not be published
	@.venv/bin/python -m course.address --strict
	@.venv/bin/python -m course.releases --strict

.PHONY: grade
grade: build/class/grades.csv  ## make and autograde the sample class
	@cat build/class/report.txt

# An instructor's own class is in class/, which no rule here ever touches.
build/class/grades.csv: export CLASS := build/class
build/class/grades.csv: $(VENV) $(EXERCISES) $(ANSWERS) $(LIBRARY) $(GRADER) nbgrader_config.py course/sample_class.py
	@echo "== Grading the sample class"
	@rm -rf build/class && mkdir -p build/class
	@.venv/bin/python -m course.sample_class
	@for name in $(ASSIGNMENTS); do .venv/bin/python -m course.exercises --register "$$name" || exit 1; done
	@why=$$(.venv/bin/python -c "from invigilator.untrusted.sandbox import missing; print(missing() or '')"); \
	if [ -n "$$why" ]; then \
		echo "The sample class is not graded: $$why" > build/class/report.txt; : > build/class/grades.new; \
	else \
		.venv/bin/python -m invigilator autograde $(ASSIGNMENTS) && \
		.venv/bin/python -m nbgrader export --to=build/class/grades.new --log-level=WARN && \
		.venv/bin/python -m invigilator report $(ASSIGNMENTS) --to=build/class/report.html > build/class/report.txt; \
	fi
	@mv build/class/grades.new $@

.PHONY: new-chapter
new-chapter: $(VENV)  ## NAME=…: write the skeleton of a chapter with its element
	@.venv/bin/python -m course.skeleton chapter "$(NAME)"

.PHONY: new-assignment
new-assignment: $(VENV)  ## NAME=psNN_… [FUNCTION=…]: write the skeleton of an assignment
	@.venv/bin/python -m course.skeleton assignment "$(NAME)" --function "$(FUNCTION)"

.PHONY: kill-matrix
kill-matrix: $(VENV)  ## print what every right and wrong answer earns
	@.venv/bin/python -m course.kill_matrix

BUILT := $(VENV) .venv/sandbox .venv/browser $(BOOK)/index.html $(PDF) build/class/grades.csv

.PHONY: check
check: $(BUILT) lint  ## for each commit: lint, types, stale exercises, the fast tests of each room
	@.venv/bin/python -m pytest -q -n 2 --dist loadfile -m "not slow"

.PHONY: test
test: $(BUILT)  ## all tests
	@# A file's tests share what they set up. Some wait, for a browser or a clock: so three
	@# work on two cores.
	@.venv/bin/python -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder

.venv/browser: | $(VENV)
	@sh course/install.sh chromium chromium "the tests of the built pages will be skipped, and there is no PDF"
	@touch $@

.PHONY: lint
lint: $(VENV)  ## ruff, mypy, and no stale exercise or notebook
	@.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy
	@.venv/bin/python -m course.exercises --check
	@.venv/bin/python -m course.notebooks --check
	@.venv/bin/python -m course.releases

# The hub has an environment of its own, and reads nothing of this one.
HUB := env -u PYTHONPATH -u PYTHONWARNINGS -u OMP_NUM_THREADS "$(PYTHON)" -m deploy.hub

.PHONY: hub
hub:  ## as root: a course server on this machine, from deploy/hub/settings.toml
	@$(HUB) up

.PHONY: hub-check
hub-check:  ## as root: say what is wrong with the course server
	@$(HUB) check

.PHONY: test-hub
test-hub: $(VENV) .venv/browser  ## as root: install a course server and go through it in a browser (some minutes)
	@HUB_TESTS=1 .venv/bin/python -m pytest -q tests/hub

.PHONY: bench
bench: $(VENV)  ## measure speed against peers; results go to benchmarks/results/
	@for script in benchmarks/*.py; do .venv/bin/python "$$script" || exit 1; done

.PHONY: bench-gpu
bench-gpu: $(VENV)  ## on a machine with a GPU and CuPy: its tests, then the kernels against cuDNN
	@.venv/bin/python -m pytest -q -m gpu -rs && .venv/bin/python benchmarks/gpu.py

.PHONY: lock
lock:  ## write the locks from pyproject.toml, keeping versions that fit (needs uv; UPGRADE=--upgrade: the newest)
	@cp requirements.lock requirements.new
	uv pip compile --universal --python-version 3.11 --group book --group grading --group dev --quiet $(UPGRADE) \
		--no-annotate --no-header --output-file requirements.new lib/convbook/pyproject.toml lib/invigilator/pyproject.toml > /dev/null
	@# The torch that is installed computes on the processor and needs no CUDA of its own.
	@sed -E '/^nvidia-cuda-nvrtc==/b; /^(nvidia-|cuda-|triton)/d' requirements.new > requirements.lock
	@rm requirements.new
	uv pip compile --universal --python-version 3.11 --group lite --quiet $(UPGRADE) \
		--no-annotate --no-header --output-file requirements-lite.lock > /dev/null
	uv pip compile --universal --python-version 3.11 --group grading --group hub --quiet $(UPGRADE) \
		--extra plot --extra data --extra sparse --extra check --constraint requirements.lock \
		--no-annotate --no-header --output-file deploy/hub/requirements.lock lib/convbook/pyproject.toml lib/invigilator/pyproject.toml > /dev/null

.PHONY: clean
clean:  ## remove everything that was built, .venv too
	rm -rf build .venv .venv-lite lib/*/src/*.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis

.PHONY: help
help:  ## this list
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/\1|\2/' | \
		awk -F'|' '{ printf "make %-15s %s\n", $$1, $$2 }'
