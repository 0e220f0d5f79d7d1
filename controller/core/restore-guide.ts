// The page that every destination holds for the day on which nobody has this program: how to get the data back with docker,
// the servers' own clients, and age, zstd or gzip. Its indented lines are run as they stand by a test.

export const guideKey = "RESTORE.md"

export const restoreGuide = `# How to get the data back without dbbackup

These are database backups. You need neither dbbackup, which made them, nor its catalogue: only \`docker\`, a running server of the
same engine in a container, and \`zstd\`, \`gzip\` or \`age\` where a file's name ends in \`.zst\`, \`.gz\` or \`.age\`.

## 1. Choose a backup

    <server>/<database>/<year>/<month>/<database>_<type>_<date>_<time>_<id>.<ending>
    <the same name>.manifest.json

The first file is the backup, the second says what it is and how to load it. Times are UTC. In names, \`=HH\` is the byte HH, and \`~\`
is \`/\`. A file without a manifest is **no backup**: it was cut short, or is being deleted. \`@globals\` holds the roles, accounts and
grants of the whole server: **load it first** where the server is a new one.

Have both files in one folder (from a bucket, fetch them with any S3 client), go there, and say which it is:

    F=shop_daily_20261123_020000_1a2b3c4d.dump

## 2. Check it

    jq -r '.proof.storedSha256 + "  " + .fileName' "$F.manifest.json" | sha256sum -c

It must say OK. Then look whether it was trusted when it was made:

    jq -r '.suspect.message // "trusted"' "$F.manifest.json"

Without \`jq\`: a manifest is plain text, so open it, and copy \`storedSha256\` and the commands under \`restore\` by hand.

## 3. Load it

    jq -r '.restore[]' "$F.manifest.json" > load.sh

Now edit \`load.sh\`:

- \`<new database>\`: write a name that the server does not have yet, of lower-case letters, digits and \`_\`.
- The name after \`docker exec\` is the container that the backup was made from. Write another where that one is gone: of the
  engine and version that \`jq .engine,.server.image "$F.manifest.json"\` tells, or newer.
- \`KEY.txt\`, where there is one: the file with the key (\`AGE-SECRET-KEY-1…\`) that \`jq .encryption "$F.manifest.json"\` names.

Run it:

    bash -eo pipefail load.sh

It is loaded if that ended without an error. Look at the new database before anything uses it.

## When it fails

What is in the new database then is not whole: drop it, mend the reason, and run \`load.sh\` again.

| It says | Because |
|---|---|
| role or user … does not exist | The server lacks it. Load \`@globals\` first. |
| … already exists, while \`@globals\` is loaded | What is there already stays as it is. This alone is no failure. |
| access denied, authentication failed | The commands take the superuser's password from the container's variables. Write another user or password into \`load.sh\`. |
| no identity matched | \`KEY.txt\` holds another key. |
| unsupported version, unknown command | The server's client is older than the one that made the backup. |
`
