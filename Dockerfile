# One image for every service; docker-compose.yml says which command each one runs.
FROM python:3.13-slim-bookworm AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1 \
    UV_COMPILE_BYTECODE=1 \
    UV_PYTHON_DOWNLOADS=never \
    VIRTUAL_ENV=/venv \
    PATH=/venv/bin:$PATH
SHELL ["/bin/sh", "-euc"]
WORKDIR /app

# The installer stays outside of the environment that goes into the image.
# SET=s3 brings what a bucket for segments needs.
ARG SET=prod
COPY requirements/bootstrap.txt requirements/${SET}.txt requirements/
RUN python -m pip install --require-hashes -r requirements/bootstrap.txt; \
    python -m venv --without-pip /venv; \
    uv pip install --no-cache --require-hashes -r "requirements/${SET}.txt"

COPY . .
# Settings refuse to load without secrets; these never leave the build.
RUN export SECRET_KEY=build FIELD_KEYS=build; \
    if [ -d locale ]; then python manage.py messages --compile; fi; \
    python manage.py collectstatic --noinput --verbosity 0


FROM python:3.13-slim-bookworm

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=config.settings \
    STATE_DIR=/srv/state \
    INDEX_ROOT=/srv/index \
    MEDIA_ROOT=/srv/media \
    SEGMENTS_ROOT=/srv/index/segments \
    SEGMENT_COPIES=/srv/index/segment-copies \
    NUMBA_CACHE_DIR=/srv/state/kernels \
    PATH=/venv/bin:$PATH
WORKDIR /app

# A named volume takes over the owner of the folder that it covers.
RUN groupadd --gid 10001 app \
    && useradd --uid 10001 --gid app --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin app \
    && install -d -o app -g app -m 0750 /srv/state /srv/index /srv/media

COPY --from=build /venv /venv
COPY --from=build /app /app

USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://localhost:8000/healthz', timeout=4)"]
CMD ["gunicorn", "--no-control-socket", "--bind", "0.0.0.0:8000", "--workers", "3", "--threads", "4", "--worker-tmp-dir", "/dev/shm", "--max-requests", "5000", "--max-requests-jitter", "500", "config.wsgi"]
