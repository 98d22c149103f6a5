#!/usr/bin/env bash
# Installs what is missing, and nothing that is there: system packages, uv, the locked environment.
# Usage: scripts/setup.sh [test|torch|bench]   (with "test", also what only the tests need; with "torch", an environment
# .venv-torch that has torch and EasyOCR too, for what is trained with them; with "bench", also OCRmyPDF, which
# benchmarks.ocr compares with)
set -euo pipefail
cd "$(dirname "$0")/.."

packages=(tesseract-ocr tesseract-ocr-eng tesseract-ocr-rus poppler-utils
  fonts-dejavu-core fonts-dejavu-extra fonts-liberation fonts-freefont-ttf)
# With "test", also the typefaces that lines for the recogniser's training are set in.
[[ "${1:-}" =~ ^(test|torch)$ ]] && packages+=(postgresql docker-compose
  fonts-3270 fonts-anonymous-pro fonts-arphic-uming fonts-cmu fonts-comic-neue fonts-courier-prime
  fonts-crosextra-caladea fonts-crosextra-carlito fonts-dotgothic16 fonts-gnutypewriter fonts-hack fonts-inconsolata
  fonts-ipafont-gothic fonts-lato fonts-noto-mono fonts-ocr-b fonts-oldstandard fonts-open-sans fonts-paratype fonts-pc
  fonts-roboto-unhinted fonts-spleen fonts-unifont fonts-urw-base35 fonts-vlgothic fonts-wine)

missing=()
if command -v dpkg-query >/dev/null; then
  for package in "${packages[@]}"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
elif ! command -v tesseract >/dev/null; then
  echo "Install Tesseract with its English and Russian data, Poppler, and the fonts DejaVu, Liberation and FreeFont." >&2
  exit 1
fi

if [ ${#missing[@]} -gt 0 ]; then
  echo "Installing system packages: ${missing[*]}"
  if [ "$(id -u)" = 0 ]; then sudo=(); elif sudo -n true 2>/dev/null; then sudo=(sudo -n); else
    echo "They need root. Run this, then try again:" >&2
    echo "  sudo apt-get install ${missing[*]}" >&2
    exit 1
  fi
  "${sudo[@]}" apt-get update -qq
  DEBIAN_FRONTEND=noninteractive "${sudo[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

uv=$(command -v uv || true)
if [ -z "$uv" ]; then
  uv=.uv/bin/uv
  if [ ! -x "$uv" ]; then
    echo "Installing uv into .uv"
    python3 -m venv .uv || {
      echo "Python's venv module is missing: install python3-venv, then try again." >&2
      exit 1
    }
    .uv/bin/pip install -q --disable-pip-version-check uv
  fi
fi
# Python compiles nothing by itself where this is set, and every start would then take seconds longer.
unset PYTHONDONTWRITEBYTECODE
# Silent where nothing is missing; the first time it takes minutes, and shows how far it is.
options=(--compile-bytecode)
if [ "${1:-}" = torch ]; then
  export UV_PROJECT_ENVIRONMENT=.venv-torch
  # Most of torch is never imported here: compiling all of it takes longer than it saves.
  options=(--extra torch --extra easyocr)
fi
"$uv" sync --locked "${options[@]}" --check --quiet 2>/dev/null || "$uv" sync --locked "${options[@]}"

if [ "${1:-}" = bench ] && [ ! -x .venv/bin/ocrmypdf ]; then
  # In an environment of its own: what it requires need not fit what DocFlow does. The comparison goes on without it.
  UV_TOOL_DIR=.uv/tools UV_TOOL_BIN_DIR=.venv/bin "$uv" tool install --quiet --force ocrmypdf==17.13.0 ||
    echo "OCRmyPDF could not be installed: the comparison will have no row for it." >&2
fi
