# What every script starts with. Runs under dash, bash and busybox sh, as the container's own user.
# Arguments 1 to 3: user, variable with the password, file with the password; empty when the labels do not give them.

# A line that explain() turns into a fault of that code.
refuse() {
  printf 'dbbackup: %s: %s\n' "$1" "$2" >&2
  exit 96
}

# A line that explain() adds to the reason, should the tool fail.
note() {
  printf 'dbbackup: note: %s\n' "$1" >&2
}

# given NAME: sets "found" to the variable, or to what the file holds that NAME_FILE (or linuxserver's FILE__NAME) names.
given() {
  found='' file=''
  eval "found=\${$1:-} file=\${$1_FILE:-\${FILE__$1:-}}"
  [ -z "$found" ] || return 0
  [ -n "$file" ] || return 1
  found=$(cat "$file" 2>/dev/null) || note "cannot read the file $file that $1_FILE names"
  [ -n "$found" ]
}

# labelled VARIABLE FILE: sets "password" from what the labels name.
labelled() {
  password=''
  if [ -n "$1" ]; then
    case $1 in [0-9]* | *[!A-Za-z0-9_]*) refuse access-denied "dbbackup.password-env does not name a variable" ;; esac
    given "$1" || refuse access-denied "the variable $1, named by dbbackup.password-env, is not set in the container"
    password=$found
  elif [ -n "$2" ]; then
    password=$(cat "$2" 2>/dev/null) ||
      refuse access-denied "the file $2, named by dbbackup.password-file, cannot be read in the container"
    [ -n "$password" ] || refuse access-denied "the file $2, named by dbbackup.password-file, is empty"
  fi
}
