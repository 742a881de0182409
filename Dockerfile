# syntax=docker/dockerfile:1
# One image for web, worker, scheduler and migrations; compose.yaml says which does what.

FROM node:22-slim AS fonts
WORKDIR /site
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM python:3.13-slim AS packages
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy
WORKDIR /site
COPY requirements-bootstrap.lock requirements.lock ./
RUN python -m venv /tools \
    && /tools/bin/pip install --no-cache-dir --require-hashes -r requirements-bootstrap.lock \
    && python -m venv --without-pip /environment \
    && /tools/bin/uv pip sync --no-cache --require-hashes --python /environment/bin/python requirements.lock

FROM python:3.13-slim
ENV PATH=/environment/bin:$PATH \
    DJANGO_SETTINGS_MODULE=config.settings.production \
    PYTHONUNBUFFERED=1
# pg_dump and pg_restore for manage.py backup and restore come with the packages.
RUN useradd --system --uid 10001 --home-dir /site --shell /usr/sbin/nologin collegium
COPY --from=packages /environment /environment
WORKDIR /site
COPY . .
COPY --from=fonts /site/node_modules node_modules
# The collected static files are part of the image. The values are for this one command: it needs no server.
RUN python -m config.frontend \
    && SECRET_KEY=only-while-building DATABASE_URL=postgres://nowhere/none REDIS_URL=redis://nowhere ALLOWED_HOSTS=localhost \
       python manage.py collectstatic --noinput --verbosity 0 \
    && rm -rf node_modules \
    && python -m compileall -q collaboration config papers profiles \
    && mkdir -p var/backups var/schedule var/private \
    && chown -R collegium var/backups var/schedule var/private
USER collegium
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=6s --start-period=30s --retries=4 CMD ["python", "-m", "config.probe"]
CMD ["sh", "-c", "exec granian --interface wsgi config.wsgi:application --host 0.0.0.0 --port 8000 --workers ${WEB_WORKERS:-2} --blocking-threads 1 --respawn-failed-workers --workers-lifetime 6h --no-ws"]
