"""DocFlow's own line recogniser: English and Russian in one alphabet, small weights, no torch to serve it.

`shipped.docflow_compact`, `training` and `export` import torch; nothing else here does.
"""
