# One image for everything in docker-compose.yml: the library with all faces, in the versions of uv.lock.
FROM python:3.11-slim

RUN apt-get update \
 && apt-get install -y --no-install-recommends tesseract-ocr tesseract-ocr-eng tesseract-ocr-rus poppler-utils \
    fonts-dejavu-core fonts-dejavu-extra fonts-liberation fonts-freefont-ttf \
 && rm -rf /var/lib/apt/lists/* \
 && pip install --no-cache-dir "uv>=0.9"

WORKDIR /opt/docflow
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN uv sync --locked --no-default-groups --extra postgres --extra flows --extra synth --extra drift --extra rapidocr --no-install-project --compile-bytecode
COPY . .
RUN uv sync --locked --no-default-groups --extra postgres --extra flows --extra synth --extra drift --extra rapidocr --compile-bytecode \
 && useradd --create-home docflow \
 && install -d -o docflow /var/lib/docflow

ENV PATH=/opt/docflow/.venv/bin:$PATH DOCFLOW_PROFILE=compose DO_NOT_TRACK=1
USER docflow
CMD ["docflow", "serve"]
