// The page that every destination holds for the day on which nobody has this program: how to get the data back with docker,
// the servers' own clients, and age, zstd or gzip.

export const guideKey = "RESTORE.md"

export const restoreGuide = `# How to get the data back without dbbackup

This place holds database backups that dbbackup made. You need neither that program nor its catalogue: a running server of the
same engine in a container, \`docker\`, and \`zstd\`, \`gzip\` or \`age\` where the names of the files end so.

## 1. Find the backup

    <server>/<database>/<year>/<month>/<database>_<type>_<date>_<time>_<id>.<ending>
    <the same name>.manifest.json

Times are UTC. \`@globals\` holds roles, accounts and grants of the whole server. A file without a manifest beside it is **no
backup**: it was cut short, or is being deleted. Names are written with \`=HH\` for a byte that is not safe in a path, and \`~\` for \`/\`.

## 2. Check it

The manifest says how many bytes there must be, and their hash (\`proof.storedBytes\`, \`proof.storedSha256\`):

    sha256sum FILE
    jq -r .proof.storedSha256 FILE.manifest.json

Without \`jq\`: the manifest is plain text, open it.

## 3. Load it

The manifest holds the very commands, with \`<new database>\` where you choose a name. Run them in the folder of the file:

    jq -r '.restore[]' FILE.manifest.json

They name the container that the backup was made from (\`server.container\`); put another one in its place if that one is gone.
\`engine\` and \`server.image\` say which version it was: use the same, or a newer one. Start with the server's \`@globals\` where
owners and grants matter; what exists already is reported and stays as it is.

| Ending | What it is | Read it with |
|---|---|---|
| \`.dump\` | PostgreSQL, pg_dump's custom format | \`pg_restore\` |
| \`.sql\` | statements | \`psql\`, \`mysql\`, \`mariadb\` |
| \`.zst\` \`.gz\` behind it | compressed | \`zstd -dc\`, \`gzip -dc\` |
| \`.age\` at the end | encrypted; \`encryption\` in the manifest names the key | \`age -d -i KEYFILE\` |

Restore into a **new** database, look at it, and only then let anything use it.
`
