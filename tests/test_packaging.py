"""What is shipped: the schema files, in the sdist and in the wheel, are those of the tree."""

import tarfile
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.sdist import SdistBuilder
from hatchling.builders.wheel import WheelBuilder

ROOT = Path(__file__).parent.parent
SCHEMAS = {
    str(path.relative_to(ROOT)): path.read_bytes()
    for path in sorted((ROOT / "schemas").rglob("*"))
    if path.is_file()
}


@pytest.fixture(scope="module")
def sdist(tmp_path_factory):
    folder = tmp_path_factory.mktemp("sdist")
    (path,) = SdistBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    with tarfile.open(path) as archive:
        return {
            member.name.partition("/")[2]: archive.extractfile(member).read()
            for member in archive.getmembers()
            if member.isfile()
        }


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    folder = tmp_path_factory.mktemp("wheel")
    (path,) = WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"])
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_sdist_holds_the_schemas_at_its_top(sdist):
    assert {name: data for name, data in sdist.items() if name.startswith("schemas/")} == SCHEMAS


def test_the_wheel_holds_the_schemas_inside_the_package(wheel):
    inside = "reseller_conformance/"
    shipped = {
        name.removeprefix(inside): data
        for name, data in wheel.items()
        if name.startswith(f"{inside}schemas/")
    }
    assert shipped == SCHEMAS


def test_the_page_of_the_api_documentation_is_shipped(wheel):
    page = (ROOT / "docs" / "api-documentation.md").read_bytes()
    assert wheel["reseller_conformance/api-documentation.md"] == page


def test_the_wheel_is_one_typed_package_with_its_data(wheel):
    tops = {name.partition("/")[0] for name in wheel}
    assert tops == {"reseller_conformance", "reseller_conformance-0.1.0.dist-info"}
    for name in (
        "py.typed",
        "cli/run.ini",
        "reference/accounts.json",
        "suite/test_overview.py",
    ):
        assert f"reseller_conformance/{name}" in wheel


def test_the_templates_of_the_html_report_are_shipped(sdist, wheel):
    folder = ROOT / "conformance/reseller_conformance/reports/html/templates"
    templates = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert "report.html" in templates
    for shipped, source in ((sdist, "conformance/"), (wheel, "")):
        place = f"{source}reseller_conformance/reports/html/templates/"
        assert {name: shipped[place + name] for name in templates} == templates
