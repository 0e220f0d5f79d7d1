// The images whose conventions are known: by what variables they make their accounts, where their sockets and tools are. The scripts
// in sh/ go by these; a test holds each row against them. Each variable may also be NAME_FILE, or linuxserver's FILE__NAME.
import type { Engine } from "../../schemas/scalar.ts"

export interface ImageRow {
  /** Names without registry, owner and tag. */
  readonly names: readonly string[]
  readonly owner: string
  readonly engine: Engine
  /** Variable with the name of the user that may see everything, and the name when it is not set. */
  readonly user: { readonly variable: string | null; readonly otherwise: string }
  readonly password: string
  /** Of the socket: a folder in PostgreSQL, else a file. */
  readonly socket: string
  readonly runsAs: string
  readonly note: string
}

const official = { runsAs: "postgres", socket: "/var/run/postgresql", engine: "postgres" } as const
const byPostgresUser = {
  user: { variable: "POSTGRES_USER", otherwise: "postgres" },
  password: "POSTGRES_PASSWORD",
} as const
const root = { variable: null, otherwise: "root" } as const

export const imageTable: readonly ImageRow[] = [
  {
    ...official,
    ...byPostgresUser,
    owner: "official",
    names: ["postgres"],
    note: "The socket asks for no password unless POSTGRES_INITDB_ARGS says so.",
  },
  {
    ...official,
    ...byPostgresUser,
    owner: "postgis",
    names: ["postgis"],
    note: "As the official one it is built on.",
  },
  { ...official, ...byPostgresUser, owner: "pgvector", names: ["pgvector"], note: "As the official one." },
  {
    ...official,
    ...byPostgresUser,
    owner: "timescale",
    names: ["timescaledb", "timescaledb-ha"],
    note: "As the official one; -ha keeps its data elsewhere. The extension is in template1 and postgres, too.",
  },
  {
    ...official,
    ...byPostgresUser,
    owner: "percona",
    names: ["percona-distribution-postgresql"],
    runsAs: "26",
    note: "As the official one. Tools in /usr/pgsql-NN/bin, which only its entrypoint knows in some versions.",
  },
  {
    engine: "postgres",
    owner: "bitnami",
    names: ["postgresql", "postgresql-repmgr"],
    user: { variable: "POSTGRESQL_USERNAME", otherwise: "postgres" },
    password: "POSTGRESQL_PASSWORD",
    socket: "/tmp",
    runsAs: "1001",
    note: "With POSTGRESQL_POSTGRES_PASSWORD, postgres is the superuser and POSTGRESQL_USERNAME is not. Tools in /opt/bitnami.",
  },
  {
    ...official,
    owner: "supabase",
    names: ["postgres"],
    user: { variable: "POSTGRES_USER", otherwise: "supabase_admin" },
    password: "POSTGRES_PASSWORD",
    note: "postgres is no superuser in it. Known by its folder /etc/postgresql-custom where the variable is not set.",
  },
  {
    ...official,
    owner: "zalando",
    names: ["spilo-17"],
    user: { variable: "PGUSER_SUPERUSER", otherwise: "postgres" },
    password: "PGPASSWORD_SUPERUSER",
    note: "Tools of several versions; those of PGVERSION are the server's.",
  },
  {
    engine: "mysql",
    owner: "official",
    names: ["mysql"],
    user: root,
    password: "MYSQL_ROOT_PASSWORD",
    socket: "/var/run/mysqld/mysqld.sock",
    runsAs: "mysql",
    note: "MYSQL_RANDOM_ROOT_PASSWORD is only in its log: then MYSQL_USER is tried.",
  },
  {
    engine: "mysql",
    owner: "mysql",
    names: ["mysql-server"],
    user: root,
    password: "MYSQL_ROOT_PASSWORD",
    socket: "/var/lib/mysql/mysql.sock",
    runsAs: "mysql",
    note: "A variable that holds the path of a file stands for what is in it.",
  },
  {
    engine: "mysql",
    owner: "percona",
    names: ["percona", "percona-server"],
    user: root,
    password: "MYSQL_ROOT_PASSWORD",
    socket: "/var/lib/mysql/mysql.sock",
    runsAs: "mysql (1001)",
    note: "As the official one. MYSQL_ONETIME_PASSWORD lets nobody in as root before it is changed.",
  },
  {
    engine: "mysql",
    owner: "bitnami",
    names: ["mysql"],
    user: { variable: "MYSQL_ROOT_USER", otherwise: "root" },
    password: "MYSQL_ROOT_PASSWORD",
    socket: "/opt/bitnami/mysql/tmp/mysql.sock",
    runsAs: "1001",
    note: "A replica's password is MYSQL_MASTER_ROOT_PASSWORD.",
  },
  {
    engine: "mariadb",
    owner: "official",
    names: ["mariadb"],
    user: root,
    password: "MARIADB_ROOT_PASSWORD",
    socket: "/run/mysqld/mysqld.sock",
    runsAs: "mysql",
    note: "MYSQL_ROOT_PASSWORD serves as well. MARIADB_MYSQL_LOCALHOST_USER is a user without a password.",
  },
  {
    engine: "mariadb",
    owner: "bitnami",
    names: ["mariadb", "mariadb-galera"],
    user: { variable: "MARIADB_ROOT_USER", otherwise: "root" },
    password: "MARIADB_ROOT_PASSWORD",
    socket: "/opt/bitnami/mariadb/tmp/mysql.sock",
    runsAs: "1001",
    note: "A replica's password is MARIADB_MASTER_ROOT_PASSWORD.",
  },
  {
    engine: "mariadb",
    owner: "linuxserver",
    names: ["mariadb"],
    user: root,
    password: "MYSQL_ROOT_PASSWORD",
    socket: "/run/mysqld/mysqld.sock",
    runsAs: "abc",
    note: "Files are named by FILE__MYSQL_ROOT_PASSWORD. There is only 'root'@'%', without a password when that has less than 4 characters.",
  },
]
