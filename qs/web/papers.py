"""The documents of consultations and hearings for everybody, exactly as they were published."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from qs import db
from qs.actor import PUBLIC
from qs.attachments.terms import KeptFile
from qs.errors import NotFound
from qs.participation import published
from qs.settings import Face, settings


def published_paper(kind: str, owner_id: int, file_id: int) -> tuple[KeptFile, bytes]:
    """One document with its content. Raises NotFound for anything that is not published."""
    now = datetime.now(UTC)
    with db.database().reading() as session:
        content = published.document(session, kind, owner_id, file_id, actor=PUBLIC, now=now)
        find = published.consultation if kind == "consultation" else published.hearing
        files = find(session, owner_id, actor=PUBLIC, now=now).documents
    return next(file for file in files if file.file_id == file_id), content


async def paper(request: Request) -> Response:
    asked = request.path_params
    try:
        file, content = await asyncio.to_thread(published_paper, asked["kind"], asked["owner_id"], asked["file_id"])
    except NotFound:
        return PlainTextResponse("Not Found", 404)
    return Response(
        content,
        media_type=file.media_type.value,
        headers={
            "content-disposition": f"attachment; filename*=UTF-8''{quote(file.file_name, safe='')}",
            "content-security-policy": "default-src 'none'; sandbox",
        },
    )


routes = (
    [Route("/papers/{kind}/{owner_id:int}/{file_id:int}", paper, methods=["GET"])]
    if settings().face is not Face.STAFF
    else []
)
