# dbbackup: the controller with its dashboard.
#   docker build -t dbbackup:local .

FROM oven/bun:1.4.5-slim AS dashboard
WORKDIR /app
COPY package.json bun.lock ./
RUN bun install --frozen-lockfile --ignore-scripts
COPY tsconfig.json ./
COPY schemas/ schemas/
COPY dashboard/ dashboard/
RUN bun run build

FROM oven/bun:1.4.5-slim AS dependencies
WORKDIR /app
COPY package.json bun.lock ./
RUN bun install --frozen-lockfile --ignore-scripts --production

FROM oven/bun:1.4.5-slim
# Root, because the Docker socket belongs to root; whoever may use that socket is root on the host anyway.
USER root
WORKDIR /app
# No setting is set here: it would go before the settings file. It listens on the container's own loopback until told
# otherwise (HOSTNAME=0.0.0.0).
ENV NODE_ENV=production
RUN printf '#!/bin/sh\nexec bun /app/controller/cli.ts "$@"\n' > /usr/local/bin/dbbackup \
 && chmod 755 /usr/local/bin/dbbackup
COPY --from=dependencies /app/node_modules/ node_modules/
COPY package.json ./
COPY schemas/ schemas/
COPY controller/ controller/
COPY --from=dashboard /app/dashboard/dist/ dashboard/dist/

VOLUME /app/data
EXPOSE 3000
HEALTHCHECK --interval=60s --timeout=10s --start-period=60s CMD ["dbbackup", "healthcheck"]
ENTRYPOINT ["dbbackup"]
CMD ["serve"]
