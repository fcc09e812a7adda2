"""Renew what is vendored: `python -m hotline.dev.vendor [folder of packages]`.

Fetches the pinned packages with `npm pack` (or takes them from a folder where they already lie),
refuses any whose SHA-256 is not the one below, and writes from them

- `static/vendor/uswds/`: the part of the USWDS style sheet that the pages use, and its images;
- `static/fonts/`: the fonts of the screen (woff2) and of the PDF (TrueType, cut to the scripts
  that names are written in);
- the table of files in `docs/third-party.md`.

The same packages and the same fontTools give the same bytes; `git diff` shows what an upgrade does.
"""

import hashlib
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
USWDS_DIR = ROOT / "static" / "vendor" / "uswds"
FONTS_DIR = ROOT / "static" / "fonts"
RECORD = ROOT / "docs" / "third-party.md"
TABLE_BEGIN, TABLE_END = "<!-- files: begin -->", "<!-- files: end -->"


@dataclass(frozen=True)
class Package:
    """One npm package at one version, and the SHA-256 of its tarball."""

    name: str
    version: str
    sha256: str

    @property
    def tarball(self) -> str:
        """The file name that `npm pack` gives it."""
        return f"{self.name.removeprefix('@').replace('/', '-')}-{self.version}.tgz"


USWDS = Package(
    "@uswds/uswds", "3.14.0", "da91c65e6fc736fa397f0daf6ca2c2c95711506d85c7ad2537a4570725401e1c"
)
SOURCE_SANS = Package(
    "@fontsource-variable/source-sans-3",
    "5.3.0",
    "115c2d5a38a05d52c77ba02e4d939644bae30585a30a2e4657a3be2c99d5c7dc",
)
NOTO_SANS = Package(
    "@expo-google-fonts/noto-sans",
    "0.4.2",
    "98cf14a19b8e67a0e76bfd4d5df98937b9734e6dde570bd750f2259042042548",
)
NOTO_ARABIC = Package(
    "@expo-google-fonts/noto-sans-arabic",
    "0.4.3",
    "29e966f9d48a4ce7dd3c2c4c016f29cd888089538217303fb2c87de9e7f048ed",
)
NOTO_SC = Package(
    "@expo-google-fonts/noto-sans-sc",
    "0.4.3",
    "0d69d0f4971d2ff574e3d93cbc218dc950bf3f3f8f8e2c008d97687ed53aee59",
)
NOTO_KR = Package(
    "@expo-google-fonts/noto-sans-kr",
    "0.4.3",
    "7614af529705ea48e8b76cb3b056b92db66b7625ef3fc97ce76366063df94d3f",
)
PACKAGES = (USWDS, SOURCE_SANS, NOTO_SANS, NOTO_ARABIC, NOTO_SC, NOTO_KR)

# The USWDS components in use. A selector stays when every class in it belongs to one of these; the
# utility classes go, which are nine tenths of the file. To use another component, add it here.
COMPONENTS = (
    "alert",
    "button",
    "button-group",
    "checkbox",
    "error-message",
    "fieldset",
    "focus",
    "form",
    "form-group",
    "hint",
    "input",
    "input-group",
    "label",
    "legend",
    "link",
    "list",
    "radio",
    "select",
    "skipnav",
    "sr-only",
    "tag",
    "textarea",
)
_KEPT_CLASS = re.compile(
    r"usa-(?:" + "|".join(COMPONENTS) + r")(?:(?:__|--)[a-z0-9_-]+)?", re.ASCII
)
_CLASS = re.compile(r"\.(-?[A-Za-z_](?:[\w-]|\\.)*)")
# Variants that we have no use for, and selectors of utility classes by a part of their name.
_DROPPED = re.compile(
    r"usa-link--external|--big\b|--tile\b|--inverse\b|usa-alert--emergency|\[class\*=font-"
)


def rules(css: str) -> Iterator[tuple[str, str | None]]:
    """Yield (prelude, block) of each rule at the top level of `css`; block is None after `;`.

    Reads minified CSS without comments; strings and parentheses may hold braces and semicolons.
    """
    start = depth = body = parens = 0
    quote = ""
    position = 0
    while position < len(css):
        char = css[position]
        if quote:
            if char == "\\":
                position += 1
            elif char == quote:
                quote = ""
        elif char in "\"'":
            quote = char
        elif char in "()":
            parens += 1 if char == "(" else -1
        elif char == "{" and not parens:
            if depth == 0:
                body = position + 1
            depth += 1
        elif char == "}" and not parens:
            depth -= 1
            if depth == 0:
                yield css[start : body - 1], css[body:position]
                start = position + 1
        elif char == ";" and not parens and depth == 0:
            yield css[start:position], None
            start = position + 1
        position += 1


def selectors(prelude: str) -> Iterator[str]:
    """Yield the selectors of a list; a comma inside parentheses does not part them."""
    start = parens = 0
    for position, char in enumerate(prelude):
        parens += {"(": 1, ")": -1}.get(char, 0)
        if char == "," and not parens:
            yield prelude[start:position]
            start = position + 1
    yield prelude[start:]


def is_used(selector: str) -> bool:
    """Say whether every class in `selector` belongs to a component in use."""
    return not _DROPPED.search(selector) and all(
        _KEPT_CLASS.fullmatch(name) for name in _CLASS.findall(selector)
    )


def trimmed(css: str) -> str:
    """Return `css` without the rules of components not in use, fonts and animations."""
    kept = []
    for raw, block in rules(css):
        prelude = raw.strip()
        if block is None or prelude.startswith(("@font-face", "@keyframes", "@-")):
            continue
        if prelude.startswith("@"):
            if inner := trimmed(block):
                kept.append(f"{prelude}{{\n{inner}}}\n")
        elif used := [selector for selector in selectors(prelude) if is_used(selector)]:
            kept.append(f"{','.join(used)}{{{block}}}\n")
    return "".join(kept)


def write_uswds(package: Path) -> None:
    """Write the style sheet in a cascade layer of its own, with the images it names."""
    css = re.sub(
        r"/\*.*?\*/", "", (package / "dist/css/uswds.min.css").read_text(), flags=re.DOTALL
    )
    css = trimmed(css.removeprefix("\ufeff").strip())
    css = re.sub(r"font-family:Source Sans Pro Web[^;}]*", "font-family:inherit", css)
    shutil.rmtree(USWDS_DIR, ignore_errors=True)
    (USWDS_DIR / "css").mkdir(parents=True)
    for image in sorted(set(re.findall(r"url\((\.\./img/[^)]+)\)", css))):
        target = USWDS_DIR / Path(image).relative_to("..")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(package / "dist" / Path(image).relative_to(".."), target)
    header = (
        f"/*! USWDS {USWDS.version}, public domain but for the parts named in ../LICENSE.md. The\n"
        " * rules of the components that hotline/dev/vendor.py lists, in a layer, so that\n"
        " * base.css need not outdo their selectors. Made by that script; do not edit. */\n"
    )
    (USWDS_DIR / "css" / "uswds.css").write_text(f"{header}@layer uswds{{\n{css}}}\n")
    shutil.copyfile(package / "LICENSE.md", USWDS_DIR / "LICENSE.md")


# Ranges of Unicode that each font of the PDF keeps. Han: all that GBK, Big5, JIS X 0208 and KS X
# 1001 hold, since names use rare characters (U+5803 is in none but GBK); syllables of Hangul whole.
_SPACES = (
    "U+0020,U+00A0,U+2000-200F,U+2028-202F,U+2060-2069,U+FEFF,"  # they stay in their run's font
)
_LATIN = "U+0000-058F,U+1C80-1C8F,U+1D00-1DBF,U+1E00-1FFF,U+2000-22FF,U+2C60-2C7F,U+A640-A69F,"
_LATIN += "U+A720-A7FF,U+AB30-AB6F,U+FB00-FB06,U+FE20-FE2F,U+FFFD"


def han() -> str:
    """Return the Han characters, kana, full-width forms and symbols that the Han font keeps."""
    wanted = {*range(0x2150, 0x2800)}  # arrows, boxes, ticks: what of them the font has
    for point in [*range(0x3000, 0x3100), *range(0x4E00, 0xA000), *range(0xFF00, 0xFFEF)]:
        for standard in ("gbk", "big5", "shift_jis", "euc_kr"):
            try:
                chr(point).encode(standard)
            except UnicodeEncodeError:
                continue
            wanted.add(point)
            break
    return ",".join(f"U+{point:04X}" for point in sorted(wanted))


def cut(source: Path, target: str, unicodes: str, *features: str) -> None:
    """Write the part of a TrueType font that draws `unicodes` to `static/fonts/<target>`."""
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as ranges:
        ranges.write(unicodes)
        ranges.flush()
        subprocess.run(
            [
                *(sys.executable, "-m", "fontTools.subset", str(source)),
                f"--unicodes-file={ranges.name}",
                f"--output-file={FONTS_DIR / target}",
                f"--layout-features={','.join(features) or 'ccmp,locl,mark,mkmk,kern,liga'}",
                "--no-hinting",
                "--notdef-outline",
                "--name-IDs=0,1,2,3,4,5,6,13,14",
                "--no-recalc-timestamp",
            ],
            check=True,
        )


def write_fonts(packages: dict[Package, Path]) -> None:
    """Write the fonts of the screen and of the PDF, and their licences."""
    shutil.rmtree(FONTS_DIR, ignore_errors=True)
    FONTS_DIR.mkdir(parents=True)
    screen = packages[SOURCE_SANS]
    for subset in ("latin", "latin-ext", "vietnamese", "cyrillic"):
        shutil.copyfile(
            screen / "files" / f"source-sans-3-{subset}-wght-normal.woff2",
            FONTS_DIR / f"source-sans-3-{subset}.woff2",
        )
    shutil.copyfile(screen / "LICENSE", FONTS_DIR / "source-sans-3.LICENSE.txt")
    noto, arabic = packages[NOTO_SANS], packages[NOTO_ARABIC]
    for package, name in (
        (noto, "noto-sans"),
        (arabic, "noto-sans-arabic"),
        (packages[NOTO_SC], "noto-sans-han"),
        (packages[NOTO_KR], "noto-sans-hangul"),
    ):
        shutil.copyfile(package / "LICENSE_FONT", FONTS_DIR / f"{name}.LICENSE.txt")
    for weight in ("400Regular", "700Bold"):
        name = weight[3:].lower()
        cut(noto / weight / f"NotoSans_{weight}.ttf", f"noto-sans-{name}.ttf", _LATIN)
        cut(
            arabic / weight / f"NotoSansArabic_{weight}.ttf",
            f"noto-sans-arabic-{name}.ttf",
            _SPACES + "U+0600-06FF,U+0750-077F,U+08A0-08FF,U+FB50-FDFF,U+FE70-FEFC",
            "*",
        )
    cut(
        packages[NOTO_SC] / "400Regular" / "NotoSansSC_400Regular.ttf",
        "noto-sans-han.ttf",
        _SPACES + han(),
        "ccmp",
        "locl",
    )
    cut(
        packages[NOTO_KR] / "400Regular" / "NotoSansKR_400Regular.ttf",
        "noto-sans-hangul.ttf",
        _SPACES + "U+1100-11FF,U+3130-318F,U+AC00-D7A3",
        "ccmp",
        "ljmo",
        "vjmo",
        "tjmo",
    )


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def shipped() -> list[Path]:
    """Return the vendored files, in the order of the table."""
    folders = (FONTS_DIR, USWDS_DIR)
    return sorted(path for folder in folders for path in folder.rglob("*") if path.is_file())


def table() -> str:
    """Return the table of vendored files as Markdown."""
    lines = ["| file | bytes | SHA-256 |", "|---|--:|---|"]
    for path in shipped():
        name = path.relative_to(ROOT).as_posix()
        lines.append(f"| `{name}` | {path.stat().st_size:,} | `{sha256(path)}` |")
    return "\n".join(lines)


def write_record() -> None:
    """Put the table of files into `docs/third-party.md`."""
    before, _, rest = RECORD.read_text().partition(TABLE_BEGIN)
    after = rest.partition(TABLE_END)[2]
    RECORD.write_text(f"{before}{TABLE_BEGIN}\n{table()}\n{TABLE_END}{after}")


def unpacked(package: Package, folder: Path, fetched: Path | None) -> Path:
    """Fetch, check and unpack one package below `folder`; return where its files are."""
    tarball = (fetched or folder) / package.tarball
    if not tarball.exists():
        specifier = f"{package.name}@{package.version}"
        subprocess.run(
            ["npm", "pack", specifier, "--silent", "--pack-destination", str(tarball.parent)],
            check=True,
            stdout=subprocess.DEVNULL,
        )
    found = sha256(tarball)
    if found != package.sha256:
        raise SystemExit(
            f"{package.tarball} is not the file that was reviewed: SHA-256 is {found}, "
            f"expected {package.sha256}. Nothing was written."
        )
    target = folder / package.tarball.removesuffix(".tgz")
    with tarfile.open(tarball) as archive:
        archive.extractall(target, filter="data")
    return target / "package"


def main(arguments: list[str]) -> None:
    """Renew everything; the one argument, if any, is a folder that keeps the tarballs."""
    fetched = Path(arguments[0]) if arguments else None
    with tempfile.TemporaryDirectory() as name:
        packages = {package: unpacked(package, Path(name), fetched) for package in PACKAGES}
        write_uswds(packages[USWDS])
        write_fonts(packages)
    write_record()


if __name__ == "__main__":
    main(sys.argv[1:])
