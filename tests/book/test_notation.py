"""One notation: what the notation page rules out stands in no chapter, assignment or element."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CHAPTERS = sorted([*ROOT.glob("chapters/*.md"), *ROOT.glob("solutions/*/*.md")])
ELEMENTS = sorted(ROOT.glob("chapters/_static/elements/*.js"))
MATHS = re.compile(r"\$\$(.+?)\$\$|(?<![\\$`])\$([^$`\n][^$`]*?)\$", re.DOTALL)
CODE_CELL = re.compile(r"```\{code-cell\}[^\n]*\n(.*?)```", re.DOTALL)
# A letter that stands alone: no part of a word or of a command such as \phi.
ALONE = r"(?<![A-Za-z\\]){}(?![A-Za-z])"
RULED_OUT = {
    "an output is H": ALONE.format("[yY]"),
    "h is a height, not an output": r"(?<![A-Za-z\\_{])h(_|\s*=\s*\\(phi|big|text))",
    "vect takes an image, X": r"vect\}?\(x\)",
    "P_k is a patch; a permutation is Π": r"(?<![A-Za-z\\])P(?!_)",
    "a bias is b": r"\\beta",
    "a batch has no index in formulas": r"H_\{b",
}


def formulas(path: Path) -> Iterator[str]:
    text = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)
    for match in MATHS.finditer(text):
        # Words within a formula are words.
        yield re.sub(r"\\(?:text|mathrm|operatorname)\{[^}]*\}(?!\()", "", match[1] or match[2])


def names(path: Path) -> Iterator[str]:
    """What the code cells of a chapter call their variables and arguments."""
    for match in CODE_CELL.finditer(path.read_text("utf-8")):
        lines = re.sub(r"\A(---\n.*?---\n|(:.*\n)+)", "", match[1], flags=re.DOTALL)
        for node in ast.walk(ast.parse(re.sub(r"(?m)^[%!].*", "", lines))):
            match node:
                case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name):
                    yield name


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.name)
def test_formulas_keep_to_the_notation(path: Path):
    found = {
        rule: wrong
        for rule, pattern in RULED_OUT.items()
        if (wrong := [formula for formula in formulas(path) if re.search(pattern, formula)])
    }
    assert found == {}


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.name)
def test_code_calls_no_output_y(path: Path):
    assert {"y", "Y"} & set(names(path)) == set()


@pytest.mark.parametrize("path", [*CHAPTERS, *ELEMENTS], ids=lambda path: path.name)
def test_labels_call_no_output_h_or_y(path: Path):
    text = path.read_text("utf-8")
    assert re.findall("(?<![A-Za-z])[hyY][₀₁₂₃₄₅₆₇₈₉ᵢ]", text) == []


@pytest.mark.parametrize(
    ("rule", "wrong", "right"),
    [
        ("an output is H", "y = Wx", r"\Sigma_{xy} + \gamma"),
        ("an output is H", "Y_{ij}", "H_{ij}"),
        ("h is a height, not an output", "h_i", "s_h"),
        ("h is a height, not an output", r"h = \phi(Wx)", "hw = 12"),
        ("vect takes an image, X", r"\text{vect}(x)", r"\text{vect}(X)"),
        ("P_k is a patch; a permutation is Π", "Pv", r"W \Pi^{-1} + P_k(i, j)"),
        ("a bias is b", r"\beta_o", "b_o"),
        ("a batch has no index in formulas", "H_{b,o,i,j}", "H_{ijz}"),
    ],
)
def test_a_rule_finds_what_it_is_made_for(rule: str, wrong: str, right: str):
    assert re.search(RULED_OUT[rule], wrong)
    assert not re.search(RULED_OUT[rule], right)


def test_formulas_are_found(tmp_path: Path):
    page = tmp_path / "page.md"
    page.write_text("A $y$ costs \\$5,\n$$\nH = \\text{my}\n$$ and `$z$`.\n```\n$q$\n```\n")
    assert [formula.strip() for formula in formulas(page)] == ["y", "H ="]
