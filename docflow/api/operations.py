"""The routes for whoever runs the service: what it is, whether it works, its figures, its documentation."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.responses import HTMLResponse, Response

from docflow import __version__
from docflow.api.schemas import HealthAnswer, ServiceAnswer
from docflow.api.service import ServiceOf
from docflow.monitor import BODY_TYPE, exposition

router = APIRouter(tags=["operations"])


@router.get("/")
async def root() -> ServiceAnswer:
    """What this service is."""
    return ServiceAnswer(
        service="docflow", version=__version__, docs="/docs", openapi="/openapi.json", health="/health"
    )


@router.get("/health")
async def health(service: ServiceOf) -> HealthAnswer:
    """Whether the model in force answers, by a real prediction that is a few seconds old at most, and the stores do."""
    found = await service.health.look()
    model = found.model or service.model()
    return HealthAnswer(
        status="healthy" if found.is_healthy else "degraded",
        timestamp=found.at,
        model_loaded=found.answers,
        model_name=model.name,
        model_version=model.version,
        on_trial=found.on_trial,
        unreachable=found.unreachable,
    )


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics() -> Response:
    """The service's figures in Prometheus' text format."""
    return Response(exposition(), media_type=BODY_TYPE)


@router.get("/docs", include_in_schema=False)
async def docs(request: Request) -> HTMLResponse:
    """The Swagger UI, from the server's own files: it works offline."""
    static = request.app.state.static_url
    return get_swagger_ui_html(
        openapi_url="/openapi.json",
        title="DocFlow",
        swagger_js_url=f"{static}/swagger-ui-bundle.js",
        swagger_css_url=f"{static}/swagger-ui.css",
        swagger_favicon_url=f"{static}/favicon-light-32x32.png",
        swagger_ui_parameters={"validatorUrl": None},
    )
