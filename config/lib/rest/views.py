"""The manners that every view of the API has: JSON, problems, strict parameters, conditional answers."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from django.http import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import JSONParser
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import GenericViewSet

from config.lib.rest import pagination

MERGED_MAX_AGE = 300  # seconds: a merge can be undone


class AlwaysFirstRenderer(BaseContentNegotiation):
    """The API answers JSON whatever the client says that it accepts."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return parsers[0] if parsers else None

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class PublicJSONRenderer(JSONRenderer):
    """JSON in UTF-8, whatever version or indent the client asks for."""

    def get_indent(self, accepted_media_type: str, renderer_context: Any) -> None:
        return None


class StrictViewSet(GenericViewSet[Any]):
    """Answers JSON, and refuses a query parameter that an address does not know: a mistyped filter must not quietly give everything."""

    renderer_classes = (PublicJSONRenderer,)
    content_negotiation_class = AlwaysFirstRenderer

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Throttle first, then look at the parameters.

        Raises ``ValidationError`` for one that is unknown, repeated or empty: ``?author=`` must not give everything.
        """
        super().initial(request, *args, **kwargs)
        known = self.known_parameters()
        errors: dict[str, list[str]] = {name: [_("No such parameter.")] for name in request.query_params if name not in known}
        for name, values in request.query_params.lists():
            if any("\x00" in value for value in values):
                errors[name] = [_("Null characters are not allowed.")]
            elif len(values) > 1 and name in known and name not in self.repeatable_parameters():
                errors[name] = [_("Give this parameter once.")]
            elif not all(values) and name in known and name != "q":
                errors[name] = [_("Give this parameter a value, or leave it out.")]
        if errors:
            raise exceptions.ValidationError(errors)

    def known_parameters(self) -> set[str]:
        """The query parameters that this action takes."""
        if self.detail and not self.is_list_of_detail():
            return set()
        return {*getattr(self.pagination_class, "parameters", pagination.PARAMETERS), *self.filter_parameters()}

    def filter_parameters(self) -> set[str]:
        """The query parameters of the action's filters."""
        return set()

    def repeatable_parameters(self) -> set[str]:
        """Those of them that may be given several times."""
        return set()

    def is_list_of_detail(self) -> bool:
        """Whether the action lists what belongs to one record, such as an author's works."""
        return getattr(self, self.action or "", None) is not None and bool(self.action and self.action in self.listing_actions)

    listing_actions: frozenset[str] = frozenset()


class StrictJSONParser(JSONParser):
    """Reads JSON, and calls unreadable what is nested deeper than any of ours, or holds half a character, rather than failing later."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        try:
            read = super().parse(stream, media_type, parser_context)
            json.dumps(read, ensure_ascii=False).encode()
        except RecursionError:
            raise exceptions.ParseError(_("This is nested too deeply.")) from None
        except UnicodeEncodeError:
            raise exceptions.ParseError(_("This holds half of a surrogate pair, which is no character.")) from None
        return read


class PublicReadViewSet(StrictViewSet):
    """Reads what everybody may see. Accounts play no part in it, so its answers may be shared and cached."""

    authentication_classes = ()
    permission_classes = ()
    http_method_names = ["get", "head", "options"]  # noqa: RUF012 - Django's own attribute

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Let any site's scripts read the answer: it is public and carries no cookie."""
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Access-Control-Allow-Origin"] = "*"
        return response


def conditional(request: Request, content: Any, last_modified: datetime | None = None) -> Response:
    """``content`` with an ETag of its bytes (and Last-Modified); 304 where the client has them already."""
    response = Response(content)
    response["Cache-Control"] = "public, max-age=60"
    if last_modified is not None:
        response["Last-Modified"] = last_modified.strftime("%a, %d %b %Y %H:%M:%S GMT")

    def compare(rendered: Any) -> HttpResponseBase:
        etag = f'W/"{hashlib.blake2b(rendered.content, digest_size=12).hexdigest()}"'
        rendered["ETag"] = etag
        seconds = int(last_modified.timestamp()) if last_modified else None
        answer = get_conditional_response(request._request, etag, seconds, rendered)  # noqa: SLF001 - the Django request
        return rendered if answer is None else answer

    response.add_post_render_callback(compare)
    return response


def moved(address: str) -> Response:
    """The answer for a record that was merged into another: 301, to be remembered for minutes only."""
    response = Response(None, status=301)
    response["Location"] = address
    response["Cache-Control"] = f"public, max-age={MERGED_MAX_AGE}"
    return response
