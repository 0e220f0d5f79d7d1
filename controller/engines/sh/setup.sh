# Whether the server that answers is only the one an image's entrypoint starts to set the data directory up.
# Images start it with no network, from a shell script that is still running: with pg_ctl or mysqld --daemonize in a session
# of its own, or as a child of the script. The real server replaces the script.

# process PID: sets comm, parent and session.
process() {
  line=''
  { IFS= read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
  comm=${line#*\(}
  comm=${comm%\)*}
  set -- ${line##*\) }
  parent=$2 session=$4
}

# script_of PID: sets "script" to the file that a shell is running; fails for anything else, `sh -c` included.
script_of() {
  script=''
  words=$(tr '\000' '\n' 2>/dev/null <"/proc/$1/cmdline") 2>/dev/null || return 1
  set -f
  IFS='
'
  set -- $words
  unset IFS
  set +f
  case ${1##*/} in sh | bash | dash | ash) ;; *) return 1 ;; esac
  shift
  while :; do
    case ${1:-} in
      -*c*) return 1 ;;
      -*) shift ;;
      *) break ;;
    esac
  done
  script=${1:-}
  [ -n "$script" ]
}

# main_script: whether process 1, or a child of it when it is an init such as tini, is a shell running a script.
main_script() {
  if script_of 1; then return 0; fi
  for each in /proc/[0-9]*; do
    process "${each#/proc/}" || continue
    if [ "$parent" = 1 ] && script_of "${each#/proc/}"; then return 0; fi
  done
  return 1
}

# in_setup NAME…: whether a server with one of these process names is there for the set-up only.
in_setup() {
  process 1 || return 1
  main_session=$session
  for entry in /proc/[0-9]*; do
    pid=${entry#/proc/}
    process "$pid" || continue
    case " $* " in *" $comm "*) ;; *) continue ;; esac
    [ "$pid" != 1 ] || return 1
    server_session=$session server_parent=$parent
    # PostgreSQL's backends have sessions of their own; only their postmaster counts.
    if process "$server_parent"; then
      case " $* " in *" $comm "*) continue ;; esac
    fi
    if [ "$server_session" != "$main_session" ]; then
      if main_script; then return 0; fi
    elif script_of "$server_parent"; then
      case ${script##*/} in docker-entrypoint.sh | entrypoint.sh) return 0 ;; esac
    fi
  done
  return 1
}

# refuse_if_in_setup NAME…: what fails before the set-up has made the accounts is no reason to give up.
refuse_if_in_setup() {
  if in_setup "$@"; then refuse server-not-ready "the server is still in its image's first-time set-up"; fi
}
