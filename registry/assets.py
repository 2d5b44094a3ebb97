"""Style, scripts and pictures, each served from memory under a name that holds its content's hash.

Bootstrap's style is read from the installed package, so no third-party code lives in this tree.
Everything is prepared once a process: joined, linked to its hashed names, and compressed when first
asked for. As the name changes with the content, a browser may keep a file for good.
"""

import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import brotli  # type: ignore[import-untyped]
import flask_bootstrap
from flask import Blueprint, Flask, Response, abort, request, url_for

from registry import charts
from registry.accounts.access import public

STATIC = Path(__file__).parent / "static"
BOOTSTRAP = Path(flask_bootstrap.__file__).parent / "static/bootstrap5/css/bootstrap.min.css"
STYLES = ("base", "form", "page", "table", "record", "print")

# Families of Bootstrap that no page of ours uses, most of them dead without its JavaScript.
UNUSED = re.compile(
    r"\.(accordion|btn-close|btn-outline|btn-group|carousel|collaps|drop(down|up|end|start)|fade\b"
    r"|figure|form-floating|form-range|form-switch|list-group|modal|nav\b|nav-|navbar|offcanvas"
    r"|pagination|page-|placeholder|popover|progress|spinner|toast|tooltip|breadcrumb|tab-"
    r"|link-(?!primary|body)|(?:[a-z]+-)+xxl(?:-|\b)|object-fit|focus-ring|icon-link"
    r"|(?:was-validated|valid|is-valid))"
)
_BLOCK = re.compile(r"([^{}]+)\{((?:[^{}]|\{(?:[^{}]|\{[^{}]*\})*\})*)\}")
_SOURCE_MAP = re.compile(r"/\*# sourceMappingURL=.*?\*/")
_COMMENT = re.compile(r"/\*(?!!).*?\*/", re.DOTALL)
_MODULE = re.compile(r'"\./([\w-]+\.js)"')


@dataclass(frozen=True)
class Asset:
    """One file as browsers get it."""

    name: str
    body: bytes

    @cached_property
    def hash(self) -> str:
        return hashlib.sha256(self.body).hexdigest()[:12]

    @cached_property
    def hashed_name(self) -> str:
        stem, _, suffix = self.name.rpartition(".")
        return f"{stem}.{self.hash}.{suffix}"

    @cached_property
    def mimetype(self) -> str:
        if self.name.endswith(".js"):
            return "text/javascript"  # some machines' registries say otherwise
        return mimetypes.guess_type(self.name)[0] or "application/octet-stream"

    @cached_property
    def gzipped(self) -> bytes:
        return gzip.compress(self.body, 9, mtime=0)

    @cached_property
    def brotlied(self) -> bytes:
        return bytes(brotli.compress(self.body, quality=11))


def without_unused(css: str) -> str:
    """`css` (minified) without the rules whose every selector names an unused family."""
    kept = []
    for prelude, body in _BLOCK.findall(css):
        if prelude.startswith(("@media", "@supports")):
            body = without_unused(body)
        elif "@" not in prelude or "/*!" in prelude:
            selectors = re.split(r",(?![^(]*\))", prelude)
            prelude = ",".join(s for s in selectors if not _is_unused(s))
        if prelude and body:
            kept.append(f"{prelude}{{{body}}}")
    return "".join(kept)


def _is_unused(selector: str) -> bool:
    if "[data-bs-theme=dark]" in selector:
        return True
    return ":not(." not in selector and UNUSED.search(selector) is not None


def _stylesheet() -> str:
    bootstrap = without_unused(_SOURCE_MAP.sub("", BOOTSTRAP.read_text("utf-8")))
    ours = [(STATIC / f"css/{name}.css").read_text("utf-8") for name in STYLES]
    return bootstrap + _minified("".join(ours))


def _minified(css: str) -> str:
    """Our own style without comments, indents and line ends (none of its strings spans lines)."""
    css = _COMMENT.sub("", css)
    css = re.sub(r"\s*\n\s*", " ", css)
    return re.sub(r"\s*([{};,])\s*", r"\1", css).replace(";}", "}").strip()


@cache
def all_assets() -> dict[str, Asset]:
    """Every asset by its plain name, such as `app.css`."""
    assets = {"app.css": Asset("app.css", _stylesheet().encode())}
    for path in sorted((STATIC / "img").iterdir()):
        assets[path.name] = Asset(path.name, path.read_bytes())
    for path in sorted((STATIC / "js").glob("*.js")):
        _add_module(path, assets)
    return assets


def _add_module(path: Path, assets: dict[str, Asset]) -> Asset:
    """Add a module after those it imports, which it must name by their hashed names."""
    if path.name not in assets:

        def linked(match: re.Match[str]) -> str:
            return f'"./{_add_module(path.with_name(match[1]), assets).hashed_name}"'

        source = _MODULE.sub(linked, path.read_text("utf-8"))
        assets[path.name] = Asset(path.name, source.encode())
    return assets[path.name]


@cache
def _by_hashed_name() -> dict[str, Asset]:
    return {asset.hashed_name: asset for asset in all_assets().values()}


def asset_url(name: str) -> str:
    """The address of an asset, for templates: `asset_url("app.css")`."""
    return url_for("assets.serve", name=all_assets()[name].hashed_name)


blueprint = Blueprint("assets", __name__)


@blueprint.get("/aset/<name>")
@public
def serve(name: str) -> Response:
    asset = _by_hashed_name().get(name) or abort(404)
    response = Response(asset.body, mimetype=asset.mimetype)
    tag = asset.hash
    if request.accept_encodings.quality("br") > 0:
        response.data, response.content_encoding, tag = asset.brotlied, "br", f"{asset.hash}-br"
    elif request.accept_encodings.quality("gzip") > 0:
        response.data, response.content_encoding, tag = asset.gzipped, "gzip", f"{asset.hash}-gz"
    response.set_etag(tag)
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    response.make_conditional(request)
    return response


def init_assets(app: Flask) -> None:
    """Serve the assets and give templates `asset_url` and `bar`."""
    app.register_blueprint(blueprint)
    app.jinja_env.globals.update(asset_url=asset_url, bar=charts.bar)
