# The page in a container: `docker build -t assistant .`, see docs/container.md.

FROM python:3.11-slim AS build
WORKDIR /app
RUN pip install --no-cache-dir uv
COPY pyproject.toml README.md LICENSE ./
COPY prompts prompts
COPY assistant assistant
# The group weights carries the embedder, so that nothing is fetched when the container runs.
RUN uv sync --no-cache --no-dev --no-editable --extra chat --extra ollama

FROM python:3.11-slim
RUN useradd --create-home --uid 10001 assistant && mkdir -p /data/index/documents && chown -R assistant /data
COPY --from=build /app/.venv /app/.venv
ENV PATH=/app/.venv/bin:$PATH ASSISTANT_INDEX_DIR=/data/index HF_HUB_OFFLINE=1
USER assistant
WORKDIR /data
# Converted here once, not at every start.
RUN python -c "from assistant.models.minilm import MiniLM; MiniLM.open()"
VOLUME /data
EXPOSE 7860
# Until the page is whole, the answer is 503.
HEALTHCHECK --interval=30s --timeout=10s --start-period=120s CMD python -c "import os, urllib.request as r; r.urlopen(r.Request('http://127.0.0.1:7860/', headers={'Authorization': 'Bearer ' + os.environ['ASSISTANT_PASSWORD']}))"
CMD ["assistant", "chat", "--host", "0.0.0.0", "--name", "localhost", "--no-browser"]
