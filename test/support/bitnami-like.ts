// A stand-in for bitnami/postgresql: its user, paths, variables and socket, and an entrypoint that takes no options of the server.
import { must } from "./command.ts"
import { builderEnvironment, ensureImage } from "./images.ts"

export const bitnamiLike = "bitnami/postgresql:dbbackup-test"

const start = `#!/bin/sh
set -e
umask 077
printf '%s' "$POSTGRESQL_PASSWORD" > /tmp/pw
/opt/bitnami/postgresql/bin/initdb -D /tmp/data -U "\${POSTGRESQL_USERNAME:-postgres}" --pwfile=/tmp/pw -A scram-sha-256 >/dev/null
exec /opt/bitnami/postgresql/bin/postgres -D /tmp/data -k /tmp -c listen_addresses=127.0.0.1
`
const recipe = [
  "FROM postgres:17",
  "RUN useradd --uid 1001 --gid 0 bitnami && mkdir -p /opt/bitnami/postgresql && rm -rf /var/run/postgresql",
  "RUN ln -s /usr/lib/postgresql/17/bin /opt/bitnami/postgresql/bin",
  `RUN echo ${Buffer.from(start).toString("base64")} | base64 -d > /start`,
  "ENV PG_MAJOR= PATH=/opt/bitnami/postgresql/bin:/usr/bin:/bin",
  "USER 1001",
  'ENTRYPOINT ["sh", "/start"]',
]

/** Takes seconds: nothing is installed. */
export async function buildBitnamiLike(): Promise<void> {
  await ensureImage("postgres:17")
  const env = await builderEnvironment()
  await must(["docker", "build", "-q", "-t", bitnamiLike, "-"], { env, input: recipe.join("\n") })
}
