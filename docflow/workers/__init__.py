"""Killable worker processes: what native code does to one costs the job that it worked on, and nothing else.

A worker holds one object, made in it; a job calls a method of that object and gets its results one by one.
Nothing here knows what the object is for.
"""

from docflow.workers.job import Ending, ProgressTimeout, TotalTimeout
from docflow.workers.pool import Pool
from docflow.workers.process import WorkerLimits

__all__ = ["Ending", "Pool", "ProgressTimeout", "TotalTimeout", "WorkerLimits"]
