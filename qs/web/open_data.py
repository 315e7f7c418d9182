"""What is published, for everybody and every machine: reports, open data tables, their dictionary and the feed.

Read from the stored documents only, at addresses that never change; published figures are the same for ever.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable
from functools import lru_cache

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from qs import db
from qs.actor import PUBLIC
from qs.errors import NotFound
from qs.i18n import Language, choose_language, use_language
from qs.publication import open_data, queries
from qs.publication.document import Document
from qs.publication.report_files import MEDIA_TYPES, report_file
from qs.publication.terms import Format, ReleaseInfo
from qs.settings import settings
from qs.web.cookies import LANGUAGE_CODES

FILES_KEPT = 32  # made files, each some hundred kilobytes
LANGUAGES = {"zh": Language.ZH, "en": Language.EN}
NEVER_CHANGES = "public, max-age=86400"
MAY_GROW = "public, max-age=300"
# A report may show its own style and pictures; it runs nothing, loads nothing and sends nothing.
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox allow-popups"
)
DATA_POLICY = "default-src 'none'; sandbox"
NO_FILE = PlainTextResponse("Not Found", 404, headers={"cache-control": "no-store"})
Made = tuple[bytes, str, str]  # content, media type, file name


class NoSuchFile(NotFound):
    """Nothing is published at this address."""

    code = "open_table_unknown"


def released(slug: str) -> tuple[ReleaseInfo, Document]:
    """A published release with its document. Raises NotFound."""
    with db.database().reading() as session:
        for info in queries.published_releases(session, actor=PUBLIC):
            if info.slug == slug:
                return info, queries.published_document(session, slug, actor=PUBLIC)
    raise NoSuchFile


def all_released() -> list[tuple[ReleaseInfo, Document]]:
    with db.database().reading() as session:
        return [
            (info, queries.published_document(session, info.slug, actor=PUBLIC))
            for info in queries.published_releases(session, actor=PUBLIC)
        ]


async def table(request: Request) -> Response:
    slug, name = request.path_params["release"], request.path_params["table"]

    def made() -> Made:
        info, document = released(slug)
        found = {one.code: one for one in document.tables}.get(name)
        if found is None:
            raise NoSuchFile
        return open_data.table_csv(found), "text/csv; charset=utf-8", f"{info.slug}-{name}.csv"

    return await answer(request, made, is_attachment=True)


async def dictionary(request: Request) -> Response:
    slug = request.path_params["release"]

    def made() -> Made:
        info, document = released(slug)
        return as_json(open_data.dictionary(document, info)), "application/json", f"{info.slug}-dictionary.json"

    return await answer(request, made)


async def document(request: Request) -> Response:
    """The stored document itself: what its SHA-256 is taken of."""
    slug = request.path_params["release"]

    def made() -> Made:
        with db.database().reading() as session:
            content = queries.published_content(session, slug, actor=PUBLIC)
        return content.encode(), "application/json", f"{slug}.json"

    return await answer(request, made)


async def index(request: Request) -> Response:
    def made() -> Made:
        return as_json(open_data.index(all_released())), "application/json", "index.json"

    return await answer(request, made, cache=MAY_GROW)


async def feed(request: Request) -> Response:
    named = LANGUAGE_CODES.get(request.query_params.get("lang", ""))
    language = named or choose_language(request.headers.get("accept-language"))
    base = f"{'https' if settings().https else request.url.scheme}://{request.url.netloc}"

    def made() -> Made:
        use_language(language)
        return open_data.feed(all_released(), base=base, language=language), "application/atom+xml", "feed.atom"

    return await answer(request, made, cache=MAY_GROW, varies=True)


async def report(request: Request) -> Response:
    slug, language = request.path_params["release"], request.path_params["language"]
    kind = request.path_params["kind"]

    def made() -> Made:
        if language not in LANGUAGES or kind not in set(Format):
            raise NoSuchFile
        info, found = released(slug)
        content = made_report(found.model_dump_json(), info, LANGUAGES[language], Format(kind))
        return content, MEDIA_TYPES[Format(kind)], f"{info.slug}.{language}.{kind}"

    policy = REPORT_POLICY if kind == Format.HTML else DATA_POLICY
    return await answer(request, made, policy=policy, is_attachment=kind == Format.DOCX)


@lru_cache(maxsize=FILES_KEPT)
def made_report(content: str, info: ReleaseInfo, language: Language, kind: Format) -> bytes:
    """The report as a file, made once: drawing its charts takes a second or two."""
    return report_file(Document.model_validate_json(content), language, kind, sha256=info.sha256, info=info)


def as_json(facts: dict[str, object]) -> bytes:
    return json.dumps(facts, ensure_ascii=False, indent=1).encode()


async def answer(
    request: Request,
    make: Callable[[], Made],
    *,
    cache: str = NEVER_CHANGES,
    policy: str = DATA_POLICY,
    is_attachment: bool = False,
    varies: bool = False,
) -> Response:
    """The file with its checksum, or nothing new when the reader has it already, or 404."""
    try:
        content, media_type, file_name = await asyncio.to_thread(make)
    except NotFound:
        return NO_FILE
    tag = f'"{hashlib.sha256(content).hexdigest()}"'
    headers = {
        "etag": tag,
        "cache-control": cache,
        "content-security-policy": policy,
        "cross-origin-resource-policy": "cross-origin",  # open data may be read from anywhere
        "access-control-allow-origin": "*",
    }
    if varies:
        headers["vary"] = "Accept-Language"
    if is_attachment:
        headers["content-disposition"] = f'attachment; filename="{file_name}"'
    if tag in {given.strip() for given in request.headers.get("if-none-match", "").split(",")}:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=media_type, headers=headers)


routes = [
    Route("/open/index.json", index, methods=["GET"]),
    Route("/open/feed.atom", feed, methods=["GET"]),
    Route("/open/{release}/dictionary.json", dictionary, methods=["GET"]),
    Route("/open/{release}/document.json", document, methods=["GET"]),
    Route("/open/{release}/{table}.csv", table, methods=["GET"]),
    Route("/reports/{release}.{language}.{kind}", report, methods=["GET"]),
]
