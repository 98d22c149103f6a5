"""DocFlow's own line recogniser: English and Russian in one alphabet, a megabyte of weights, no torch to serve it.

`network`, `training` and `export` import torch; nothing else here does.
"""
