# Prints which database servers run in the container and which are installed, with the text of their version.
for entry in /proc/[0-9]*; do
  comm=''
  { IFS= read -r comm <"$entry/comm"; } 2>/dev/null
  case $comm in postgres | postmaster | mysqld | mariadbd) printf 'running\t%s\n' "$comm" ;; esac
done
for name in postgres mysqld mariadbd pg_dump mysqldump mariadb-dump \
  /usr/lib/postgresql/*/bin/postgres /usr/pgsql-*/bin/postgres /opt/bitnami/*/bin/postgres /opt/bitnami/*/bin/mysqld /opt/bitnami/*/sbin/mysqld; do
  command -v "$name" >/dev/null || continue
  printf 'found\t%s\t%s\n' "${name##*/}" "$(LC_ALL=C "$name" --version 2>/dev/null | head -n 1)"
done
