# syntax=docker/dockerfile:1
# Two stages: the first installs what the lock file lists, hash by hash; the second holds only what runs.

FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_NO_INPUT=1
RUN python -m venv /opt/venv
COPY bin/requirements/production.txt /tmp/production.txt
RUN /opt/venv/bin/pip install --require-hashes --only-binary :all: -r /tmp/production.txt


FROM python:3.11-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    ENVIRONMENT=production \
    DJANGO_SETTINGS_MODULE=config.settings \
    LOCAL_DIR=/data \
    HOST=0.0.0.0
RUN groupadd --gid 10001 almanac \
    && useradd --uid 10001 --gid almanac --no-create-home --shell /usr/sbin/nologin almanac \
    && install --directory --owner almanac --group almanac /data
COPY --from=build /opt/venv /opt/venv
WORKDIR /srv/almanac
COPY . .
# Needs no secret: production refuses to start without them, but collecting files is no start. The names bear hashes of
# their contents, so browsers may keep them for ever. Compiled here, because the file system is read-only later.
RUN python manage.py collectstatic --noinput && python -m compileall -q .
USER 10001:10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 CMD ["deploy/probe"]
CMD ["deploy/start-web"]
