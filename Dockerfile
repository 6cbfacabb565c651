# One image for every process; compose.yaml says which does what.
FROM python:3.11-slim-bookworm AS built
WORKDIR /opt/seatsignal
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
COPY requirements.lock pyproject.toml README.md LICENSE ./
RUN python -m venv .venv \
    && .venv/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements.lock
COPY health health
COPY config config
COPY integrations integrations
COPY store store
COPY templates templates
COPY worker worker
COPY dashboard dashboard
COPY sandbox sandbox
COPY cli cli
RUN .venv/bin/python -m pip install --quiet --no-deps --no-build-isolation .

FROM python:3.11-slim-bookworm
RUN useradd --system --create-home --home-dir /var/lib/seatsignal seatsignal
COPY --from=built /opt/seatsignal /opt/seatsignal
ENV PATH=/opt/seatsignal/.venv/bin:$PATH XDG_DATA_HOME=/var/lib PYTHONUNBUFFERED=1
WORKDIR /var/lib/seatsignal
USER seatsignal
EXPOSE 8080
STOPSIGNAL SIGTERM
CMD ["seatsignal", "up"]
