"""The HTTP API: an ASGI app over `docflow.pipeline`, free of any server's own types."""

from docflow.api.app import create_app
from docflow.api.classifying import Ask, BridgedModels, in_process
from docflow.api.problems import Problem
from docflow.api.request_id import RequestIdFilter

__all__ = ["Ask", "BridgedModels", "Problem", "RequestIdFilter", "create_app", "in_process"]
