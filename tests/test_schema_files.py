"""The schema files for people without this package: as exported, by the programs in their README.

What each schema says is tested in `test_schemas`.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource

from reseller_conformance import __version__
from reseller_conformance.checks.http import MEDIA_TYPES
from reseller_conformance.cli.commands import main
from reseller_conformance.contract import PARAMETERS, TASK, Format, path_of

TREE = Path(__file__).parents[1]
FOLDER = TREE / "schemas"
README = (FOLDER / "README.md").read_text(encoding="utf-8")
LIMIT = 120


@pytest.fixture
def exported(tmp_path: Path) -> Path:
    assert main(["schemas", "--export", str(tmp_path)]) == 0
    return tmp_path


def test_an_export_holds_every_file_and_the_readme(exported: Path) -> None:
    def files(folder: Path) -> dict[Path, bytes]:
        found = (path for path in folder.rglob("*") if path.is_file())
        return {path.relative_to(folder): path.read_bytes() for path in found}

    assert files(exported) == files(FOLDER)


def test_the_readme_names_every_file() -> None:
    for path in FOLDER.rglob("*.*"):
        name = path.relative_to(FOLDER).as_posix()
        assert f"`{name}`" in README or name == "README.md" or name.startswith("examples/"), name


def test_the_page_of_the_docs_is_the_readme() -> None:
    assert (TREE / "docs" / "schemas.md").read_text(encoding="utf-8") == README


# --- The programs ---------------------------------------------------------------------------------


def program(language: str, holding: str) -> str:
    """Return the README's program in this language."""
    written = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    (found,) = (text for text in written if holding in text)
    return str(found)


def needs(tool: str) -> str:
    found = shutil.which(tool)
    if found is None:
        pytest.skip(f"needs {tool}")
    return found


def python(folder: Path) -> list[str]:
    (folder / "validate.py").write_text(program("py", "sys.argv"), encoding="utf-8")
    return [sys.executable, "validate.py"]


def ajv(folder: Path) -> list[str]:
    modules = os.environ.get("NODE_MODULES")
    if not modules:
        pytest.skip("needs Ajv: NODE_MODULES names a folder that has it, see `nox -s snippets`")
    (folder / "node_modules").symlink_to(modules, target_is_directory=True)
    (folder / "validate.mjs").write_text(program("js", "process.argv"), encoding="utf-8")
    return [needs("node"), "validate.mjs"]


def java(folder: Path) -> list[str]:
    (folder / "Validate.java").write_text(program("java", "String[] args"), encoding="utf-8")
    return [needs("java"), "Validate.java"]


def xmllint(folder: Path) -> list[str]:
    needs("xmllint")
    (folder / "validate.sh").write_text(program("sh", "xmllint"), encoding="utf-8")
    return [needs("sh"), "validate.sh"]


PROGRAMS = [(python, Format.JSON), (python, Format.XML), (ajv, Format.JSON)]
PROGRAMS += [(java, Format.XML), (xmllint, Format.XML)]


@pytest.mark.parametrize(
    "written, format", PROGRAMS, ids=[f"{way.__name__}-{format}" for way, format in PROGRAMS]
)
def test_a_program_of_the_readme_tells_right_from_wrong(
    written: Any, format: Format, exported: Path
) -> None:
    command = written(exported)

    def run(name: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, name],
            cwd=exported,
            capture_output=True,
            encoding="utf-8",
            timeout=LIMIT,
            check=False,
        )

    for kind in ("overview", "errors"):
        done = run(f"examples/{kind}.{format}")
        assert (done.returncode, done.stdout) == (0, ""), done.stderr
    wrong = (exported / "examples" / f"overview.{format}").read_text(encoding="utf-8")
    (exported / f"wrong.{format}").write_text(wrong.replace("50000", "5e4"), encoding="utf-8")
    done = run(f"wrong.{format}")
    assert done.returncode != 0
    assert "credits_allowed" in done.stderr or "5e4" in done.stderr


# --- OpenAPI --------------------------------------------------------------------------------------

OPENAPI = json.loads((FOLDER / "openapi.json").read_text(encoding="utf-8"))


def bodies() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Return format, status and media type of each response that is described."""
    for format in Format:
        for status, response in OPENAPI["paths"][path_of(format)]["get"]["responses"].items():
            yield format, status, response["content"][f"application/{format}"]


@pytest.mark.parametrize("format", Format)
def test_each_media_type_that_fits_the_format_is_described(format: Format) -> None:
    for response in OPENAPI["paths"][path_of(format)]["get"]["responses"].values():
        assert set(response["content"]) == set(MEDIA_TYPES[format])
        first, *others = response["content"].values()
        assert all(other == first for other in others)


def test_the_openapi_document_is_one() -> None:
    base = (FOLDER / "openapi.json").as_uri()
    assert list(OpenAPIV31SpecValidator(OPENAPI, base_uri=base).iter_errors()) == []


def test_it_has_the_version_of_the_package() -> None:
    assert OPENAPI["info"]["version"] == __version__


def test_it_describes_the_call_as_the_page_does() -> None:
    assert list(OPENAPI["paths"]) == [path_of(format) for format in Format]
    parts = OPENAPI["components"]
    schemes = [scheme["name"] for scheme in parts["securitySchemes"].values()]
    assert OPENAPI["security"] == [{name: [] for name in schemes}]
    named = {parameter["name"]: parameter for parameter in parts["parameters"].values()}
    assert (*schemes, *named) == PARAMETERS
    assert named["task"]["schema"]["enum"] == [TASK]
    for path in OPENAPI["paths"].values():
        used = [part["$ref"].rpartition("/")[2] for part in path["get"]["parameters"]]
        assert used == list(named)


def test_errors_are_described_with_either_status_and_an_overview_with_200() -> None:
    assert [(format, status, list(body["examples"])) for format, status, body in bodies()] == [
        ("json", "200", ["overview", "errors"]),
        ("json", "4XX", ["errors"]),
        ("xml", "200", ["overview", "errors"]),
        ("xml", "4XX", ["errors"]),
    ]


def test_its_examples_are_those_of_the_page() -> None:
    examples = OPENAPI["components"]["examples"]
    for format, _, body in bodies():
        for kind, reference in body["examples"].items():
            name = f"{kind}.{format}"
            text = (FOLDER / "examples" / name).read_text(encoding="utf-8")
            assert reference == {"$ref": f"#/components/examples/{name}"}
            assert examples[name]["value"] == (json.loads(text) if format == "json" else text)


def test_its_json_schemas_are_the_files_beside_it() -> None:
    def retrieve(uri: str) -> Resource[Any]:
        text = Path(uri.removeprefix("file://")).read_text(encoding="utf-8")
        return Resource.from_contents(json.loads(text))

    parts = OPENAPI["components"]["schemas"]
    base = Registry(retrieve=retrieve).resolver((FOLDER / "openapi.json").as_uri())
    for kind in ("overview", "errors"):
        found = base.lookup(parts[kind]["$ref"])
        text = (FOLDER / "json" / f"{kind}.schema.json").read_text(encoding="utf-8")
        assert found.contents == json.loads(text)
        example = json.loads((FOLDER / "examples" / f"{kind}.json").read_text(encoding="utf-8"))
        assert Draft202012Validator(found.contents).is_valid(example)
    for format, _, body in bodies():
        used = body["schema"].get("oneOf", [body["schema"]])
        names = list(body["examples"]) if format == "json" else ["xml"]
        assert [part["$ref"].rpartition("/")[2] for part in used] == names


def test_the_xsd_that_it_names_is_there() -> None:
    named = OPENAPI["components"]["schemas"]["xml"]
    assert (FOLDER / named["externalDocs"]["url"]).is_file()
    for name in re.findall(r"xml/\w+\.xsd", named["description"]):
        assert (FOLDER / name).is_file()
